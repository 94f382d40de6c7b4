"""The name of the signal that wakes dispatchers, which the newsroom must not know."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# PostgreSQL lets every role listen to every name and call it: a name that can be guessed tells the
# newsroom's role each act of a writer. Nobody reads this one but the owner and the programs.
BELL = """
INSERT INTO announcer.bell (channel) VALUES ('bell_' || replace(CAST(gen_random_uuid() AS text), '-', ''));
GRANT SELECT ON announcer.bell TO announcer_app;
-- Of the table itself the newsroom's role could also read which transaction wrote the row.
REVOKE SELECT ON newsroom.change FROM announcer_newsroom;
GRANT SELECT (number) ON newsroom.change TO announcer_newsroom;
"""


def upgrade() -> None:
    op.create_table(
        "bell",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_bell")),
        schema="announcer",
    )
    op.execute(BELL)


def downgrade() -> None:
    op.execute("GRANT SELECT ON newsroom.change TO announcer_newsroom")
    op.drop_table("bell", schema="announcer")
