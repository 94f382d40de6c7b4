"""A number that grows with every change of what a colleague can see."""

import sqlalchemy as sa
from alembic import op

from announcer.db.migrations.gates import gate, run

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_change")),
        schema="announcer",
    )
    run(gate("0008.sql"))


def downgrade() -> None:
    run("DROP FUNCTION announcer.count_change(), announcer.leap_change() CASCADE")
    op.drop_table("change", schema="announcer")
