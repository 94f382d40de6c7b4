"""Several approvals, the author's last word, texts given back, and stand-ins."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from announcer.db.migrations.gates import function_of, gate, run

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("announcer.announcer_now()")


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["announcer.person.pseudonym"], name=op.f(f"fk_{table}_{column}")
    )


def upgrade() -> None:
    _steps()
    _approvals()
    _returned()
    _stand_in()
    run(gate("0011.sql"))


def _steps() -> None:
    """Plans that were made before needed one approval, or none."""
    run(
        "ALTER TABLE announcer.step ADD COLUMN approvals_needed bigint NOT NULL DEFAULT 1,"
        " ADD COLUMN author_last boolean NOT NULL DEFAULT false;"
        "UPDATE announcer.step SET approvals_needed = 0 WHERE approval = 'none';"
        "ALTER TABLE announcer.step ALTER COLUMN approvals_needed DROP DEFAULT,"
        " ALTER COLUMN author_last DROP DEFAULT"
    )
    op.create_check_constraint(
        op.f("ck_step_approvals_needed"),
        "step",
        "approvals_needed >= 0 AND (approval = 'none') = (approvals_needed = 0)",
        schema="announcer",
    )
    op.create_check_constraint(
        op.f("ck_step_author_last"),
        "step",
        "NOT author_last OR approval = 'other'",
        schema="announcer",
    )


def _approvals() -> None:
    run(
        "ALTER TABLE announcer.approval ADD COLUMN roles text[] NOT NULL DEFAULT '{}',"
        " ADD COLUMN acting_for uuid;"
        "ALTER TABLE announcer.approval ALTER COLUMN roles DROP DEFAULT"
    )
    op.create_foreign_key(
        op.f("fk_approval_acting_for"),
        "approval",
        "person",
        ["acting_for"],
        ["pseudonym"],
        source_schema="announcer",
        referent_schema="announcer",
    )


def _returned() -> None:
    op.create_table(
        "returned",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=False),
        sa.Column("acting_for", sa.Uuid(), nullable=True),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        sa.Column("taken_back_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision"], ["announcer.revision.id"], name=op.f("fk_returned_revision")
        ),
        *(_person("returned", column) for column in ("actor", "acting_for", "taken_back_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned")),
        schema="announcer",
    )
    op.create_index(
        "uq_returned_open",
        "returned",
        ["revision"],
        unique=True,
        schema="announcer",
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )


def _stand_in() -> None:
    op.create_table(
        "stand_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("who", sa.Uuid(), nullable=False),
        sa.Column("for_whom", sa.Uuid(), nullable=False),
        sa.Column("announcement", sa.Uuid(), nullable=True),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("until_at", MOMENT, nullable=False),
        sa.Column("appointed_by", sa.Uuid(), nullable=False),
        sa.Column("appointed_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("who <> for_whom", name=op.f("ck_stand_in_two_people")),
        sa.CheckConstraint("from_at < until_at", name=op.f("ck_stand_in_dates")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_stand_in_revoked")
        ),
        sa.ForeignKeyConstraint(
            ["announcement"], ["announcer.announcement.id"], name=op.f("fk_stand_in_announcement")
        ),
        *(_person("stand_in", one) for one in ("who", "for_whom", "appointed_by", "revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
        schema="announcer",
    )
    for column in ("who", "for_whom"):
        op.create_index(
            f"ix_stand_in_{column}",
            "stand_in",
            [column],
            schema="announcer",
            postgresql_where=sa.text("revoked_at IS NULL"),
        )


def downgrade() -> None:
    run(function_of("0002.sql", "announcer.assert_may_send"))
    run(function_of("0001.sql", "announcer.stamp_approval"))
    run(
        "DROP FUNCTION announcer.is_approved(announcer.step);"
        "DROP FUNCTION announcer.gate_approval_rule(), announcer.gate_returned(),"
        " announcer.gate_stand_in() CASCADE"
    )
    op.drop_table("stand_in", schema="announcer")
    op.drop_table("returned", schema="announcer")
    op.drop_column("approval", "acting_for", schema="announcer")
    op.drop_column("approval", "roles", schema="announcer")
    op.drop_column("step", "author_last", schema="announcer")
    op.drop_column("step", "approvals_needed", schema="announcer")
