"""The tables. What may happen to a row stands in ``gate.sql``; here is only its shape.

Every moment is ``timestamptz``; every table lies in the schema ``announcer``, named in full, so
that nothing in another schema can stand in for it.
"""

from datetime import datetime, time
from typing import Annotated, Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Sequence,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from announcer.domain.announcement import AnnouncementState
from announcer.domain.change import CorrectionKind
from announcer.domain.delivery import DeliveryState
from announcer.domain.step import ApprovalRule, StepKind, StepState, Strength

SCHEMA = "announcer"

Moment = Annotated[datetime, mapped_column(TIMESTAMP(timezone=True))]
Id = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]
Sha256 = Annotated[str, mapped_column(Text)]
Names = Annotated[tuple[str, ...], mapped_column(ARRAY(Text))]


class Base(DeclarativeBase):
    """Declarative base; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        schema=SCHEMA,
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map = {str: Text, int: BigInteger}  # noqa: RUF012 - SQLAlchemy's own protocol


def one_of(
    column: str,
    words: type[
        AnnouncementState
        | StepState
        | DeliveryState
        | ApprovalRule
        | Strength
        | StepKind
        | CorrectionKind
    ],
) -> CheckConstraint:
    """The column holds one of the enum's values."""
    allowed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


#: Fencing tokens: each time a batch is taken, a higher one.
lease_token = Sequence("lease_token", metadata=Base.metadata)


class UnitRow(Base):
    """A part of the organisation, as imported."""

    __tablename__ = "unit"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    parent: Mapped[str]
    workplace: Mapped[str]


class PersonRow(Base):
    """A colleague. The pseudonym stands in the record for ever; the rest can be erased."""

    __tablename__ = "person"
    pseudonym: Mapped[Id]
    directory_id: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str] = mapped_column(ForeignKey("announcer.unit.code"))
    workplace: Mapped[str]
    role: Mapped[str]
    email: Mapped[str | None]
    language: Mapped[str]
    left_at: Mapped[Moment | None]
    #: Of the identity provider, since the last sign-in by it; no column says when that was, by law.
    groups: Mapped[Names] = mapped_column(default=(), server_default="{}")


class WorkplaceRow(Base):
    """When shifts hand over where people work (local times), and what its boards are read in."""

    __tablename__ = "workplace"
    name: Mapped[str] = mapped_column(primary_key=True)
    handovers: Mapped[tuple[time, ...]] = mapped_column(ARRAY(Time))
    languages: Mapped[Names]


class ShiftRow(Base):
    """When a workplace's phone is carried by whoever is at work; local times."""

    __tablename__ = "shift"
    id: Mapped[Id]
    workplace: Mapped[str]
    phone: Mapped[str]
    #: Small English names of the weekdays on which it begins.
    days: Mapped[Names]
    begins: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)


class BoardRow(Base):
    """A board of a workplace. ``code`` stands in the address behind its own QR code and opens nothing
    but a page that names no announcement; it is not secret where the board hangs."""

    __tablename__ = "board"
    id: Mapped[Id]
    workplace: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    paper: Mapped[str]
    #: Empty where it is read in what its workplace is.
    languages: Mapped[Names]
    #: Small English names of the weekdays on which somebody is there.
    open_days: Mapped[Names]
    code: Mapped[str] = mapped_column(unique=True)
    removed_at: Mapped[Moment | None]
    __table_args__ = (UniqueConstraint("workplace", "name"),)


class BoardTickRow(Base):
    """A notice was put up on a board, or taken down (no ``revision``). Without ``actor`` it was said
    on the board's own page, by whoever stood there."""

    __tablename__ = "board_tick"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    board: Mapped[UUID] = mapped_column(ForeignKey("announcer.board.id"))
    announcement: Mapped[UUID] = mapped_column(ForeignKey("announcer.announcement.id"))
    revision: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.revision.id"))
    actor: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    __table_args__ = (Index(None, "board", "announcement"),)


