"""First schema: tables, the clock, the gate, and the rights of the app role."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CLOCK = """
CREATE FUNCTION announcer.announcer_now() RETURNS timestamptz
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT clock_timestamp()';
COMMENT ON FUNCTION announcer.announcer_now() IS
  'The one clock. Volatile: write (SELECT announcer.announcer_now()) where an index matters.';
"""
GATE = Path(__file__).parents[2] / "gate" / "0001.sql"

DROP_FUNCTIONS = """
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'announcer'::regnamespace LOOP
    EXECUTE 'DROP FUNCTION ' || f || ' CASCADE';
  END LOOP;
END $$
"""


def _run(sql: str) -> None:
    """Run SQL as it stands: its colons and per cent signs are not parameters."""
    op.get_bind().connection.cursor().execute(sql)


def upgrade() -> None:
    _run(CLOCK)
    op.execute(sa.schema.CreateSequence(sa.Sequence("lease_token", schema="announcer")))
    op.create_table(
        "blob",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
        schema="announcer",
    )
    op.create_table(
        "policy",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("loaded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_policy")),
        schema="announcer",
    )
    op.create_table(
        "press_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("newsroom", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press_contact")),
        schema="announcer",
    )
    op.create_index(
        "uq_press_contact_email",
        "press_contact",
        [sa.literal_column("lower(email)")],
        unique=True,
        schema="announcer",
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("workplace", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
        schema="announcer",
    )
    op.create_table(
        "person",
        sa.Column("pseudonym", sa.Uuid(), nullable=False),
        sa.Column("directory_id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("workplace", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("left_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["announcer.unit.code"], name=op.f("fk_person_unit")),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_person")),
        sa.UniqueConstraint("directory_id", name=op.f("uq_person_directory_id")),
        schema="announcer",
    )
    op.create_table(
        "announcement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("class_name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("author", sa.Uuid(), nullable=False),
        sa.Column("submitted_hash", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("announcer.announcer_now()"),
            nullable=False,
        ),
        sa.Column("planned_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("completed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("held_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("resumed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('in_review', 'active', 'completed', 'withdrawn')",
            name=op.f("ck_announcement_state"),
        ),
        sa.ForeignKeyConstraint(
            ["author"], ["announcer.person.pseudonym"], name=op.f("fk_announcement_author")
        ),
        sa.ForeignKeyConstraint(
            ["policy"], ["announcer.policy.sha256"], name=op.f("fk_announcement_policy")
        ),
        sa.ForeignKeyConstraint(
            ["unit"], ["announcer.unit.code"], name=op.f("fk_announcement_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("public_id", name=op.f("uq_announcement_public_id")),
        schema="announcer",
    )
    op.create_index(
        op.f("ix_announcement_state_created_at"),
        "announcement",
        ["state", "created_at"],
        unique=False,
        schema="announcer",
    )
    op.create_index(
        "uq_announcement_submission",
        "announcement",
        ["author", "submitted_hash"],
        unique=True,
        schema="announcer",
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "feed_token",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person"], ["announcer.person.pseudonym"], name=op.f("fk_feed_token_person")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_feed_token")),
        schema="announcer",
    )
    op.create_index(
        op.f("ix_feed_token_person"), "feed_token", ["person"], unique=False, schema="announcer"
    )
    op.create_table(
        "event",
        sa.Column("announcement", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement"], ["announcer.announcement.id"], name=op.f("fk_event_announcement")
        ),
        sa.PrimaryKeyConstraint("announcement", "seq", name=op.f("pk_event")),
        schema="announcer",
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("announcement", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("author", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("announcer.announcer_now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["announcement"], ["announcer.announcement.id"], name=op.f("fk_revision_announcement")
        ),
        sa.ForeignKeyConstraint(
            ["author"], ["announcer.person.pseudonym"], name=op.f("fk_revision_author")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("announcement", "number", name=op.f("uq_revision_announcement_number")),
        schema="announcer",
    )
    op.create_table(
        "approval",
        sa.Column("revision", sa.Uuid(), nullable=False),
        sa.Column("approver", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("announcer.announcer_now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["approver"], ["announcer.person.pseudonym"], name=op.f("fk_approval_approver")
        ),
        sa.ForeignKeyConstraint(
            ["revision"], ["announcer.revision.id"], name=op.f("fk_approval_revision")
        ),
        sa.PrimaryKeyConstraint("revision", "approver", name=op.f("pk_approval")),
        schema="announcer",
    )
    op.create_table(
        "revision_blob",
        sa.Column("revision", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision"], ["announcer.revision.id"], name=op.f("fk_revision_blob_revision")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["announcer.blob.sha256"], name=op.f("fk_revision_blob_sha256")
        ),
        sa.PrimaryKeyConstraint("revision", "sha256", name=op.f("pk_revision_blob")),
        schema="announcer",
    )
    op.create_table(
        "step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("announcement", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("audience", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("before_intranet", sa.Boolean(), nullable=False),
        sa.Column("after", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("floor_seconds", sa.BigInteger(), nullable=False),
        sa.Column("approval", sa.Text(), nullable=False),
        sa.Column("release_by", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("ticked_by", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("greatest_lateness_seconds", sa.BigInteger(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("page_digest", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("look_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("not_before", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("held_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("held_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("resumed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(channel = 'intranet') = (page_digest IS NOT NULL)", name=op.f("ck_step_page_digest")
        ),
        sa.CheckConstraint(
            "NOT before_intranet OR (channel = 'meeting' AND NOT external)",
            name=op.f("ck_step_before_intranet"),
        ),
        sa.CheckConstraint("approval IN ('none', 'any', 'other')", name=op.f("ck_step_approval")),
        sa.CheckConstraint("external = (channel = 'press')", name=op.f("ck_step_external")),
        sa.CheckConstraint(
            "NOT external OR approval <> 'none'", name=op.f("ck_step_external_approval")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'settled', 'withdrawn')", name=op.f("ck_step_state")
        ),
        sa.CheckConstraint("floor_seconds >= 0", name=op.f("ck_step_floor")),
        sa.ForeignKeyConstraint(
            ["announcement"], ["announcer.announcement.id"], name=op.f("fk_step_announcement")
        ),
        sa.ForeignKeyConstraint(
            ["revision"], ["announcer.revision.id"], name=op.f("fk_step_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("announcement", "key", name=op.f("uq_step_announcement_key")),
        schema="announcer",
    )
    op.create_index(
        "ix_step_look_at",
        "step",
        ["look_at"],
        unique=False,
        schema="announcer",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_step_page",
        "step",
        ["announcement"],
        unique=True,
        schema="announcer",
        postgresql_where=sa.text("channel = 'intranet'"),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), server_default="ready", nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lease_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("deaths", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "state IN ('ready', 'queued', 'running', 'done')", name=op.f("ck_batch_state")
        ),
        sa.ForeignKeyConstraint(["step"], ["announcer.step.id"], name=op.f("fk_batch_step")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("step", "number", name=op.f("uq_batch_step_number")),
        schema="announcer",
    )
    op.create_index(
        "ix_batch_due_at",
        "batch",
        ["urgent", "due_at"],
        unique=False,
        schema="announcer",
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_batch_lease_until",
        "batch",
        ["lease_until"],
        unique=False,
        schema="announcer",
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_table(
        "lift",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("step", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("not_before", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("announcer.announcer_now()"),
            nullable=False,
        ),
        sa.CheckConstraint("length(ground) > 0", name=op.f("ck_lift_ground")),
        sa.ForeignKeyConstraint(
            ["actor"], ["announcer.person.pseudonym"], name=op.f("fk_lift_actor")
        ),
        sa.ForeignKeyConstraint(["step"], ["announcer.step.id"], name=op.f("fk_lift_step")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lift")),
        schema="announcer",
    )
    op.create_table(
        "readback",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("step", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("announcer.announcer_now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["step"], ["announcer.step.id"], name=op.f("fk_readback_step")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readback")),
        schema="announcer",
    )
    op.create_table(
        "release",
        sa.Column("step", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("announcer.announcer_now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["actor"], ["announcer.person.pseudonym"], name=op.f("fk_release_actor")
        ),
        sa.ForeignKeyConstraint(["step"], ["announcer.step.id"], name=op.f("fk_release_step")),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_release")),
        schema="announcer",
    )
    op.create_table(
        "tick",
        sa.Column("step", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("announcer.announcer_now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["actor"], ["announcer.person.pseudonym"], name=op.f("fk_tick_actor")
        ),
        sa.ForeignKeyConstraint(["step"], ["announcer.step.id"], name=op.f("fk_tick_step")),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_tick")),
        schema="announcer",
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("artefact", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "changed_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("announcer.announcer_now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'accepted', 'deferred', 'refused', 'in_doubt', "
            "'abandoned')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(
            ["artefact"], ["announcer.blob.sha256"], name=op.f("fk_delivery_artefact")
        ),
        sa.ForeignKeyConstraint(["batch"], ["announcer.batch.id"], name=op.f("fk_delivery_batch")),
        sa.ForeignKeyConstraint(
            ["revision"], ["announcer.revision.id"], name=op.f("fk_delivery_revision")
        ),
        sa.ForeignKeyConstraint(["step"], ["announcer.step.id"], name=op.f("fk_delivery_step")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "revision", "channel", "recipient", name=op.f("uq_delivery_revision_channel_recipient")
        ),
        schema="announcer",
    )
    op.create_index(
        op.f("ix_delivery_batch_state"),
        "delivery",
        ["batch", "state"],
        unique=False,
        schema="announcer",
    )
    op.create_index(
        "ix_delivery_in_doubt",
        "delivery",
        ["state"],
        unique=False,
        schema="announcer",
        postgresql_where=sa.text("state = 'in_doubt'"),
    )
    op.create_index(
        op.f("ix_delivery_step_state"),
        "delivery",
        ["step", "state"],
        unique=False,
        schema="announcer",
    )
    _run(GATE.read_text(encoding="utf-8"))


def downgrade() -> None:
    _run("REVOKE ALL ON SCHEMA announcer FROM announcer_app")
    _run(DROP_FUNCTIONS)
    for table in (
        "delivery",
        "tick",
        "release",
        "readback",
        "lift",
        "batch",
        "step",
        "revision_blob",
        "approval",
        "revision",
        "event",
        "feed_token",
        "announcement",
        "person",
        "unit",
        "press_contact",
        "policy",
        "blob",
    ):
        op.drop_table(table, schema="announcer")
    _run("DROP SEQUENCE announcer.lease_token")
