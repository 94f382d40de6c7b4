"""Drafts: what somebody has begun to write and not handed in. Their owner's, and nobody's record."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("public_id", sa.Text, nullable=False),
        sa.Column("owner", sa.Uuid, nullable=False),
        sa.Column("class_name", sa.Text, nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("files", JSONB, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("saved_at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("public_id", name=op.f("pk_draft")),
        sa.ForeignKeyConstraint(
            ["owner"], ["announcer.person.pseudonym"], name=op.f("fk_draft_owner")
        ),
        schema="announcer",
    )
    op.create_index(op.f("ix_draft_owner"), "draft", ["owner"], schema="announcer")
    op.create_index(op.f("ix_draft_saved_at"), "draft", ["saved_at"], schema="announcer")
    op.execute("GRANT SELECT, INSERT, DELETE ON announcer.draft TO announcer_app")
    op.execute(
        "GRANT UPDATE (class_name, fields, files, version, saved_at) ON announcer.draft"
        " TO announcer_app"
    )


def downgrade() -> None:
    op.drop_table("draft", schema="announcer")
