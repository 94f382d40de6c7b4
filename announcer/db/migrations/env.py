"""Alembic's environment: run as the owner, in the schema ``announcer``."""

from alembic import context
from sqlalchemy import create_engine, text

from announcer.db.models import SCHEMA, Base

engine = create_engine(context.config.attributes["url"])
with engine.begin() as connection:
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table_schema=SCHEMA,
        include_schemas=True,
        include_name=lambda name, kind, _: kind != "schema" or name == SCHEMA,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
