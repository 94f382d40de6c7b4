"""A request that may be repeated: it is carried out once, and answered the same each time.

After draft-ietf-httpapi-idempotency-key-header, section 2.6. What was done and what was answered
are committed together, so that neither is there without the other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, func, select

from announcer.db import engine
from announcer.db.models import IdempotentRequestRow
from announcer.domain.errors import N_, Refusal
from announcer.services.installation import Installation

#: A repeat after this is a new request.
KEPT = timedelta(hours=24)


class KeyInUse(Refusal):
    """The first request with this key has not been answered yet."""


class KeyReused(Refusal):
    """The key was used for another request."""


@dataclass(frozen=True)
class Answer:
    """What was answered; ``replayed`` where it was carried out by an earlier request."""

    status: int
    body: str
    replayed: bool = False


Act = Callable[[Installation], Answer]


def once(installation: Installation, token: str, key: str, request_hash: str, act: Act) -> Answer:
    """Carry out ``act`` unless ``token``'s holder did it before under this key.

    ``act`` is given the installation inside one transaction. What it raises undoes everything, so
    that the key can be used again. Raises `KeyInUse`, `KeyReused` and whatever ``act`` does.
    """
    database = installation.database
    with database.transaction("api request") as session:
        lock = func.pg_try_advisory_xact_lock(
            func.hashtextextended(f"idempotency {token} {key}", 0)
        )
        if not session.scalar(select(lock)):
            raise KeyInUse(N_("Samma begäran behandlas just nu. Fråga igen om en stund."))
        session.execute(
            delete(IdempotentRequestRow).where(
                IdempotentRequestRow.created_at <= engine.now(session) - KEPT
            )
        )
        before = session.get(IdempotentRequestRow, (token, key))
        if before is not None:
            return _again(before, request_hash)
        joined = database.joined(session)
        answer = act(replace(installation, database=joined, wake=joined.notify))
        session.add(
            IdempotentRequestRow(
                token=token,
                key=key,
                request_hash=request_hash,
                status=answer.status,
                body=answer.body,
            )
        )
    return answer


def _again(before: IdempotentRequestRow, request_hash: str) -> Answer:
    if before.request_hash != request_hash:
        raise KeyReused(
            N_("Nyckeln i Idempotency-Key är redan använd till en annan begäran. Ta en ny.")
        )
    return Answer(before.status, before.body, replayed=True)
