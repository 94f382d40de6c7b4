"""Sessions that the identity provider has ended."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signed_out",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_signed_out")),
        schema="announcer",
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON announcer.signed_out TO announcer_app")
    op.execute("GRANT UPDATE (at, expires_at) ON announcer.signed_out TO announcer_app")


def downgrade() -> None:
    op.drop_table("signed_out", schema="announcer")
