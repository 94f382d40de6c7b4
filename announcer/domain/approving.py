"""Which approvals are enough: seats that people fill, and the moment at which all were filled."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from announcer.domain.step import ApprovalRule

#: A seat is the roles of which whoever sits there needs one.
Seat = Sequence[str]


def seating(seats: Sequence[Seat], people: Sequence[Collection[str]]) -> list[int | None]:
    """For each seat the number of the person who fills it; as many are filled as can be.

    ``people`` has the roles of each. Nobody sits twice. (Kuhn's augmenting paths: whoever sits
    moves where another seat is as good for them.)
    """
    taken: list[int | None] = [None] * len(seats)

    def seat(person: int, tried: set[int]) -> bool:
        for number, roles in enumerate(seats):
            if number in tried or not any(role in people[person] for role in roles):
                continue
            tried.add(number)
            sitting = taken[number]
            if sitting is None or seat(sitting, tried):
                taken[number] = person
                return True
        return False

    for person in range(len(people)):
        seat(person, set())
    return taken


def empty_seats(seats: Sequence[Seat], people: Sequence[Collection[str]]) -> list[Seat]:
    """The seats that stay empty however the people sit."""
    taken = seating(seats, people)
    return [roles for roles, person in zip(seats, taken, strict=True) if person is None]


@dataclass(frozen=True)
class Said:
    """One person's approval of the text that was planned. ``at`` is aware UTC.

    ``wrote``: they, or whom they acted for, wrote it or handed it in; ``author``: they are who
    handed it in.
    """

    at: datetime
    wrote: bool = False
    author: bool = False


def approved_at(
    rule: ApprovalRule, needed: int, author_last: bool, said: Iterable[Said]
) -> datetime | None:
    """When the text had all approvals of its chain, or None while it has not.

    The database asks the same in ``announcer.is_approved``.
    """
    given = list(said)
    counting = sorted(s.at for s in given if rule is ApprovalRule.ANY or not s.wrote)
    if rule is ApprovalRule.NONE or len(counting) < needed:
        return None
    enough = counting[needed - 1]
    if not author_last:
        return enough
    return next((s.at for s in given if s.author and s.at >= enough), None)
