"""What channels said of themselves, so that no step says otherwise: who leaves the house."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "channel",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channel")),
        sa.UniqueConstraint("name", "external", name=op.f("uq_channel_name_external")),
        schema="announcer",
    )
    inside, outside = ("intranet", "email", "poster", "meeting"), ("press", "newsroom")
    op.bulk_insert(
        table,
        [{"name": n, "external": False} for n in inside]
        + [{"name": n, "external": True} for n in outside],
    )
    op.execute("GRANT SELECT, INSERT ON announcer.channel TO announcer_app")
    op.drop_constraint(op.f("ck_step_external"), "step", schema="announcer")
    op.create_foreign_key(
        op.f("fk_step_channel_external"),
        "step",
        "channel",
        ["channel", "external"],
        ["name", "external"],
        source_schema="announcer",
        referent_schema="announcer",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_step_channel_external"), "step", schema="announcer")
    op.create_check_constraint(
        op.f("ck_step_external"),
        "step",
        "external = (channel IN ('press', 'newsroom'))",
        schema="announcer",
    )
    op.drop_table("channel", schema="announcer")
