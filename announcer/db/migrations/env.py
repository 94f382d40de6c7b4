"""Alembic's environment: run as the owner, in the schemas ``announcer`` and ``newsroom``."""

from alembic import context
from sqlalchemy import create_engine, text

from announcer.db.models import SCHEMA, Base
from announcer.db.newsroom import NEWSROOM

engine = create_engine(context.config.attributes["url"])
with engine.begin() as connection:
    for name in (SCHEMA, NEWSROOM):
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {name}"))
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table_schema=SCHEMA,
        include_schemas=True,
        include_name=lambda name, kind, _: kind != "schema" or name in (SCHEMA, NEWSROOM),
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