class PressContactRow(Base):
    """A newsroom on the press list (public task; erased from here on request)."""

    __tablename__ = "press_contact"
    id: Mapped[Id]
    newsroom: Mapped[str]
    email: Mapped[str]
    language: Mapped[str]
    area: Mapped[str]
    removed_at: Mapped[Moment | None]
    __table_args__ = (Index("uq_press_contact_email", text("lower(email)"), unique=True),)


class GroupMemberRow(Base):
    """An office in a named group outside the staff, and where its holder reads mail.

    Nobody is here longer than in the imported list.
    """

    __tablename__ = "group_member"
    id: Mapped[Id]
    #: The audience's name in the policy.
    audience: Mapped[str]
    office: Mapped[str]
    email: Mapped[str]
    language: Mapped[str]
    __table_args__ = (
        Index("uq_group_member_email", "audience", text("lower(email)"), unique=True),
    )


class ListChangeRow(Base):
    """Somebody changed one of the organisation's own lists: which, and how much. It names nobody who
    stands in one; ``about`` is the one row that it was about, where that is no person's."""

    __tablename__ = "list_change"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    list: Mapped[str]
    about: Mapped[str]
    #: None: on the server.
    actor: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    added: Mapped[int]
    changed: Mapped[int]
    removed: Mapped[int]
    faults: Mapped[int]
    #: Of the file that was taken in.
    sha256: Mapped[Sha256]
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    __table_args__ = (Index(None, "list", "id"),)


class FeedTokenRow(Base):
    """A personal key to the feeds, stored hashed. No column says when it was used, by law."""

    __tablename__ = "feed_token"
    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    created_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    __table_args__ = (Index(None, "person"),)


class PolicyRow(Base):
    """A policy that announcements were planned under: canonical JSON and the files it names."""

    __tablename__ = "policy"
    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    source: Mapped[str]
    loaded_at: Mapped[Moment]


class BlobRow(Base):
    """Bytes of attachments and of everything sent, by their hash."""

    __tablename__ = "blob"
    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class AnnouncementRow(Base):
    """One announcement from submission to archive."""

    __tablename__ = "announcement"
    id: Mapped[Id]
    public_id: Mapped[str] = mapped_column(unique=True)
    class_name: Mapped[str]
    unit: Mapped[str] = mapped_column(ForeignKey("announcer.unit.code"))
    author: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    submitted_hash: Mapped[Sha256]
    policy: Mapped[Sha256] = mapped_column(ForeignKey("announcer.policy.sha256"))
    #: By a named role, as a crisis: the policy's `[crisis]` holds for it.
    declared: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[str] = mapped_column(default=AnnouncementState.IN_REVIEW.value)
    created_at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    planned_at: Mapped[Moment | None]
    completed_at: Mapped[Moment | None]
    withdrawn_at: Mapped[Moment | None]
    held_at: Mapped[Moment | None]
    resumed_at: Mapped[Moment | None]
    __table_args__ = (
        one_of("state", AnnouncementState),
        # The same text by the same person twice is a second click, not a second announcement.
        Index(
            "uq_announcement_submission",
            "author",
            "submitted_hash",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index(None, "state", "created_at"),
    )


class RevisionRow(Base):
    """One version of the text: canonical JSON and its hash."""

    __tablename__ = "revision"
    id: Mapped[Id]
    announcement: Mapped[UUID] = mapped_column(ForeignKey("announcer.announcement.id"))
    number: Mapped[int]
    content: Mapped[str]
    content_hash: Mapped[Sha256]
    author: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    created_at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    #: The decision under which the content was weeded; empty while it is there.
    weeded_under: Mapped[str] = mapped_column(server_default="")
    #: The announcement that the text names as the one before it; written by the database alone.
    follows: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.announcement.id"))
    __table_args__ = (UniqueConstraint("announcement", "number"), Index(None, "follows"))


class PageTextRow(Base):
    """The words of a page that is up on the intranet, in one language, and what its questions are
    about; written by the database alone."""

    __tablename__ = "page_text"
    announcement: Mapped[UUID] = mapped_column(
        ForeignKey("announcer.announcement.id"), primary_key=True
    )
    language: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[UUID] = mapped_column(ForeignKey("announcer.revision.id"))
    topic: Mapped[str]
    title: Mapped[str]
    search: Mapped[str] = mapped_column(TSVECTOR)
    __table_args__ = (Index("ix_page_text_search", "search", postgresql_using="gin"),)


class RevisionBlobRow(Base):
    """Which attachments a revision has."""

    __tablename__ = "revision_blob"
    revision: Mapped[UUID] = mapped_column(ForeignKey("announcer.revision.id"), primary_key=True)
    sha256: Mapped[Sha256] = mapped_column(ForeignKey("announcer.blob.sha256"), primary_key=True)


class ApprovalRow(Base):
    """Somebody's approval of exactly one text."""

    __tablename__ = "approval"
    revision: Mapped[UUID] = mapped_column(ForeignKey("announcer.revision.id"), primary_key=True)
    approver: Mapped[UUID] = mapped_column(
        ForeignKey("announcer.person.pseudonym"), primary_key=True
    )
    content_hash: Mapped[Sha256]
    #: The roles of the chain that they had then, in whose right they had them.
    roles: Mapped[Names]
    acting_for: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))


