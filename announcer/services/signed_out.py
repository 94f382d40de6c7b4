"""Sessions that the identity provider has ended, by keyed hashes of what it calls them.

A session of ours is a cookie, so there is nothing here to delete: what stands here is asked for by
each request that comes with a session of an account. It says neither who signed in nor when, and is
forgotten when the last session that it could be about is over by itself (TF 3 kap. 5 §).
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from announcer.db import engine
from announcer.db.models import SignedOutRow
from announcer.services.installation import Installation


def end(installation: Installation, token: str, marks: Collection[str], longest: timedelta) -> bool:
    """End every session that has one of ``marks`` and has begun by now; none lasts longer than
    ``longest``. False where ``token`` has come before, and then nothing is ended.

    All are hex SHA-256 or HMACs, made with a key that the database does not have.
    """
    with installation.database.transaction("sign out by account") as session:
        now = engine.now(session)
        row = {"at": now, "expires_at": now + longest}
        once = insert(SignedOutRow).values(sha256=token, **row).on_conflict_do_nothing()
        if session.scalar(once.returning(SignedOutRow.sha256)) is None:
            return False
        for mark in marks:
            ended = insert(SignedOutRow).values(sha256=mark, **row)
            session.execute(
                ended.on_conflict_do_update(index_elements=[SignedOutRow.sha256], set_=row)
            )
        return True


def forget_old(session: Session, now: datetime) -> None:
    """Delete what no session can be about any more; ``now`` is the database's."""
    session.execute(delete(SignedOutRow).where(SignedOutRow.expires_at <= now))
