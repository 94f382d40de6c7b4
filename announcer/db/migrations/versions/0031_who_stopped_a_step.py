"""Whether a program stopped a step or a person paused it."""

import sqlalchemy as sa
from alembic import op

from announcer.db.migrations.gates import function_of, gate, run

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

#: What programs have written until now.
BY_A_PROGRAM = (
    "senare än policyn tillåter",
    "tre försök har avbrutits mitt i arbetet",
    "kan ha gått ut efter säkerhetskopian",
)
FORMERLY = sa.text("held_at IS NOT NULL AND held_reason <> ''")
INDEX = "ix_step_stopped"


def upgrade() -> None:
    op.add_column(
        "step",
        sa.Column("stopped", sa.Boolean, nullable=False, server_default="false"),
        schema="announcer",
    )
    step = sa.table(
        "step",
        sa.column("stopped"),
        sa.column("held_at"),
        sa.column("held_reason"),
        schema="announcer",
    )
    op.execute(
        step.update()
        .where(step.c.held_at.is_not(None), step.c.held_reason.in_(BY_A_PROGRAM))
        .values(stopped=True)
    )
    op.create_check_constraint(
        op.f("ck_step_stopped"), "step", "NOT stopped OR held_at IS NOT NULL", schema="announcer"
    )
    op.drop_index(INDEX, table_name="step", schema="announcer")
    op.create_index(
        INDEX, "step", ["held_at"], schema="announcer", postgresql_where=sa.text("stopped")
    )
    run(gate("0031.sql"))


def downgrade() -> None:
    run(function_of("0022.sql", "announcer.gate_given_up"))
    run(function_of("0024.sql", "announcer.assert_may_tell"))
    op.drop_index(INDEX, table_name="step", schema="announcer")
    op.create_index(INDEX, "step", ["held_at"], schema="announcer", postgresql_where=FORMERLY)
    op.drop_column("step", "stopped", schema="announcer")
