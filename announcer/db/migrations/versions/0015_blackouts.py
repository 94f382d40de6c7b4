"""When a step does not begin."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from announcer.db.migrations.gates import gate, run

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "step",
        sa.Column("silences", JSONB, nullable=False, server_default="[]"),
        schema="announcer",
    )
    run(gate("0015.sql"))


def downgrade() -> None:
    run("DROP FUNCTION announcer.gate_silences() CASCADE")
    op.drop_column("step", "silences", schema="announcer")
