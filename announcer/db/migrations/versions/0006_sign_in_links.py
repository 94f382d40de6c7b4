"""Links that sign a person in once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_link",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["announcer.person.pseudonym"], name=op.f("fk_sign_in_link_person")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sign_in_link")),
        schema="announcer",
    )
    # Nothing about a link can be changed: it cannot be given to somebody else, or a longer life.
    op.execute("GRANT SELECT, INSERT, DELETE ON announcer.sign_in_link TO announcer_app")


def downgrade() -> None:
    op.drop_table("sign_in_link", schema="announcer")
