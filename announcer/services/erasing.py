"""Erasing a person, a newsroom or a member of a group from the living lists (GDPR article 17).

The record keeps its pseudonyms, and what was sent waits for its weeding.
"""

from uuid import uuid4

from sqlalchemy import delete, func, or_, select, update

from announcer.db import engine
from announcer.db.models import (
    ApiTokenRow,
    CommentRow,
    DraftRow,
    FeedTokenRow,
    GroupMemberRow,
    PersonRow,
    PressContactRow,
    ProofreadingRow,
    StandInRow,
)
from announcer.domain.audience import Person
from announcer.domain.errors import N_, NotFound
from announcer.services.installation import Installation


def erase_person(installation: Installation, actor: Person, directory_id: str) -> None:
    """Nothing is left that says who the pseudonym was; their keys stop working at once, and
    nobody stands in for them any more.

    Raises `NotAllowed`, or `NotFound`. A person who is still in the directory comes back, under a
    new pseudonym, with the next import.
    """
    installation.require_information_unit(actor)
    with installation.database.transaction("erase person") as session:
        row = session.scalar(
            select(PersonRow).where(PersonRow.directory_id == directory_id).with_for_update()
        )
        if row is None:
            raise NotFound(N_("Det finns ingen ”{person}”."), person=directory_id[:80])
        now = engine.now(session)
        row.directory_id, row.email = f"raderad {uuid4().hex[:12]}", None
        row.workplace, row.role, row.groups = "", "", ()
        row.left_at = row.left_at or now
        session.execute(
            update(StandInRow)
            .where(
                or_(StandInRow.who == row.pseudonym, StandInRow.for_whom == row.pseudonym),
                StandInRow.revoked_at.is_(None),
                StandInRow.until_at > now,
            )
            .values(revoked_at=now, revoked_by=actor.pseudonym)
        )
        session.execute(delete(DraftRow).where(DraftRow.owner == row.pseudonym))
        session.execute(delete(ProofreadingRow).where(ProofreadingRow.reader == row.pseudonym))
        session.execute(delete(CommentRow).where(CommentRow.author == row.pseudonym))
        for tokens in (FeedTokenRow, ApiTokenRow):
            session.execute(
                update(tokens)
                .where(tokens.person == row.pseudonym, tokens.revoked_at.is_(None))
                .values(revoked_at=now)
            )


def erase_press_contact(installation: Installation, actor: Person, email: str) -> None:
    """The press list forgets the newsroom. Raises `NotAllowed`, or `NotFound`."""
    installation.require_information_unit(actor)
    with installation.database.transaction("erase press contact") as session:
        row = session.scalar(
            select(PressContactRow)
            .where(PressContactRow.email.ilike(_literal(email), escape="!"))
            .with_for_update()
        )
        if row is None:
            raise NotFound(N_("Det finns ingen ”{email}” på presslistan."), email=email[:80])
        row.newsroom, row.area = "", ""
        row.email = f"raderad {uuid4().hex[:12]}"
        row.removed_at = row.removed_at or engine.now(session)


def erase_group_member(installation: Installation, actor: Person, email: str) -> None:
    """Every group forgets whoever reads there. Raises `NotAllowed`, or `NotFound`.

    They come back with the next import of a list that has them.
    """
    installation.require_information_unit(actor)
    with installation.database.transaction("erase group member") as session:
        gone = session.execute(
            delete(GroupMemberRow)
            .where(func.lower(GroupMemberRow.email) == email.lower())
            .returning(GroupMemberRow.id)
        )
        if not gone.all():
            raise NotFound(N_("Det finns ingen ”{email}” i någon grupp."), email=email[:80])


def _literal(text: str) -> str:
    """A pattern that means just this text."""
    return "".join(f"!{character}" if character in "!%_" else character for character in text)
