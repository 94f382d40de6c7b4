"""What an author has lent to somebody does not approve the author's text."""

from announcer.db.migrations.gates import function_of, gate, run

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(gate("0018.sql"))


def downgrade() -> None:
    run(function_of("0011.sql", "announcer.is_approved"))
