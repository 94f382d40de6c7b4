"""Indexes for what is watched; what is published is what was approved; whose turn it is."""

import sqlalchemy as sa
from alembic import op

from announcer.db.migrations.gates import gate, run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STOPPED = "held_at IS NOT NULL AND held_reason <> ''"
UNCONFIRMED = "channel = 'intranet' AND state = 'sending' AND confirmed_at IS NULL"


def upgrade() -> None:
    for name, column, where in (
        ("ix_step_unconfirmed", "started_at", UNCONFIRMED),
        ("ix_step_stopped", "held_at", STOPPED),
    ):
        op.create_index(name, "step", [column], schema="announcer", postgresql_where=sa.text(where))
    op.create_table(
        "turn",
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_turn")),
        schema="announcer",
    )
    run(gate("0003.sql"))


def downgrade() -> None:
    run(
        "DROP FUNCTION newsroom.is_known(), newsroom.printable(text);"
        "DROP FUNCTION newsroom.assert_is_approved(), announcer.seal_revision_blob() CASCADE"
    )
    op.drop_table("turn", schema="announcer")
    for name in ("ix_step_stopped", "ix_step_unconfirmed"):
        op.drop_index(name, "step", schema="announcer")