class CorrectionRow(Base):
    """A text that is proposed instead of the one in force: it waits, is applied, or is taken back."""

    __tablename__ = "correction"
    revision: Mapped[UUID] = mapped_column(ForeignKey("announcer.revision.id"), primary_key=True)
    announcement: Mapped[UUID] = mapped_column(ForeignKey("announcer.announcement.id"))
    #: Read by the database from the text that is approved.
    kind: Mapped[str]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    proposed_at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    applied_at: Mapped[Moment | None]
    taken_back_at: Mapped[Moment | None]
    taken_back_by: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    __table_args__ = (
        one_of("kind", CorrectionKind),
        Index(None, "announcement"),
        Index(
            "uq_correction_open",
            "announcement",
            unique=True,
            postgresql_where=text("applied_at IS NULL AND taken_back_at IS NULL"),
        ),
    )


class WithdrawalRow(Base):
    """What those who had a text are told of its withdrawal: a sentence by language, or none."""

    __tablename__ = "withdrawal"
    announcement: Mapped[UUID] = mapped_column(
        ForeignKey("announcer.announcement.id"), primary_key=True
    )
    actor: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    what: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))


class ReturnRow(Base):
    """A text was given back with a reason: nobody approves it until that is taken back."""

    __tablename__ = "returned"
    id: Mapped[Id]
    revision: Mapped[UUID] = mapped_column(ForeignKey("announcer.revision.id"))
    actor: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    acting_for: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    #: The roles of the chain that they had then.
    roles: Mapped[Names]
    #: What was wrong with the text; weeded with it. The chain has its hash.
    reason: Mapped[str]
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    taken_back_at: Mapped[Moment | None]
    taken_back_by: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    __table_args__ = (
        Index(
            "uq_returned_open",
            "revision",
            unique=True,
            postgresql_where=text("taken_back_at IS NULL"),
        ),
    )


