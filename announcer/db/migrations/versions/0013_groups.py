"""Members of named groups outside the staff."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
        schema="announcer",
    )
    op.create_index(
        "uq_group_member_email",
        "group_member",
        ["audience", sa.text("lower(email)")],
        unique=True,
        schema="announcer",
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON announcer.group_member TO announcer_app")


def downgrade() -> None:
    op.drop_table("group_member", schema="announcer")
