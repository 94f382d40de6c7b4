"""Who changed one of the organisation's own lists, when, and how much."""

import sqlalchemy as sa
from alembic import op

from announcer.db.migrations.gates import gate, run

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

COUNTS = ("added", "changed", "removed", "faults")


def upgrade() -> None:
    op.create_table(
        "list_change",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("actor", sa.Uuid, sa.ForeignKey("announcer.person.pseudonym")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in COUNTS),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column(
            "at",
            sa.TIMESTAMP(timezone=True),
            nullable=False,
            server_default=sa.text("announcer.announcer_now()"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_change")),
        schema="announcer",
    )
    op.create_index("ix_list_change_list_id", "list_change", ["list", "id"], schema="announcer")
    run(gate("0035.sql"))


def downgrade() -> None:
    op.drop_table("list_change", schema="announcer")
