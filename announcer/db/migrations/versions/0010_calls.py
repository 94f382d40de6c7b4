"""Calls: somebody is needed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from announcer.db.migrations.gates import gate, run

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("announcer.announcer_now()")


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("announcement", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("message_values", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reached", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_call_answered")
        ),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_call_roles")),
        sa.ForeignKeyConstraint(
            ["announcement"], ["announcer.announcement.id"], name=op.f("fk_call_announcement")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["announcer.person.pseudonym"], name=op.f("fk_call_answered_by")
        ),
        sa.ForeignKeyConstraint(["step"], ["announcer.step.id"], name=op.f("fk_call_step")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("announcement", "what", name=op.f("uq_call_announcement_what")),
        schema="announcer",
    )
    op.create_index(
        "ix_call_open",
        "call",
        ["made_at"],
        schema="announcer",
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    run(gate("0010.sql"))


def downgrade() -> None:
    op.drop_table("call", schema="announcer")
    run("DROP FUNCTION announcer.gate_call()")
