"""Who answers questions, on which number and how soon (policy sections 8 and 9).

A spokesperson is a role, never a name: the file is public, and people change.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from announcer.domain.errors import N_
from announcer.domain.notation import Duration, quoted
from announcer.domain.policy.house import WEEKDAYS, Hours
from announcer.domain.policy.strict import Strict

if TYPE_CHECKING:
    from announcer.domain.policy.model import Policy

Translate = Callable[[str], str]
Title = Annotated[str, Field(min_length=1, max_length=60)]
#: Digits as people write them; enough of them to reach somebody.
Phone = Annotated[str, Field(pattern=r"^\+?[0-9](?:[ ()/-]?[0-9]){4,19}$")]

#: Characters of a contact; `announcer.domain.content_faults` holds every text to it.
LONGEST_CONTACT = 200

_DAYS = (N_("mån"), N_("tis"), N_("ons"), N_("tors"), N_("fre"), N_("lör"), N_("sön"))


class Escalation(Strict):
    """Who answers when the spokesperson's hours are over."""

    title: Title
    phone: Phone


class Spokesperson(Strict):
    """Who answers questions about a topic; ``escalates_to`` is another topic, or a role with its
    number, for the time outside ``hours``."""

    topic: Title
    title: Title
    phone: Phone
    hours: str | None = None
    escalates_to: str | Escalation | None = None
    source: str = ""


class Answers(Strict):
    """Within what time questions are answered; in ``hours``, or day and night."""

    within: Duration
    hours: str | None = None
    source: str = ""


def spokesperson_of(policy: "Policy", topic: str) -> Spokesperson | None:
    """Who answers about a topic; None for one that the policy does not know."""
    return next((one for one in policy.spokespersons if one.topic == topic), None)


def contact_of(policy: "Policy", one: Spokesperson, translate: Translate) -> str:
    """The spokesperson's role, direct number and hours, and whom to call outside them."""
    who = f"{one.title}, {one.phone}"
    if one.hours is None:
        return who
    hours = hours_in_words(policy.calendar.hours[one.hours], translate)
    then = one.escalates_to
    if then is None:
        return f"{who} ({hours})"
    other = spokesperson_of(policy, then) if isinstance(then, str) else then
    assert other is not None  # noqa: S101 - asked of the policy when it is loaded
    return translate(N_("{who} ({hours}), annars {title}, {phone}")).format(
        who=who, hours=hours, title=other.title, phone=other.phone
    )


def answers_in_words(policy: "Policy", translate: Translate) -> str:
    """The promise in a sentence, empty where the policy makes none."""
    answers = policy.answers
    if answers is None:
        return ""
    message, amount = _amount(answers.within)
    if answers.hours is None:
        return translate(message).format(amount=amount)
    within = {
        N_("Vi svarar inom {amount} minuter."): N_("Vi svarar inom {amount} minuter ({hours})."),
        N_("Vi svarar inom {amount} timmar."): N_("Vi svarar inom {amount} timmar ({hours})."),
        N_("Vi svarar inom {amount} dygn."): N_("Vi svarar inom {amount} dygn ({hours})."),
    }[message]
    hours = hours_in_words(policy.calendar.hours[answers.hours], translate)
    return translate(within).format(amount=amount, hours=hours)


def _amount(within: timedelta) -> tuple[str, int]:
    """The message, and how many of its unit: hours up to two days, as people say them."""
    minutes = int(within / timedelta(minutes=1))
    if minutes % 60:
        return N_("Vi svarar inom {amount} minuter."), minutes
    if minutes > 48 * 60 and minutes % (24 * 60) == 0:
        return N_("Vi svarar inom {amount} dygn."), minutes // (24 * 60)
    return N_("Vi svarar inom {amount} timmar."), minutes // 60


def hours_in_words(hours: Hours, translate: Translate) -> str:
    """Opening hours in one line, days with the same hours together: ``mån–tors 07.30–16.00``."""
    groups: list[tuple[list[int], str]] = []
    for number, day in enumerate(WEEKDAYS):
        times = ", ".join(f"{a:%H.%M}–{b:%H.%M}" for a, b in getattr(hours, day))
        if groups and groups[-1][1] == times:
            groups[-1][0].append(number)
        else:
            groups.append(([number], times))
    return "; ".join(f"{_days(days, translate)} {times}" for days, times in groups if times)


def _days(days: list[int], translate: Translate) -> str:
    first, last = translate(_DAYS[days[0]]), translate(_DAYS[days[-1]])
    return first if len(days) == 1 else f"{first}–{last}"


def spokesperson_faults(policy: "Policy") -> Iterator[str]:
    """What keeps somebody from being reached: key, fault and fix."""
    topics = [one.topic for one in policy.spokespersons]
    for number, one in enumerate(policy.spokespersons):
        key = f"spokespersons.{number}"
        if topics.index(one.topic) != number:
            yield f"{key}.topic: {one.topic!r} is there twice. Remove one of them."
        faults = [*_hours_faults(policy, one.hours), *_escalation_faults(policy, one)]
        yield from (f"{key}.{fault}" for fault in faults)
        if not faults and len(line := contact_of(policy, one, str)) > LONGEST_CONTACT:
            yield (
                f"{key}.title: with number, hours and escalation the contact has {len(line)} "
                f"characters; {LONGEST_CONTACT} go on paper. Shorten it."
            )
    if policy.answers is not None:
        yield from (f"answers.{fault}" for fault in _answer_faults(policy, policy.answers))


def _hours_faults(policy: "Policy", hours: str | None) -> Iterator[str]:
    if hours is None:
        return
    if hours not in policy.calendar.hours:
        yield f"hours: there are no hours {hours!r}. Add [calendar.hours.{quoted(hours)}]."
    elif not policy.calendar.hours[hours].weekly():
        yield f"hours: {hours!r} is never open. Give a weekday its hours."


def _escalation_faults(policy: "Policy", one: Spokesperson) -> Iterator[str]:
    then = one.escalates_to
    if then is None:
        return
    if one.hours is None:
        yield "escalates_to: nobody calls further while this one answers. Add hours, or remove it."
    if isinstance(then, str):
        other = spokesperson_of(policy, then)
        if other is None:
            yield (
                f"escalates_to: there is no topic {then!r}. Name one of [[spokespersons]], or write "
                '{ title = "...", phone = "..." }.'
            )
        elif other.hours is not None:
            yield (
                f"escalates_to: {then!r} has hours of its own. Name one that answers at all hours."
            )


def _answer_faults(policy: "Policy", answers: Answers) -> Iterator[str]:
    if answers.within < timedelta(minutes=1):
        yield "within: nobody answers so soon. Write at least a minute."
    yield from _hours_faults(policy, answers.hours)
