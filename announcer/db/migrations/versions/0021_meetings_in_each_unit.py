"""Meetings that are held in each unit, and calls to the people of one unit."""

import sqlalchemy as sa
from alembic import op

from announcer.db.migrations.gates import function_of, gate, run

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NOTHING = sa.text("''")


def upgrade() -> None:
    op.add_column(
        "step",
        sa.Column("per_unit", sa.Boolean, nullable=False, server_default="false"),
        schema="announcer",
    )
    for table in ("tick", "call"):
        op.add_column(
            table,
            sa.Column("unit", sa.Text, nullable=False, server_default=NOTHING),
            schema="announcer",
        )
    _key_of_tick("step", "unit")
    op.create_table(
        "meeting_unit",
        sa.Column("step", sa.Uuid, sa.ForeignKey("announcer.step.id")),
        sa.Column("unit", sa.Text, sa.ForeignKey("announcer.unit.code")),
        sa.PrimaryKeyConstraint("step", "unit", name=op.f("pk_meeting_unit")),
        schema="announcer",
    )
    run(gate("0021.sql"))


def _key_of_tick(*columns: str) -> None:
    op.drop_constraint(op.f("pk_tick"), "tick", schema="announcer")
    op.create_primary_key(op.f("pk_tick"), "tick", list(columns), schema="announcer")


def downgrade() -> None:
    run(function_of("0001.sql", "announcer.assert_settled"))
    run("DROP TRIGGER gate_unit ON announcer.tick; DROP FUNCTION announcer.gate_tick();")
    op.drop_table("meeting_unit", schema="announcer")
    run("DROP FUNCTION announcer.gate_meeting_unit()")
    # Who held it where is in the chain; a meeting that was ticked in several units stays ticked.
    run(
        "DELETE FROM announcer.tick t USING announcer.tick o"
        " WHERE o.step = t.step AND o.unit < t.unit"
    )
    _key_of_tick("step")
    for table in ("tick", "call"):
        op.drop_column(table, "unit", schema="announcer")
    op.drop_column("step", "per_unit", schema="announcer")
