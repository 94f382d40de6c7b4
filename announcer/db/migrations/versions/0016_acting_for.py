"""Whoever acts for another stands in for them."""

from announcer.db.migrations.gates import gate, run

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(gate("0016.sql"))


def downgrade() -> None:
    run("DROP FUNCTION announcer.gate_acting_for() CASCADE")
