"""A board where visitors pass is outside the house, and nothing hangs anywhere that was not made."""

from alembic import op

from announcer.db.migrations.gates import gate, run

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO announcer.channel (name, external) VALUES ('visitors_board', true) "
        "ON CONFLICT DO NOTHING"
    )
    run(gate("0032.sql"))


def downgrade() -> None:
    op.execute("DROP TRIGGER gate_made ON announcer.board_tick")
    op.execute("DROP FUNCTION announcer.gate_board_tick()")
    op.execute("DELETE FROM announcer.channel WHERE name = 'visitors_board'")
