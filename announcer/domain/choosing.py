"""Which class a text belongs to, by two questions that its writer can answer: is it decided, and
should more than their own unit know?"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from announcer.domain.policy.classes import MessageClass


class Decided(StrEnum):
    """What somebody answers who is asked if it is decided."""

    #: A decision has been taken.
    TAKEN = "taken"
    #: One is to come.
    COMING = "coming"
    #: There is nothing to decide.
    NEITHER = "neither"


def answers(classes: Iterable[MessageClass]) -> list[Decided]:
    """The answers that lead to one of ``classes``; with fewer than two there is nothing to ask."""
    found = {_decided(one) for one in classes if _is_asked_for(one)}
    return [answer for answer in Decided if answer in found]


def suited(
    classes: Mapping[str, MessageClass], decided: Decided | None, *, more_than_unit: bool
) -> list[str]:
    """The names of those of ``classes`` that fit the answers, in the policy's order.

    A message to one unit is asked no more; emergencies are chosen by name, never by answers. What
    is not told apart by the policy (``decided`` is None) fits.
    """
    if not more_than_unit:
        return [name for name, one in classes.items() if one.for_own_unit_only]
    asked = {name: one for name, one in classes.items() if _is_asked_for(one)}
    return [name for name, one in asked.items() if decided in (None, _decided(one))]


def _is_asked_for(one: MessageClass) -> bool:
    return not one.for_own_unit_only and not one.urgent


def _decided(one: MessageClass) -> Decided:
    return Decided(one.decision) if one.decision else Decided.NEITHER
