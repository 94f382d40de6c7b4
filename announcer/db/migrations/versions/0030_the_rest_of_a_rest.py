"""What is about a step that is itself about another stands in the plan where the first stands."""

from alembic import op

from announcer.db.migrations.gates import function_of, gate, run

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(gate("0030.sql"))


def downgrade() -> None:
    run(function_of("0024.sql", "announcer.assert_may_send"))
    op.execute("DROP FUNCTION announcer.planned_as(announcer.step)")
