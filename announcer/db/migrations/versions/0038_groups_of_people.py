"""Groups of the identity provider, from which a role can come. No column says when, by law."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column("groups", ARRAY(sa.Text), nullable=False, server_default="{}"),
        schema="announcer",
    )
    op.execute("GRANT UPDATE (groups) ON announcer.person TO announcer_app")


def downgrade() -> None:
    op.drop_column("person", "groups", schema="announcer")
