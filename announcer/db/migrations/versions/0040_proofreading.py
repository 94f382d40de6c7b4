"""Proofreading: a colleague is asked to read a draft, and says what they think of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from announcer.db.migrations.gates import gate, run

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _proofreading()
    _remark()
    run(gate("0040.sql"))


def _proofreading() -> None:
    op.create_table(
        "proofreading",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("draft", sa.Text, nullable=False),
        sa.Column("reader", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("message", "class_name")),
        *(sa.Column(name, JSONB, nullable=False) for name in ("fields", "files")),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("asked_at", TIMESTAMP(timezone=True), nullable=False),
        *(sa.Column(name, TIMESTAMP(timezone=True)) for name in ("done_at", "due_at")),
        sa.Column("attempts", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofreading")),
        sa.UniqueConstraint("draft", "reader", name=op.f("uq_proofreading_draft_reader")),
        sa.ForeignKeyConstraint(
            ["draft"],
            ["announcer.draft.public_id"],
            name=op.f("fk_proofreading_draft"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reader"], ["announcer.person.pseudonym"], name=op.f("fk_proofreading_reader")
        ),
        sa.CheckConstraint("char_length(message) <= 300", name=op.f("ck_proofreading_message")),
        schema="announcer",
    )
    op.create_index(op.f("ix_proofreading_reader"), "proofreading", ["reader"], schema="announcer")
    op.create_index(
        "ix_proofreading_due",
        "proofreading",
        ["due_at"],
        schema="announcer",
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )


def _remark() -> None:
    op.create_table(
        "remark",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("proofreading", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("field", "quote")),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
        sa.ForeignKeyConstraint(
            ["proofreading"],
            ["announcer.proofreading.id"],
            name=op.f("fk_remark_proofreading"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("char_length(quote) <= 2000", name=op.f("ck_remark_quote")),
        sa.CheckConstraint("char_length(words) BETWEEN 1 AND 1000", name=op.f("ck_remark_words")),
        schema="announcer",
    )
    op.create_index(op.f("ix_remark_proofreading"), "remark", ["proofreading"], schema="announcer")


def downgrade() -> None:
    op.drop_table("remark", schema="announcer")
    op.drop_table("proofreading", schema="announcer")
    run("DROP FUNCTION announcer.gate_remark();DROP FUNCTION announcer.gate_proofreading();")
