"""Steps that came too late and were given up; everything may be stopped by the programs."""

import sqlalchemy as sa
from alembic import op

from announcer.db.migrations.gates import function_of, gate, run

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "given_up",
        sa.Column("step", sa.Uuid, sa.ForeignKey("announcer.step.id")),
        sa.Column("actor", sa.Uuid, sa.ForeignKey("announcer.person.pseudonym"), nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column(
            "at",
            sa.TIMESTAMP(timezone=True),
            nullable=False,
            server_default=sa.text("announcer.announcer_now()"),
        ),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_given_up")),
        schema="announcer",
    )
    run(gate("0022.sql"))


def downgrade() -> None:
    run("REVOKE INSERT ON announcer.standstill FROM announcer_app;")
    run(function_of("0001.sql", "announcer.gate_announcement"))
    run(function_of("0012.sql", "announcer.gate_passed_over"))
    run("DROP FUNCTION announcer.is_given_up(announcer.step);")
    op.drop_table("given_up", schema="announcer")
    run("DROP FUNCTION announcer.gate_given_up()")