class StandInRow(Base):
    """Who has whose roles from when until when; ``announcement``: for that one only.

    Rows are history: nothing in them changes but that they are revoked, once.
    """

    __tablename__ = "stand_in"
    id: Mapped[Id]
    who: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    for_whom: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    announcement: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.announcement.id"))
    from_at: Mapped[Moment]
    until_at: Mapped[Moment]
    appointed_by: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    appointed_at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    revoked_at: Mapped[Moment | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    __table_args__ = (
        CheckConstraint("who <> for_whom", name="two_people"),
        CheckConstraint("from_at < until_at", name="dates"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        Index("ix_stand_in_who", "who", postgresql_where=text("revoked_at IS NULL")),
        Index("ix_stand_in_for_whom", "for_whom", postgresql_where=text("revoked_at IS NULL")),
    )


class ChannelRow(Base):
    """What a channel said of itself when it was first used. Nobody may change it: what once left
    the house is never taken for an inside channel."""

    __tablename__ = "channel"
    name: Mapped[str] = mapped_column(primary_key=True)
    external: Mapped[bool]
    __table_args__ = (UniqueConstraint("name", "external"),)


class StepRow(Base):
    """One step of a plan. The first block never changes, but that what waits takes over the text
    of a correction; the second is where it is."""

    __tablename__ = "step"
    id: Mapped[Id]
    announcement: Mapped[UUID] = mapped_column(ForeignKey("announcer.announcement.id"))
    revision: Mapped[UUID] = mapped_column(ForeignKey("announcer.revision.id"))
    position: Mapped[int]
    key: Mapped[str]
    channel: Mapped[str]
    audience: Mapped[Names]
    external: Mapped[bool]
    before_intranet: Mapped[bool]
    after: Mapped[Names]
    floor_seconds: Mapped[int]
    approval: Mapped[str]
    #: So many different people's approvals, and the author's after them.
    approvals_needed: Mapped[int]
    author_last: Mapped[bool]
    release_by: Mapped[Names]
    ticked_by: Mapped[Names]
    greatest_lateness_seconds: Mapped[int]
    urgent: Mapped[bool]
    source: Mapped[str]
    #: For the page: what a reader must find at the public address (hex SHA-256).
    page_digest: Mapped[str | None]
    #: Events that must have happened, by the policy's names.
    gates: Mapped[Names] = mapped_column(server_default="{}")
    strength: Mapped[str] = mapped_column(server_default=Strength.MUST.value)
    #: Reckoned backwards from when the news is known anyway.
    meant_for: Mapped[Moment | None]
    #: When it does not begin: beginning and end (RFC 3339) and why.
    silences: Mapped[list[list[str]]] = mapped_column(JSONB, server_default="[]")
    #: A meeting that is ticked in each unit it concerns.
    per_unit: Mapped[bool] = mapped_column(server_default="false")
    #: What was added to the plan is about a step of it: it tells those who had that step's text
    #: what became of it; of the first kind, it takes the right text to those who had none.
    kind: Mapped[str] = mapped_column(server_default=StepKind.FIRST.value)
    about: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.step.id"))

    state: Mapped[str] = mapped_column(default=StepState.WAITING.value)
    #: When the dispatcher looks next; null means "when something happens".
    look_at: Mapped[Moment | None]
    #: When it is asked next whether a person must be called; null means "when something happens".
    call_at: Mapped[Moment | None]
    not_before: Mapped[Moment | None]
    started_at: Mapped[Moment | None]
    confirmed_at: Mapped[Moment | None]
    settled_at: Mapped[Moment | None]
    held_at: Mapped[Moment | None]
    held_reason: Mapped[str] = mapped_column(server_default="")
    #: A program holds it, and whoever is on duty says what becomes of it; else a person paused it.
    stopped: Mapped[bool] = mapped_column(server_default="false")
    resumed_at: Mapped[Moment | None]
    __table_args__ = (
        UniqueConstraint("announcement", "key"),
        UniqueConstraint("about", "kind", "revision"),
        one_of("kind", StepKind),
        CheckConstraint("kind = 'first' OR about IS NOT NULL", name="about"),
        one_of("state", StepState),
        one_of("approval", ApprovalRule),
        one_of("strength", Strength),
        CheckConstraint(
            "strength = 'must' OR NOT (external OR channel = 'intranet')", name="strength_inside"
        ),
        CheckConstraint("floor_seconds >= 0", name="floor"),
        # A step leaves the house if and only if its channel says that it does.
        ForeignKeyConstraint(
            ["channel", "external"], ["announcer.channel.name", "announcer.channel.external"]
        ),
        CheckConstraint(
            "approvals_needed >= 0 AND (approval = 'none') = (approvals_needed = 0)",
            name="approvals_needed",
        ),
        CheckConstraint("NOT author_last OR approval = 'other'", name="author_last"),
        # What leaves the house has somebody's approval, whatever a plan says.
        CheckConstraint("NOT external OR approval <> 'none'", name="external_approval"),
        CheckConstraint(
            "NOT before_intranet OR (channel = 'meeting' AND NOT external)", name="before_intranet"
        ),
        CheckConstraint("(channel = 'intranet') = (page_digest IS NOT NULL)", name="page_digest"),
        Index(
            "uq_step_page",
            "announcement",
            "revision",
            unique=True,
            postgresql_where=text("channel = 'intranet'"),
        ),
        Index(
            "uq_step_withdrawal",
            "about",
            unique=True,
            postgresql_where=text("kind = 'withdrawal'"),
        ),
        Index("ix_step_call_at", "call_at", postgresql_where=text("call_at IS NOT NULL")),
        Index("ix_step_look_at", "look_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_step_unconfirmed",
            "started_at",
            postgresql_where=text(
                "channel = 'intranet' AND state = 'sending' AND confirmed_at IS NULL"
            ),
        ),
        CheckConstraint("NOT stopped OR held_at IS NOT NULL", name="stopped"),
        Index("ix_step_stopped", "held_at", postgresql_where=text("stopped")),
    )


class ReadbackRow(Base):
    """A reader fetched the page at the public address and found what was approved."""

    __tablename__ = "readback"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"))
    digest: Mapped[Sha256]
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))


