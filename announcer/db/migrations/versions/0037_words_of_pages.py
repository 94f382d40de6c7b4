"""The words by which a colleague finds a page."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from announcer.db.migrations.gates import gate, run

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_text",
        sa.Column("announcement", sa.Uuid, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("revision", sa.Uuid, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("search", TSVECTOR, nullable=False),
        sa.PrimaryKeyConstraint("announcement", "language", name=op.f("pk_page_text")),
        sa.ForeignKeyConstraint(
            ["announcement"], ["announcer.announcement.id"], name=op.f("fk_page_text_announcement")
        ),
        sa.ForeignKeyConstraint(
            ["revision"], ["announcer.revision.id"], name=op.f("fk_page_text_revision")
        ),
        schema="announcer",
    )
    op.create_index(
        "ix_page_text_search", "page_text", ["search"], schema="announcer", postgresql_using="gin"
    )
    run(gate("0037.sql"))


def downgrade() -> None:
    run(
        "DROP FUNCTION announcer.show_words() CASCADE;"
        "DROP FUNCTION announcer.forget_words() CASCADE;"
        "DROP FUNCTION announcer.take_in_words(uuid, uuid);"
    )
    op.drop_table("page_text", schema="announcer")
