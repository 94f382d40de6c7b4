"""A translation that is older than the text is never published."""

from announcer.db.migrations.gates import function_of, gate, run

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(gate("0014.sql"))


def downgrade() -> None:
    run(function_of("0003.sql", "newsroom.assert_is_approved"))
    run("DROP FUNCTION announcer.source_hash(jsonb)")