class ReleaseRow(Base):
    """A person released a step to the media."""

    __tablename__ = "release"
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"), primary_key=True)
    actor: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))


class TickRow(Base):
    """A person said that a meeting was held: in a unit, where it is held in each."""

    __tablename__ = "tick"
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True, server_default="")
    actor: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    note: Mapped[str]
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))


class MeetingUnitRow(Base):
    """A unit that holds a meeting of its own; fixed when the step begins, as recipients are."""

    __tablename__ = "meeting_unit"
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("announcer.unit.code"), primary_key=True)


class HappenedRow(Base):
    """A person said that something has happened which steps wait for."""

    __tablename__ = "happened"
    announcement: Mapped[UUID] = mapped_column(
        ForeignKey("announcer.announcement.id"), primary_key=True
    )
    event: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    note: Mapped[str] = mapped_column(server_default="")
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))


class PassedOverRow(Base):
    """A person said why the steps after one need not wait for it."""

    __tablename__ = "passed_over"
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"), primary_key=True)
    actor: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    ground: Mapped[str]
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))


class GivenUpRow(Base):
    """A person said why a step that came too late never goes."""

    __tablename__ = "given_up"
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"), primary_key=True)
    actor: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    ground: Mapped[str]
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))


class BoardUpRow(Base):
    """A person said that the notice is up on the board of a workplace."""

    __tablename__ = "board_up"
    announcement: Mapped[UUID] = mapped_column(
        ForeignKey("announcer.announcement.id"), primary_key=True
    )
    workplace: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))


class LiftRow(Base):
    """The only way to bring a step forward: who did it, on what ground, to when."""

    __tablename__ = "lift"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"))
    actor: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    ground: Mapped[str]
    not_before: Mapped[Moment]
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    __table_args__ = (CheckConstraint("length(ground) > 0", name="ground"),)


