"""Which announcement a text tells the rest of."""

import sqlalchemy as sa
from alembic import op

from announcer.db.migrations.gates import gate, run

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "revision",
        sa.Column("follows", sa.Uuid, sa.ForeignKey("announcer.announcement.id")),
        schema="announcer",
    )
    op.create_index("ix_revision_follows", "revision", ["follows"], schema="announcer")
    op.add_column(
        "batch",
        sa.Column("without_page", sa.Boolean, nullable=False, server_default="false"),
        schema="announcer",
    )
    op.add_column("item", sa.Column("follows", sa.Uuid), schema="newsroom")
    run(gate("0019.sql"))


def downgrade() -> None:
    run(
        "DROP VIEW newsroom.released_link;"
        "DROP FUNCTION announcer.read_follows() CASCADE;"
        "DROP FUNCTION newsroom.read_follows() CASCADE;"
    )
    op.drop_column("item", "follows", schema="newsroom")
    op.drop_column("batch", "without_page", schema="announcer")
    op.drop_column("revision", "follows", schema="announcer")
