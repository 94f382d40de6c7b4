"""Events a step waits for, hours reckoned backwards, steps that need not be waited for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from announcer.db.migrations.gates import function_of, gate, run

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)
NOW = sa.text("announcer.announcer_now()")


def upgrade() -> None:
    for column in (
        sa.Column("gates", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("strength", sa.Text, nullable=False, server_default="must"),
        sa.Column("meant_for", MOMENT),
        sa.Column("call_at", MOMENT),
    ):
        op.add_column("step", column, schema="announcer")
    op.create_check_constraint(
        op.f("ck_step_strength"),
        "step",
        "strength IN ('must', 'should', 'if_practical')",
        schema="announcer",
    )
    # Nothing that leaves the house and no page is ever passed by.
    op.create_check_constraint(
        op.f("ck_step_strength_inside"),
        "step",
        "strength = 'must' OR NOT (external OR channel = 'intranet')",
        schema="announcer",
    )
    op.create_index(
        "ix_step_call_at",
        "step",
        ["call_at"],
        schema="announcer",
        postgresql_where=sa.text("call_at IS NOT NULL"),
    )
    _table(
        "happened",
        sa.Column("announcement", sa.Uuid, sa.ForeignKey("announcer.announcement.id")),
        sa.Column("event", sa.Text),
        note=sa.Column("note", sa.Text, nullable=False, server_default=""),
        key=("announcement", "event"),
    )
    _table(
        "passed_over",
        sa.Column("step", sa.Uuid, sa.ForeignKey("announcer.step.id")),
        note=sa.Column("ground", sa.Text, nullable=False),
        key=("step",),
    )
    _table(
        "board_up",
        sa.Column("announcement", sa.Uuid, sa.ForeignKey("announcer.announcement.id")),
        sa.Column("workplace", sa.Text),
        key=("announcement", "workplace"),
    )
    run(gate("0012.sql"))


def _table(
    name: str, *columns: sa.Column[object], key: tuple[str, ...], note: sa.Column[str] | None = None
) -> None:
    """A table of what a person did, which the database stamps."""
    op.create_table(
        name,
        *columns,
        sa.Column("actor", sa.Uuid, sa.ForeignKey("announcer.person.pseudonym"), nullable=False),
        *([note] if note is not None else []),
        sa.Column("at", MOMENT, nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
        schema="announcer",
    )


def downgrade() -> None:
    run(function_of("0011.sql", "announcer.assert_may_send"))
    run(function_of("0002.sql", "newsroom.is_out"))
    run(
        "DROP TRIGGER change ON announcer.lift;"
        "DROP FUNCTION announcer.gate_step_plan() CASCADE;"
        "DROP FUNCTION announcer.has_happened(announcer.step, timestamptz);"
        "DROP FUNCTION announcer.hour_has_come(announcer.step, timestamptz);"
    )
    for table in ("board_up", "passed_over", "happened"):
        op.drop_table(table, schema="announcer")
    run("DROP FUNCTION announcer.gate_passed_over()")
    for name in ("strength_inside", "strength"):
        op.drop_constraint(op.f(f"ck_step_{name}"), "step", schema="announcer")
    op.drop_index("ix_step_call_at", "step", schema="announcer")
    for column in ("call_at", "meant_for", "strength", "gates"):
        op.drop_column("step", column, schema="announcer")
