"""Rows put in past the gate, as nothing but a superuser can: copies of one real announcement.

``session_replication_role = replica`` switches triggers and foreign keys off for one session only;
everybody else meets the gate as always.
"""

from typing import cast
from uuid import UUID

import psycopg

from bench.estate import Estate, wait_until

#: Whoever gets the mails whose lateness is measured: one colleague in a unit of their own.
UNIT = "bench"
ADDRESS = "bench@hallefors.example"
#: Waiting steps of one announcement; plans are a few steps long.
STEPS_EACH = 10

_UNIT = f"""
INSERT INTO announcer.unit (code, name, kind, parent, workplace)
  VALUES ('{UNIT}', 'Mätenheten', 'enhet', '', 'Kommunhuset');
INSERT INTO announcer.person (pseudonym, directory_id, unit, workplace, role, email, language)
  VALUES (gen_random_uuid(), 'bench', '{UNIT}', 'Kommunhuset', 'chef', '{ADDRESS}', 'sv')
"""

TEXT = f"""+++
class = "bara min enhet"
unit = "{UNIT}"
title = "{{title}}"
summary = "Det här är ett kort meddelande till en enhet."
audience = ["{UNIT}"]
contact = "Enhetens chef, 0591-555 10"
+++

Det här händer nu, och det är allt.
"""

# A copy of rows of one table, with some columns replaced; `n` counts the copies.
_COPY = """
INSERT INTO announcer.{table} SELECT made.*
FROM (SELECT found AS whole FROM announcer.{table} found WHERE {which}) original,
  generate_series({first}, {last}) n,
  LATERAL jsonb_populate_record(original.whole, jsonb_build_object({changed})) made
"""


def uuid_of(kind: str, number: str = "n") -> str:
    """SQL for an id that is known without being looked up."""
    return f"md5('{kind}' || {number})::uuid"


def anew(*columns: str) -> str:
    """SQL for ids that are as new in each copy as they were in its original: those of one copy go on
    naming each other."""
    return ", ".join(f"'{one}', md5((original.whole).{one} || '-' || n)::uuid" for one in columns)


def copy(
    superuser: psycopg.Connection[tuple[object, ...]],
    table: str,
    numbers: range,
    changed: str,
    which: str,
) -> None:
    """A copy of the rows ``which`` for each of ``numbers``, with some columns ``changed``."""
    superuser.execute(
        _COPY.format(
            table=table, first=numbers.start, last=numbers.stop - 1, changed=changed, which=which
        )
    )


def past_the_gate(estate: Estate) -> psycopg.Connection[tuple[object, ...]]:
    """A connection for copies."""
    superuser = estate.owner(superuser=True)
    superuser.execute("SET session_replication_role = replica")
    return superuser


class Original:
    """A unit's own message that went the whole way; its rows are copied."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._made = 0
        with estate.owner() as owner:
            for statement in _UNIT.split(";"):
                owner.execute(statement)
        public_id = estate.submit(TEXT.format(title="Det här kopieras"), approve=False)
        self.id = self._completed(public_id)
        self._superuser = past_the_gate(estate)

    def _completed(self, public_id: str) -> UUID:
        found: list[UUID] = []
        query = "SELECT id FROM announcer.announcement WHERE public_id = %s AND state = 'completed'"
        with self._estate.owner() as owner:

            def is_completed() -> bool:
                found.extend(cast(UUID, row[0]) for row in owner.execute(query, [public_id]))
                return bool(found)

            wait_until("the original is completed", is_completed)
        return found[0]

    def add(self, count: int, due: list[float] | None = None, *, steps: int = 1) -> range:
        """``count`` announcements that are out on the intranet, each with ``steps`` mails that
        wait: for moments in ``due`` (seconds since 1970), or for a month. Their numbers."""
        first, self._made = self._made + 1, self._made + count
        numbers = range(first, self._made + 1)
        moment = _moment(due, first)
        announcement = (
            f"'id', {uuid_of('a')}, 'public_id', md5('p' || n), 'submitted_hash', n::text,"
            " 'state', 'active', 'completed_at', NULL"
        )
        owned = f"'announcement', {uuid_of('a')}, 'revision', {uuid_of('r')}"
        self._copy("announcement", numbers, announcement, f"id = '{self.id}'")
        self._copy(
            "revision",
            numbers,
            f"'id', {uuid_of('r')}, 'announcement', {uuid_of('a')}",
            f"announcement = '{self.id}'",
        )
        own = f"announcement = '{self.id}' AND channel"
        self._copy("step", numbers, f"'id', {uuid_of('i')}, {owned}", f"{own} = 'intranet'")
        waiting = "'state', 'waiting', 'started_at', NULL, 'settled_at', NULL"
        for step in range(steps):
            key = (
                f"'id', {uuid_of(f's{step}-')}, 'key', 'epost{step or ''}', 'position', {step + 1}"
            )
            when = f"'look_at', {moment}, 'not_before', {moment}"
            self._copy("step", numbers, f"{key}, {owned}, {waiting}, {when}", f"{own} = 'email'")
        return numbers

    def _copy(self, table: str, numbers: range, changed: str, which: str) -> None:
        copy(self._superuser, table, numbers, changed, which)

    def wait(self, count: int) -> None:
        """``count`` steps that wait for a month, and statistics that know of them."""
        self.add(count // STEPS_EACH, steps=STEPS_EACH)
        for table in ("announcement", "revision", "step"):
            self._superuser.execute(f"VACUUM (ANALYZE) announcer.{table}")
        self._superuser.execute("CHECKPOINT")

    def count(self, query: str, numbers: range) -> int:
        """The first column of a query about announcements with these numbers."""
        ids = f"(SELECT {uuid_of('a')} FROM generate_series({numbers.start}, {numbers.stop - 1}) n)"
        row = self._superuser.execute(query.format(ids=ids)).fetchone()
        assert row is not None
        return cast(int, row[0])

    def clock(self) -> float:
        """The database's time, seconds since 1970."""
        row = self._superuser.execute(
            "SELECT extract(epoch FROM announcer.announcer_now())::float8"
        ).fetchone()
        assert row is not None
        return cast(float, row[0])

    def close(self) -> None:
        """Let go of the connection."""
        self._superuser.close()


def _moment(due: list[float] | None, first: int) -> str:
    if due is None:
        return "now() + interval '30 days'"
    moments = ", ".join(f"{moment:.6f}" for moment in due)
    return f"to_timestamp((ARRAY[{moments}]::float8[])[1 + (n - {first}) % {len(due)}])"
