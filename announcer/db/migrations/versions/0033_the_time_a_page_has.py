"""The page of a crisis has its time only while somebody tries to read it."""

from alembic import op

from announcer.db.migrations.gates import function_of, gate, run

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(gate("0033.sql"))


def downgrade() -> None:
    for function in ("announcer.crisis_wait", "announcer.gate_alarm"):
        run(function_of("0026.sql", function))
    op.execute("DROP FUNCTION announcer.tried_since(announcer.step)")
