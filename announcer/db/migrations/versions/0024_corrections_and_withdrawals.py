"""Corrections and withdrawals of what some have had already."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from announcer.db.migrations.gates import function_of, gate, run

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)
NOW = sa.text("announcer.announcer_now()")
PERSON = "announcer.person.pseudonym"
#: What each file had before, so that it can be put back.
BEFORE = {
    "announcer.assert_may_send": "0012.sql",
    "announcer.assert_not_before": "0017.sql",
    "announcer.gate_announcement": "0022.sql",
    "announcer.gate_new_deliveries": "0007.sql",
    "announcer.gate_returned": "0011.sql",
    "announcer.gate_step": "0001.sql",
    "announcer.seal_revision": "0001.sql",
    "newsroom.is_out": "0012.sql",
}


def upgrade() -> None:
    _tables()
    op.add_column(
        "step",
        sa.Column("kind", sa.Text, nullable=False, server_default="first"),
        schema="announcer",
    )
    op.add_column(
        "step", sa.Column("about", sa.Uuid, sa.ForeignKey("announcer.step.id")), schema="announcer"
    )
    op.create_check_constraint(
        op.f("ck_step_kind"),
        "step",
        "kind IN ('first', 'correction', 'withdrawal')",
        schema="announcer",
    )
    op.create_check_constraint(
        op.f("ck_step_about"), "step", "kind = 'first' OR about IS NOT NULL", schema="announcer"
    )
    op.create_unique_constraint(
        op.f("uq_step_about_kind_revision"),
        "step",
        ["about", "kind", "revision"],
        schema="announcer",
    )
    op.create_index(
        "uq_step_withdrawal",
        "step",
        ["about"],
        unique=True,
        schema="announcer",
        postgresql_where=sa.text("kind = 'withdrawal'"),
    )
    _page("announcement", "revision")
    op.add_column(
        "delivery",
        sa.Column("withdraws", sa.Boolean, nullable=False, server_default="false"),
        schema="announcer",
    )
    op.drop_constraint(
        op.f("uq_delivery_revision_channel_recipient"), "delivery", schema="announcer"
    )
    op.create_unique_constraint(
        op.f("uq_delivery_revision_channel_recipient_withdraws"),
        "delivery",
        ["revision", "channel", "recipient", "withdraws"],
        schema="announcer",
    )
    run(gate("0024.sql"))


def _page(*columns: str) -> None:
    """One page a text, where there was one an announcement; and back."""
    op.drop_index("uq_step_page", "step", schema="announcer")
    op.create_index(
        "uq_step_page",
        "step",
        list(columns),
        unique=True,
        schema="announcer",
        postgresql_where=sa.text("channel = 'intranet'"),
    )


def _tables() -> None:
    op.create_table(
        "correction",
        sa.Column("revision", sa.Uuid, sa.ForeignKey("announcer.revision.id")),
        sa.Column(
            "announcement", sa.Uuid, sa.ForeignKey("announcer.announcement.id"), nullable=False
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Uuid, sa.ForeignKey(PERSON), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("applied_at", MOMENT),
        sa.Column("taken_back_at", MOMENT),
        sa.Column("taken_back_by", sa.Uuid, sa.ForeignKey(PERSON)),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_correction")),
        sa.CheckConstraint("kind IN ('minor', 'real')", name=op.f("ck_correction_kind")),
        schema="announcer",
    )
    op.create_index(
        "ix_correction_announcement", "correction", ["announcement"], schema="announcer"
    )
    op.create_index(
        "uq_correction_open",
        "correction",
        ["announcement"],
        unique=True,
        schema="announcer",
        postgresql_where=sa.text("applied_at IS NULL AND taken_back_at IS NULL"),
    )
    op.create_table(
        "withdrawal",
        sa.Column("announcement", sa.Uuid, sa.ForeignKey("announcer.announcement.id")),
        sa.Column("actor", sa.Uuid, sa.ForeignKey(PERSON), nullable=False),
        sa.Column("what", JSONB, nullable=False, server_default="{}"),
        sa.Column("at", MOMENT, nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("announcement", name=op.f("pk_withdrawal")),
        schema="announcer",
    )


def downgrade() -> None:
    for function, file in BEFORE.items():
        run(function_of(file, function))
    run(
        "REVOKE UPDATE (revision, page_digest) ON announcer.step FROM announcer_app;"
        "DROP FUNCTION announcer.assert_may_tell(announcer.step, text);"
        "DROP FUNCTION announcer.assert_may_add(announcer.step);"
        "DROP FUNCTION announcer.page_confirmed(announcer.step);"
        "DROP FUNCTION announcer.page_confirmed(announcer.step, timestamptz);"
        "DROP FUNCTION announcer.corrected_to(uuid);"
    )
    for table in ("withdrawal", "correction"):
        op.drop_table(table, schema="announcer")
        run(f"DROP FUNCTION announcer.gate_{table}()")
    op.drop_constraint(
        op.f("uq_delivery_revision_channel_recipient_withdraws"), "delivery", schema="announcer"
    )
    op.drop_column("delivery", "withdraws", schema="announcer")
    op.create_unique_constraint(
        op.f("uq_delivery_revision_channel_recipient"),
        "delivery",
        ["revision", "channel", "recipient"],
        schema="announcer",
    )
    _page("announcement")
    op.drop_column("step", "about", schema="announcer")
    op.drop_column("step", "kind", schema="announcer")
