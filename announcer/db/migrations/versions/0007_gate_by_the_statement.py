"""What the gate asks about a delivery's step is asked once a statement."""

from announcer.db.migrations.gates import function_of, gate, run

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(gate("0007.sql"))


def downgrade() -> None:
    run(
        "DROP FUNCTION announcer.gate_new_deliveries(), announcer.gate_sending() CASCADE;"
        "DROP FUNCTION announcer.step_behind_lock(uuid)"
    )
    run(function_of("0001.sql", "announcer.gate_delivery"))
