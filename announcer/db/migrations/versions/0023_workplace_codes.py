"""Codes that let a shared phone read the news of a workplace."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)
NOW = sa.text("announcer.announcer_now()")
PERSON = "announcer.person.pseudonym"


def upgrade() -> None:
    op.create_table(
        "workplace_code",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("workplace", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, sa.ForeignKey("announcer.unit.code"), nullable=False),
        sa.Column("made_by", sa.Uuid, sa.ForeignKey(PERSON), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("revoked_by", sa.Uuid, sa.ForeignKey(PERSON)),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_workplace_code_revoked")
        ),
        schema="announcer",
    )
    op.execute("GRANT SELECT, INSERT ON announcer.workplace_code TO announcer_app")
    op.execute("GRANT UPDATE (revoked_at, revoked_by) ON announcer.workplace_code TO announcer_app")


def downgrade() -> None:
    op.drop_table("workplace_code", schema="announcer")
