"""Indexes for what is watched: pages that are out and not confirmed, steps that were stopped."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_step_unconfirmed",
        "step",
        ["started_at"],
        schema="announcer",
        postgresql_where=sa.text(
            "channel = 'intranet' AND state = 'sending' AND confirmed_at IS NULL"
        ),
    )
    op.create_index(
        "ix_step_stopped",
        "step",
        ["held_at"],
        schema="announcer",
        postgresql_where=sa.text("held_at IS NOT NULL AND held_reason <> ''"),
    )


def downgrade() -> None:
    for name in ("ix_step_stopped", "ix_step_unconfirmed"):
        op.drop_index(name, "step", schema="announcer")
