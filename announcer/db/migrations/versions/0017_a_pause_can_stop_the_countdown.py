"""A step's own time may be moved back, and never forward."""

from announcer.db.migrations.gates import function_of, gate, run

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(gate("0017.sql"))


def downgrade() -> None:
    run(function_of("0001.sql", "announcer.assert_not_before"))
