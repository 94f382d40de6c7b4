"""When shifts hand over, by workplace."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workplace",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("handovers", postgresql.ARRAY(sa.Time()), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workplace")),
        schema="announcer",
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON announcer.workplace TO announcer_app")


def downgrade() -> None:
    op.drop_table("workplace", schema="announcer")
