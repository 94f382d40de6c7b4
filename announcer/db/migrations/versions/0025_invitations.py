"""Calls that put a meeting into calendars."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call", sa.Column("calendar", JSONB), schema="announcer")


def downgrade() -> None:
    op.drop_column("call", "calendar", schema="announcer")
