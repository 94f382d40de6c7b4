"""Indexes for what is watched; what is published is what was approved; whose turn it is."""

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GATES = Path(__file__).parents[2] / "gate"
STOPPED = "held_at IS NOT NULL AND held_reason <> ''"
UNCONFIRMED = "channel = 'intranet' AND state = 'sending' AND confirmed_at IS NULL"


def _run(sql: str) -> None:
    """Run SQL as it stands: its colons and per cent signs are not parameters."""
    op.get_bind().connection.cursor().execute(sql)


def _publish_of(gate: str) -> str:
    """The statement that made the function in an earlier gate, made able to replace."""
    sql = (GATES / gate).read_text(encoding="utf-8")
    found = re.search(r"CREATE FUNCTION (newsroom\.publish\(\).*?\$\$;)", sql, re.DOTALL)
    assert found is not None  # noqa: S101 - our own file
    return f"CREATE OR REPLACE FUNCTION {found[1]}"


def upgrade() -> None:
    for name, column, where in (
        ("ix_step_unconfirmed", "started_at", UNCONFIRMED),
        ("ix_step_stopped", "held_at", STOPPED),
    ):
        op.create_index(name, "step", [column], schema="announcer", postgresql_where=sa.text(where))
    op.create_table(
        "turn",
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_turn")),
        schema="announcer",
    )
    _run((GATES / "0003.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    _run(_publish_of("0002.sql"))
    _run(
        "DROP FUNCTION newsroom.is_known(), newsroom.assert_is_of(jsonb, uuid),"
        " newsroom.printable(text);"
        "DROP FUNCTION announcer.seal_revision_blob() CASCADE"
    )
    op.drop_table("turn", schema="announcer")
    for name in ("ix_step_stopped", "ix_step_unconfirmed"):
        op.drop_index(name, "step", schema="announcer")