class CallRow(Base):
    """Somebody with one of the roles is needed, for one thing (``what``) about an announcement.

    ``message`` is a Swedish message id and ``message_values`` are its values as JSON.
    """

    __tablename__ = "call"
    id: Mapped[Id]
    announcement: Mapped[UUID] = mapped_column(ForeignKey("announcer.announcement.id"))
    step: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.step.id"))
    what: Mapped[str]
    message: Mapped[str]
    message_values: Mapped[str]
    roles: Mapped[Names]
    #: The unit towards which these have their roles; empty for the announcement's own.
    unit: Mapped[str] = mapped_column(server_default="")
    made_at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    #: Of an invitation: what the calendars were told. Nobody takes one on themselves.
    calendar: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    #: When it is mailed next; whoever takes it moves this by a lease.
    due_at: Mapped[Moment]
    attempts: Mapped[int] = mapped_column(server_default="0")
    #: Pseudonyms of those whose mail server took it.
    reached: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    #: When everyone it is for had been sent it.
    sent_at: Mapped[Moment | None]
    answered_at: Mapped[Moment | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    __table_args__ = (
        UniqueConstraint("announcement", "what"),
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered"),
        CheckConstraint("cardinality(roles) > 0", name="roles"),
        Index("ix_call_open", "made_at", postgresql_where=text("answered_at IS NULL")),
    )


class CrisisRow(Base):
    """What was declared, what was told of it since (``update``), and that it is over (``lifted``);
    ``about`` is the announcement that it began with."""

    __tablename__ = "crisis"
    announcement: Mapped[UUID] = mapped_column(
        ForeignKey("announcer.announcement.id"), primary_key=True
    )
    about: Mapped[UUID] = mapped_column(ForeignKey("announcer.announcement.id"))
    kind: Mapped[str]
    #: The template it was made from, by its name in the policy, and the place it is about.
    template: Mapped[str]
    area: Mapped[str]
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    #: When it is asked next whether an alarm is due or a person must be reminded.
    look_at: Mapped[Moment | None]
    __table_args__ = (
        CheckConstraint("kind IN ('declared', 'update', 'lifted')", name="kind"),
        CheckConstraint("(kind = 'declared') = (about = announcement)", name="about"),
        Index(None, "about"),
        Index("ix_crisis_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
    )


class AlarmRow(Base):
    """The page of a declared crisis could not be confirmed in time; everything else goes."""

    __tablename__ = "alarm"
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"), primary_key=True)
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))


class CrisisReviewRow(Base):
    """A person looked afterwards at what was declared, and closed it with a note."""

    __tablename__ = "crisis_review"
    announcement: Mapped[UUID] = mapped_column(
        ForeignKey("announcer.announcement.id"), primary_key=True
    )
    actor: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    note: Mapped[str]
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    __table_args__ = (CheckConstraint("length(note) > 0", name="note"),)


