"""The phones of shifts: who carries one is in no list."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shift",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("workplace", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("days", ARRAY(sa.Text), nullable=False),
        sa.Column("begins", sa.Time, nullable=False),
        sa.Column("ends", sa.Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        schema="announcer",
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON announcer.shift TO announcer_app")


def downgrade() -> None:
    op.drop_table("shift", schema="announcer")
