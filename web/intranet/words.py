"""What every template knows: who is here, where they may go, and how moments are written."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, request
from flask_babel import get_locale
from flask_babel import gettext as _

from announcer.domain.audience import Person
from announcer.domain.errors import Refusal
from announcer.domain.plan import CHANNEL_NAMES, Reason
from announcer.domain.policy import MessageClass
from announcer.render.catalogue import language_name
from announcer.services.calling import Call
from web.intranet.access import arrival, installation, signed_in, units
from web.shared.moments import in_words, stamp


def language() -> str:
    """The signed-in person's language, else the one asked for, else the house's."""
    known = installation().policy.organisation.languages
    person = signed_in()
    asked = (
        person.language if person else request.args.get("lang", ""),
        request.accept_languages.best_match(known, "") if person is None else "",
    )
    return next((one for one in asked if one in known), installation().sender.language)


def moment(value: datetime) -> str:
    """An aware moment in words."""
    zone = installation().policy.zone
    return in_words(value, arrival().now, zone, str(get_locale()), _)


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
    rules = [c.approval.by for c in policy.classes.values() if c.approval]
    return any(policy.has_role(person, by, person.unit) for by in rules)


def on_the_desk(person: Person) -> bool:
    """Whether this person belongs to the information unit."""
    policy = installation().policy
    return policy.has_role(person, policy.information_unit, "")


def has_role(person: Person, roles: tuple[str, ...], unit: str) -> bool:
    """Whether this person has any of ``roles``; one that is gone from the policy is nobody's."""
    policy = installation().policy
    return policy.has_role(person, tuple(r for r in roles if r in policy.roles), unit)


def approvers(message_class: MessageClass) -> str:
    """Who approves, in words."""
    return installation().titles(message_class.approval.by) if message_class.approval else ""


def role_titles(roles: tuple[str, ...]) -> str:
    """Titles of roles, in words."""
    return installation().titles(roles)


WORDS: tuple[Callable[..., Any], ...] = (
    language,
    stamp,
    moment,
    reason,
    called,
    say,
    unit_name,
    class_title,
    audience_name,
    is_urgent,
    may_approve_something,
    on_the_desk,
    has_role,
    approvers,
    role_titles,
    language_name,
    signed_in,
    units,
)


def teach(app: Flask) -> None:
    """Give the words to every template."""
    app.jinja_env.globals.update({word.__name__: word for word in WORDS})
    app.jinja_env.globals["channel_names"] = CHANNEL_NAMES
    app.jinja_env.filters["audience_name"] = audience_name

    @app.context_processor
    def house() -> dict[str, Any]:
        return {"sender": installation().sender, "policy": installation().policy}