class BatchRow(Base):
    """At most a hundred recipients in one language: the unit that is leased to a worker."""

    __tablename__ = "batch"
    id: Mapped[Id]
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"))
    number: Mapped[int]
    language: Mapped[str]
    urgent: Mapped[bool]
    #: Of those who were told the announcement before and may not read the page of this one.
    without_page: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[str] = mapped_column(server_default="ready")
    due_at: Mapped[Moment | None]
    lease_until: Mapped[Moment | None]
    token: Mapped[int] = mapped_column(server_default="0")
    #: Tries that came to an end, whatever the end was; spaces the next one out.
    attempts: Mapped[int] = mapped_column(server_default="0")
    #: Workers that died over it. Three, and a person must look.
    deaths: Mapped[int] = mapped_column(server_default="0")
    __table_args__ = (
        UniqueConstraint("step", "number"),
        CheckConstraint("state IN ('ready', 'queued', 'running', 'done')", name="state"),
        Index("ix_batch_due_at", "urgent", "due_at", postgresql_where=text("state = 'ready'")),
        Index(
            "ix_batch_lease_until",
            "lease_until",
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )


class DeliveryRow(Base):
    """One recipient's copy: never two for the same revision, channel and recipient, but that who
    had a text may be told that it is withdrawn."""

    __tablename__ = "delivery"
    id: Mapped[Id]
    batch: Mapped[UUID] = mapped_column(ForeignKey("announcer.batch.id"))
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"))
    revision: Mapped[UUID] = mapped_column(ForeignKey("announcer.revision.id"))
    channel: Mapped[str]
    recipient: Mapped[str]
    address: Mapped[str]
    language: Mapped[str]
    message_id: Mapped[str]
    artefact: Mapped[str | None] = mapped_column(ForeignKey("announcer.blob.sha256"))
    withdraws: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    #: When a deferred or doubtful one is tried again; null means never by itself.
    next_try_at: Mapped[Moment | None]
    reply: Mapped[str] = mapped_column(server_default="")
    changed_at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    __table_args__ = (
        UniqueConstraint("revision", "channel", "recipient", "withdraws"),
        one_of("state", DeliveryState),
        Index(None, "batch", "state"),
        Index(None, "step", "state"),
        Index("ix_delivery_in_doubt", "state", postgresql_where=text("state = 'in_doubt'")),
    )


class TurnRow(Base):
    """A row to lock for what only one may do at a time, by our own programs alone."""

    __tablename__ = "turn"
    what: Mapped[str] = mapped_column(primary_key=True)


class BellRow(Base):
    """One row: the name of the signal that wakes dispatchers; made once, by chance."""

    __tablename__ = "bell"
    channel: Mapped[str] = mapped_column(primary_key=True)


class ChangeRow(Base):
    """How often what a colleague can see has changed: the sum of all rows, which several
    connections can count in at a time. Written by the database alone."""

    __tablename__ = "change"
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


class EventRow(Base):
    """The chain: one line per thing that happened, each sealed with the hash of the one before."""

    __tablename__ = "event"
    announcement: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    payload: Mapped[str]
    previous: Mapped[Sha256]
    sha256: Mapped[Sha256]
    __table_args__ = (ForeignKeyConstraint(["announcement"], ["announcer.announcement.id"]),)


class StandstillRow(Base):
    """A time in which nothing is sent: after a restore, until a person has looked."""

    __tablename__ = "standstill"
    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    reason: Mapped[str]
    #: For a restore: when the backup was taken. What happened after it is not known here.
    known_until: Mapped[Moment | None]
    began_at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    ended_at: Mapped[Moment | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    __table_args__ = (
        Index(
            "uq_standstill_open",
            text("(ended_at IS NULL)"),
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class ApiTokenRow(Base):
    """A key to the API, stored hashed: whose rights it carries, and which of them."""

    __tablename__ = "api_token"
    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    #: The name of the system that holds it; empty for a person's own.
    system: Mapped[str]
    scopes: Mapped[Names]
    created_at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    __table_args__ = (Index(None, "person"),)


class SignInLinkRow(Base):
    """A link that signs somebody in, stored hashed; deleted when it is used or too old."""

    __tablename__ = "sign_in_link"
    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    expires_at: Mapped[Moment]


class SignedOutRow(Base):
    """What the identity provider has ended, by a keyed hash: sessions of an account that began at or
    before ``at``, or a notice that has come; deleted when no such session can be left."""

    __tablename__ = "signed_out"
    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    at: Mapped[Moment]
    expires_at: Mapped[Moment]


class WorkplaceCodeRow(Base):
    """What lets a shared phone read as the people of a unit at a workplace do; stored hashed.

    It names nobody who holds it, and no column says when it was used, by law.
    """

    __tablename__ = "workplace_code"
    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    workplace: Mapped[str]
    unit: Mapped[str] = mapped_column(ForeignKey("announcer.unit.code"))
    made_by: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    made_at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("announcer.person.pseudonym"))
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
    )


class IdempotentRequestRow(Base):
    """A request that changed something, and what it was answered: a repeat gets the same."""

    __tablename__ = "idempotent_request"
    token: Mapped[Sha256] = mapped_column(
        ForeignKey("announcer.api_token.sha256"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[Sha256]
    status: Mapped[int]
    body: Mapped[str]
    created_at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    __table_args__ = (Index(None, "created_at"),)


class DraftRow(Base):
    """What somebody has begun to write. Gone when it is handed in (TF 2 kap. 12 §): the record
    keeps its hash."""

    __tablename__ = "draft"
    public_id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"), index=True)
    class_name: Mapped[str]
    #: Names and words of the form as typed, in its order.
    fields: Mapped[list[list[str]]] = mapped_column(JSONB)
    #: Name, alternative text and base64 of each file.
    files: Mapped[list[list[str]]] = mapped_column(JSONB)
    version: Mapped[int]
    saved_at: Mapped[Moment] = mapped_column(index=True)


class CommentRow(Base):
    """What somebody says of a passage of a text that waits for approval. Gone when the text is
    approved or withdrawn (TF 2 kap. 12 §): the record keeps its hash."""

    __tablename__ = "comment"
    id: Mapped[Id]
    announcement: Mapped[UUID] = mapped_column(ForeignKey("announcer.announcement.id"), index=True)
    #: The text that it was said of.
    revision: Mapped[UUID] = mapped_column(ForeignKey("announcer.revision.id"))
    author: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"), index=True)
    #: The roles in which they said it; none for whoever wrote the text.
    roles: Mapped[Names]
    #: Where it is: the field of the form, the words as they are read and where they began. Empty for
    #: the whole text.
    field: Mapped[str]
    quote: Mapped[str]
    start: Mapped[int]
    words: Mapped[str]
    at: Mapped[Moment] = mapped_column(server_default=text("announcer.announcer_now()"))
    done_at: Mapped[Moment | None]


class ProofreadingRow(Base):
    """A colleague is asked to read a draft as it was saved then. Gone with the draft (TF 2 kap. 12 §).

    The database fills in what is read and when it was asked for; nothing says when it was looked at.
    """

    __tablename__ = "proofreading"
    id: Mapped[Id]
    draft: Mapped[str] = mapped_column(ForeignKey("announcer.draft.public_id", ondelete="CASCADE"))
    reader: Mapped[UUID] = mapped_column(ForeignKey("announcer.person.pseudonym"), index=True)
    #: What whoever asks wants to know, in a line; may be empty.
    message: Mapped[str]
    class_name: Mapped[str]
    #: As in `DraftRow`, and so is the version: whether the draft has gone on since.
    fields: Mapped[list[list[str]]] = mapped_column(JSONB)
    files: Mapped[list[list[str]]] = mapped_column(JSONB)
    version: Mapped[int]
    asked_at: Mapped[Moment]
    #: When they said themselves that they are done.
    done_at: Mapped[Moment | None]
    #: When they are mailed next; whoever takes it moves this by a lease. None: nothing is left to send.
    due_at: Mapped[Moment | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    __table_args__ = (
        UniqueConstraint("draft", "reader"),
        CheckConstraint("char_length(message) <= 300", name="message"),
        Index("ix_proofreading_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )


class RemarkRow(Base):
    """What a colleague who was asked to read a draft says of a passage of it. Gone with the draft:
    the record of the text that came of it keeps its hash."""

    __tablename__ = "remark"
    id: Mapped[Id]
    proofreading: Mapped[UUID] = mapped_column(
        ForeignKey("announcer.proofreading.id", ondelete="CASCADE"), index=True
    )
    #: Where it is, as in `CommentRow`.
    field: Mapped[str]
    quote: Mapped[str]
    start: Mapped[int]
    words: Mapped[str]
    at: Mapped[Moment]
    __table_args__ = (
        CheckConstraint("char_length(quote) <= 2000", name="quote"),
        CheckConstraint("char_length(words) BETWEEN 1 AND 1000", name="words"),
    )


# Else done at the first question to the database, in each process that was forked by then.
Base.registry.configure()
