"""What comes out counts as out after its page and its release, whatever the clock says."""

from alembic import op

from announcer.db.migrations.gates import function_of, gate, run

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(gate("0034.sql"))


def downgrade() -> None:
    run(function_of("0002.sql", "newsroom.gate_item"))
    op.execute("DROP FUNCTION announcer.out_from(announcer.step)")
