"""Comments on passages of a text that waits for approval."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from announcer.db.migrations.gates import gate, run

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("announcement", sa.Uuid, nullable=False),
        sa.Column("revision", sa.Uuid, nullable=False),
        sa.Column("author", sa.Uuid, nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("field", "quote")),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column(
            "at",
            TIMESTAMP(timezone=True),
            nullable=False,
            server_default=sa.text("announcer.announcer_now()"),
        ),
        sa.Column("done_at", TIMESTAMP(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"announcer.{key}"], name=op.f(f"fk_comment_{column}")
            )
            for column, key in (
                ("announcement", "announcement.id"),
                ("revision", "revision.id"),
                ("author", "person.pseudonym"),
            )
        ),
        schema="announcer",
    )
    for column in ("announcement", "author"):
        op.create_index(op.f(f"ix_comment_{column}"), "comment", [column], schema="announcer")
    run(gate("0039.sql"))


def downgrade() -> None:
    run(
        "DROP FUNCTION announcer.forget_comments() CASCADE;"
        "DROP FUNCTION announcer.gate_comment() CASCADE;"
    )
    op.drop_table("comment", schema="announcer")
