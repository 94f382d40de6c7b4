"""Boards of workplaces, and what was put up and taken down there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from announcer.db.migrations.gates import gate, run

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("workplace", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("paper", sa.Text, nullable=False),
        sa.Column("languages", ARRAY(sa.Text), nullable=False),
        sa.Column("open_days", ARRAY(sa.Text), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("removed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board")),
        sa.UniqueConstraint("code", name=op.f("uq_board_code")),
        sa.UniqueConstraint("workplace", "name", name=op.f("uq_board_workplace_name")),
        schema="announcer",
    )
    op.create_table(
        "board_tick",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("board", sa.Uuid, sa.ForeignKey("announcer.board.id"), nullable=False),
        sa.Column(
            "announcement", sa.Uuid, sa.ForeignKey("announcer.announcement.id"), nullable=False
        ),
        sa.Column("revision", sa.Uuid, sa.ForeignKey("announcer.revision.id")),
        sa.Column("actor", sa.Uuid, sa.ForeignKey("announcer.person.pseudonym")),
        sa.Column(
            "at", MOMENT, nullable=False, server_default=sa.text("announcer.announcer_now()")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_tick")),
        schema="announcer",
    )
    op.create_index(
        "ix_board_tick_board_announcement",
        "board_tick",
        ["board", "announcement"],
        schema="announcer",
    )
    run(gate("0028.sql"))


def downgrade() -> None:
    op.drop_table("board_tick", schema="announcer")
    op.drop_table("board", schema="announcer")
