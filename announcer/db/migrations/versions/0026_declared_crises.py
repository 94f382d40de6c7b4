"""Declared crises, alarms, their review afterwards; exercises that stay in the house."""

import sqlalchemy as sa
from alembic import op

from announcer.db.migrations.gates import function_of, gate, run

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)
NOW = sa.text("announcer.announcer_now()")
ANNOUNCEMENT = "announcer.announcement.id"


def upgrade() -> None:
    op.add_column(
        "announcement",
        sa.Column("declared", sa.Boolean, nullable=False, server_default="false"),
        schema="announcer",
    )
    op.create_table(
        "crisis",
        sa.Column("announcement", sa.Uuid, sa.ForeignKey(ANNOUNCEMENT), nullable=False),
        sa.Column("about", sa.Uuid, sa.ForeignKey(ANNOUNCEMENT), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("look_at", MOMENT),
        sa.PrimaryKeyConstraint("announcement", name=op.f("pk_crisis")),
        sa.CheckConstraint("kind IN ('declared', 'update', 'lifted')", name=op.f("ck_crisis_kind")),
        sa.CheckConstraint(
            "(kind = 'declared') = (about = announcement)", name=op.f("ck_crisis_about")
        ),
        schema="announcer",
    )
    op.create_index("ix_crisis_about", "crisis", ["about"], schema="announcer")
    op.create_index(
        "ix_crisis_look_at",
        "crisis",
        ["look_at"],
        schema="announcer",
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    op.create_table(
        "alarm",
        sa.Column("step", sa.Uuid, sa.ForeignKey("announcer.step.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_alarm")),
        schema="announcer",
    )
    op.create_table(
        "crisis_review",
        sa.Column("announcement", sa.Uuid, sa.ForeignKey(ANNOUNCEMENT), nullable=False),
        sa.Column("actor", sa.Uuid, sa.ForeignKey("announcer.person.pseudonym"), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("announcement", name=op.f("pk_crisis_review")),
        sa.CheckConstraint("length(note) > 0", name=op.f("ck_crisis_review_note")),
        schema="announcer",
    )
    run(gate("0026.sql"))


def downgrade() -> None:
    run(function_of("0024.sql", "announcer.page_confirmed"))
    run(function_of("0024.sql", "announcer.assert_not_before"))
    run(function_of("0024.sql", "newsroom.is_out"))
    for table in ("crisis_review", "alarm", "crisis"):
        op.drop_table(table, schema="announcer")
    run(
        "DROP FUNCTION announcer.gate_declared() CASCADE;"
        "DROP FUNCTION announcer.gate_exercise() CASCADE;"
        "DROP FUNCTION announcer.gate_crisis(), announcer.gate_alarm(),"
        " announcer.alarmed_at(announcer.step), announcer.crisis_wait(uuid), announcer.is_exercise(uuid);"
    )
    op.drop_column("announcement", "declared", schema="announcer")
