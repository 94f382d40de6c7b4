"""The newsroom's schema and role, keys to the API, standing still, and weeding."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from announcer.db.migrations.gates import function_of, gate, run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("announcer.announcer_now()")

DROP_FUNCTIONS = """
DROP TRIGGER publish ON announcer.delivery;
DROP TRIGGER withdraw ON announcer.announcement;
DROP VIEW newsroom.released_item, newsroom.released_text, newsroom.released_file;
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'newsroom'::regnamespace LOOP
    EXECUTE 'DROP FUNCTION ' || f || ' CASCADE';
  END LOOP;
END $$;
DROP FUNCTION announcer.stamp_standstill() CASCADE;
REVOKE ALL ON SCHEMA newsroom FROM announcer_app, announcer_newsroom;
"""


def _external(channels: str) -> None:
    op.drop_constraint(op.f("ck_step_external"), "step", schema="announcer")
    op.create_check_constraint(
        op.f("ck_step_external"), "step", f"external = ({channels})", schema="announcer"
    )


def upgrade() -> None:
    _external("channel IN ('press', 'newsroom')")
    op.add_column(
        "revision",
        sa.Column("weeded_under", sa.Text(), server_default="", nullable=False),
        schema="announcer",
    )
    op.create_table(
        "standstill",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("known_until", MOMENT, nullable=True),
        sa.Column("began_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["announcer.person.pseudonym"], name=op.f("fk_standstill_ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standstill")),
        schema="announcer",
    )
    op.create_index(
        "uq_standstill_open",
        "standstill",
        [sa.text("(ended_at IS NULL)")],
        unique=True,
        schema="announcer",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "api_token",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["person"], ["announcer.person.pseudonym"], name=op.f("fk_api_token_person")
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_api_token")),
        schema="announcer",
    )
    op.create_index(op.f("ix_api_token_person"), "api_token", ["person"], schema="announcer")
    op.create_table(
        "idempotent_request",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["token"], ["announcer.api_token.sha256"], name=op.f("fk_idempotent_request_token")
        ),
        sa.PrimaryKeyConstraint("token", "key", name=op.f("pk_idempotent_request")),
        schema="announcer",
    )
    op.create_index(
        op.f("ix_idempotent_request_created_at"),
        "idempotent_request",
        ["created_at"],
        schema="announcer",
    )
    _newsroom_tables()
    run(gate("0002.sql"))


def _newsroom_tables() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("announcement", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Uuid(), nullable=False),
        sa.Column("delivery", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Uuid(), nullable=False),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("record_number", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("corrected_at", MOMENT, nullable=True),
        sa.Column("correction", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        *(
            sa.ForeignKeyConstraint([one], [f"announcer.{one}.id"], name=op.f(f"fk_item_{one}"))
            for one in ("announcement", "step", "delivery", "revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_item_public_id")),
        sa.UniqueConstraint("announcement", name=op.f("uq_item_announcement")),
        schema="newsroom",
    )
    op.create_index(op.f("ix_item_published_at"), "item", ["published_at"], schema="newsroom")
    op.create_table(
        "text",
        sa.Column("item", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["newsroom.item.id"], name=op.f("fk_text_item")),
        sa.PrimaryKeyConstraint("item", "language", name=op.f("pk_text")),
        schema="newsroom",
    )
    op.create_index("ix_text_search", "text", ["search"], schema="newsroom", postgresql_using="gin")
    op.create_table(
        "file",
        sa.Column("item", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["newsroom.item.id"], name=op.f("fk_file_item")),
        sa.PrimaryKeyConstraint("item", "name", name=op.f("pk_file")),
        schema="newsroom",
    )
    op.create_table(
        "change",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_change")),
        schema="newsroom",
    )


def downgrade() -> None:
    run(DROP_FUNCTIONS)
    run(function_of("0001.sql", "announcer.assert_may_send"))
    for table in ("change", "file", "text", "item"):
        op.drop_table(table, schema="newsroom")
    for table in ("idempotent_request", "api_token", "standstill"):
        op.drop_table(table, schema="announcer")
    op.drop_column("revision", "weeded_under", schema="announcer")
    _external("channel = 'press'")
