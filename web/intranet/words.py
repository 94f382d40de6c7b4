"""What every template knows: who is here, where they may go, and how moments are written."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from babel.dates import format_skeleton, format_timedelta
from flask import Flask, request
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from announcer.domain.audience import Person
from announcer.domain.content_rules import language_in_words
from announcer.domain.errors import N_, Refusal
from announcer.domain.plan import CHANNEL_NAMES, Reason
from announcer.domain.policy import MessageClass
from announcer.domain.policy.approval import chains
from announcer.domain.step import StepKind
from announcer.render.catalogue import date_in_words, language_name
from announcer.services import crises, event_search, lists, workplace_codes
from announcer.services.approval_words import sentences
from announcer.services.approvals import Standing
from announcer.services.calling import Call
from announcer.services.status import StepStatus
from web.intranet.access import arrival, installation, signed_in, units
from web.intranet.session import language_chosen
from web.shared.moments import in_words, stamp

#: What a step takes to people, before its channel's name.
KINDS = {StepKind.CORRECTION: N_("Rättelse"), StepKind.WITHDRAWAL: N_("Tillbakadraget")}


def step_title(step: StepStatus) -> str:
    """A step by its channel, and what of a text it tells where that is not the text itself."""
    name = _(step.channel_name)
    return f"{_(KINDS[step.kind])}: {name}" if step.kind in KINDS else name


def in_the_house_language() -> Markup:
    """The attribute for names and titles that are in the organisation's language, on a page that is
    in another (WCAG 2.1, 3.1.2)."""
    house = installation().policy.organisation.language
    return Markup("") if house == language() else Markup(' lang="{}"').format(house)


def language() -> str:
    """What this session was told, else the signed-in person's language, else the one asked for, else
    the house's."""
    known = installation().policy.organisation.languages
    person = signed_in()
    asked = (
        language_chosen() if person else "",
        person.language if person else request.args.get("lang", ""),
        request.accept_languages.best_match(known, "") if person is None else "",
    )
    return next((one for one in asked if one in known), installation().sender.language)


def length_of(value: timedelta) -> str:
    """A length of time in words, as people say it: ``2 dagar``."""
    return format_timedelta(value, locale=get_locale())


def moment(value: datetime) -> str:
    """An aware moment in words."""
    zone = installation().policy.zone
    return in_words(value, arrival().now, zone, str(get_locale()), _)


def today_in_words() -> str:
    """The day of this answer: on paper nobody knows what "i dag" was."""
    zone = installation().sender.time_zone
    return date_in_words(arrival().now, zone, str(get_locale()))


def month(value: date) -> str:
    """A month as people say it; of a moment (aware) the month where the organisation is."""
    if isinstance(value, datetime):
        value = value.astimezone(installation().policy.zone)
    return format_skeleton("yMMMM", value, locale=get_locale())


