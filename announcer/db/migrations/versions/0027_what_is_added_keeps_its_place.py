"""What is added to a plan comes after whatever the step it is about came after."""

from announcer.db.migrations.gates import function_of, gate, run

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(gate("0027.sql"))


def downgrade() -> None:
    run(function_of("0024.sql", "announcer.assert_may_add"))
