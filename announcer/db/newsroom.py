"""The newsroom's tables: copies of what is released, bytes included.

``gate/0002.sql`` writes them when a delivery is accepted and when an announcement is withdrawn;
nothing else does. The newsroom's role sees them through the views named here.
"""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from announcer.db.models import Base, Id, Moment, Sha256

#: Copies of what is released; all that the newsroom's role can look into.
NEWSROOM = "newsroom"


class NewsroomItemRow(Base):
    """A released announcement as the public knows it; written by the database alone."""

    __tablename__ = "item"
    id: Mapped[Id]
    public_id: Mapped[str] = mapped_column(unique=True)
    announcement: Mapped[UUID] = mapped_column(ForeignKey("announcer.announcement.id"), unique=True)
    step: Mapped[UUID] = mapped_column(ForeignKey("announcer.step.id"))
    delivery: Mapped[UUID] = mapped_column(ForeignKey("announcer.delivery.id"))
    revision: Mapped[UUID] = mapped_column(ForeignKey("announcer.revision.id"))
    unit_name: Mapped[str]
    language: Mapped[str]
    contact: Mapped[str]
    record_number: Mapped[str]
    content_hash: Mapped[Sha256]
    published_at: Mapped[Moment]
    corrected_at: Mapped[Moment | None]
    #: What was changed, in one sentence; empty where nothing was.
    correction: Mapped[str] = mapped_column(server_default="")
    withdrawn_at: Mapped[Moment | None]
    #: The announcement it goes on from, whether that is out or not.
    follows: Mapped[UUID | None]
    __table_args__ = (Index(None, "published_at"), {"schema": NEWSROOM})


class NewsroomTextRow(Base):
    """The text of a released item in one language; ``html`` is safe to show as it is."""

    __tablename__ = "text"
    item: Mapped[UUID] = mapped_column(ForeignKey("newsroom.item.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str]
    html: Mapped[str]
    search: Mapped[str] = mapped_column(TSVECTOR)
    __table_args__ = (
        Index("ix_text_search", "search", postgresql_using="gin"),
        {"schema": NEWSROOM},
    )


class NewsroomFileRow(Base):
    """A released file with its bytes: the newsroom asks nobody else for them."""

    __tablename__ = "file"
    item: Mapped[UUID] = mapped_column(ForeignKey("newsroom.item.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    media_type: Mapped[str]
    alt: Mapped[str]
    sha256: Mapped[Sha256]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = ({"schema": NEWSROOM},)


class NewsroomChangeRow(Base):
    """One row: a number that grows with every change of what is public."""

    __tablename__ = "change"
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    __table_args__ = ({"schema": NEWSROOM},)


_moment = TIMESTAMP(timezone=True)
#: Views have no migrations of their own: they stand in a catalogue apart from the tables.
_views = MetaData(schema=NEWSROOM)
#: What is out, one row an announcement.
released_item = Table(
    "released_item",
    _views,
    Column("public_id", Text, primary_key=True),
    Column("unit_name", Text),
    Column("language", Text),
    Column("contact", Text),
    Column("record_number", Text),
    Column("content_hash", Text),
    Column("published_at", _moment),
    Column("corrected_at", _moment),
    Column("correction", Text),
    Column("withdrawn_at", _moment),
)
#: Its texts, one row a language; of a withdrawn one the title alone.
released_text = Table(
    "released_text",
    _views,
    Column("public_id", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("title", Text),
    Column("summary", Text),
    Column("html", Text),
    Column("search", TSVECTOR),
)
#: Its files; none of a withdrawn one.
released_file = Table(
    "released_file",
    _views,
    Column("public_id", Text, primary_key=True),
    Column("position", BigInteger),
    Column("name", Text, primary_key=True),
    Column("media_type", Text),
    Column("alt", Text),
    Column("sha256", Text),
    Column("content", LargeBinary),
)
#: Which of them go on from which: both are out, and neither is withdrawn.
released_link = Table(
    "released_link",
    _views,
    Column("public_id", Text, primary_key=True),
    Column("follows", Text, primary_key=True),
)