def left(value: datetime) -> str:
    """How long it is until an aware moment: what a script counts down with the same sentences."""
    seconds = max(round((value - arrival().now).total_seconds()), 0)
    hours, minutes = divmod(seconds // 60, 60)
    if seconds >= 24 * 3600:
        return ""
    if hours:
        words = _("om %(hours)s tim %(minutes)s min", hours=hours, minutes=minutes)
    elif minutes:
        words = _("om %(minutes)s min", minutes=minutes)
    else:
        words = _("om %(seconds)s s", seconds=seconds) if seconds else _("nu")
    return str(words)


def reason(found: Reason) -> str:
    """What a step waits for."""

    def words(value: object) -> object:
        return moment(value) if isinstance(value, datetime) else value

    return found.say(_, words)


def called(found: Call) -> str:
    """What somebody is needed for."""

    def words(value: object) -> object:
        return moment(value) if isinstance(value, datetime) else value

    return found.say(_, words)


def say(fault: Refusal) -> str:
    """What is wrong."""
    return fault.say(_)


def unit_name(code: str) -> str:
    """A unit's name, or its code where it is gone."""
    unit = units().by_code.get(code)
    return unit.name if unit else code


def class_title(name: str) -> str:
    """A class's title under the current policy, or its name where it is gone."""
    found = installation().policy.classes.get(name)
    return found.title if found else name


def is_urgent(name: str) -> bool:
    """Whether a class is for emergencies."""
    found = installation().policy.classes.get(name)
    return bool(found and found.urgent)


def audience_name(name: str) -> str:
    """An audience's title, or a unit's name."""
    found = installation().policy.audiences.get(name)
    return found.title if found else unit_name(name)


def may_approve_something(person: Person) -> bool:
    """Whether the list of what waits for approval can ever have anything for this person."""
    policy = installation().policy
    roles = {
        role
        for one in policy.classes.values()
        if one.approval
        for _, chain in chains(one.approval)
        for role in (*chain.approvers, *chain.informs)
    }
    lent = [one.person for one in person.stands_for]
    return any(policy.roles[role].fits(one, one.unit) for role in roles for one in (person, *lent))


def on_the_desk(person: Person) -> bool:
    """Whether this person belongs to the information unit."""
    policy = installation().policy
    return policy.has_role(person, policy.information_unit, "")


def makes_codes(person: Person) -> bool:
    """Whether this person makes codes for shared phones."""
    return workplace_codes.makes_some(installation(), person)


def keeps_lists(person: Person) -> bool:
    """Whether this person keeps the organisation's lists."""
    return lists.keeps(installation(), person)


def sees_events(person: Person) -> bool:
    """Whether this person sees the record of events."""
    return event_search.may_see(installation(), person)


def has_role(person: Person, roles: tuple[str, ...], unit: str, about: UUID | None = None) -> bool:
    """Whether this person has any of ``roles``; one that is gone from the policy is nobody's."""
    policy = installation().policy
    return policy.has_role(person, tuple(r for r in roles if r in policy.roles), unit, about)


def approvers(message_class: MessageClass, unit: str) -> str:
    """Who approves what this unit tells, in words."""
    if message_class.approval is None:
        return ""
    chain = message_class.approval.chain_of(unit, units())
    parts = [seat_in_words(seat) for seat in chain.seats]
    return ", ".join([*parts, *([_("sist den som skrev den")] if chain.author_last else [])])


def seat_in_words(roles: Sequence[str]) -> str:
    """Titles of roles of which one is enough; one that is gone from the policy by its name."""
    known = installation().policy.roles
    titles = [known[role].title if role in known else role for role in roles]
    either = _("eller")
    return f" {either} ".join(titles)


def approval_sentences(standing: Standing) -> list[str]:
    """Who has approved and who is missing."""
    return list(sentences(standing, _, moment))


def sees_crises(person: Person) -> bool:
    """Whether this person declares crises or looks at them."""
    return crises.may_see(installation(), person)


def role_titles(roles: tuple[str, ...]) -> str:
    """Titles of roles, in words."""
    return installation().titles(roles)


WORDS: tuple[Callable[..., Any], ...] = (
    in_the_house_language,
    language,
    stamp,
    length_of,
    moment,
    today_in_words,
    left,
    reason,
    called,
    say,
    unit_name,
    class_title,
    audience_name,
    is_urgent,
    may_approve_something,
    on_the_desk,
    makes_codes,
    keeps_lists,
    sees_events,
    has_role,
    approvers,
    approval_sentences,
    seat_in_words,
    role_titles,
    sees_crises,
    language_in_words,
    language_name,
    signed_in,
    units,
)


def teach(app: Flask) -> None:
    """Give the words to every template."""
    app.jinja_env.globals.update({word.__name__: word for word in WORDS})
    app.jinja_env.globals["channel_names"] = CHANNEL_NAMES
    app.jinja_env.globals["step_title"] = step_title
    app.jinja_env.filters["step_title"] = step_title
    app.jinja_env.filters["audience_name"] = audience_name
    app.jinja_env.filters["unit_name"] = unit_name
    app.jinja_env.filters["day"] = lambda day: format_date(day, "EEEE d MMMM")
    app.jinja_env.filters["month"] = month
    app.jinja_env.filters["channel_name"] = lambda channel: _(CHANNEL_NAMES.get(channel, channel))

    @app.context_processor
    def house() -> dict[str, Any]:
        return {"sender": installation().sender, "policy": installation().policy}
