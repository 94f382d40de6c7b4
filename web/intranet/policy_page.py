"""The policy, readable for everyone who works here: what it decides, and how each class goes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, render_template
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from announcer.domain.example import example_of
from announcer.domain.policy import MessageClass
from announcer.domain.schedule import Handovers, forecast
from announcer.domain.why import Foreseen, foresee, is_day_off
from announcer.people.workplaces import handovers
from announcer.render.foreseen import sentences, setting_of, stops
from announcer.render.timeline import timeline
from web.intranet.access import actor, arrival, installation, looking
from web.intranet.policy_words import Line, articles, class_lines, step_lines
from web.intranet.words import audience_name

blueprint = Blueprint("policy_page", __name__)
#: When the example of a class is up, on a day on which people are at work.
MORNING = time(10)


@dataclass(frozen=True)
class Shown:
    """A step of a class in words."""

    channel: str
    external: bool
    audience: tuple[str, ...]
    sentences: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class ClassShown:
    """A class: its rules, its way as a drawing, and the same in words."""

    name: str
    about: MessageClass
    lines: tuple[Line, ...]
    drawing: Markup
    steps: tuple[Shown, ...]


@blueprint.get("/policy")
def page() -> str:
    """Everything that the policy decides."""
    policy = installation().policy
    begins = _next_morning()
    return render_template(
        "policy.html",
        classes=[_shown(name, begins, n) for n, name in enumerate(policy.classes, start=1)],
        articles=articles(policy),
        begins=begins,
    )


def _shown(name: str, begins: datetime, number: int) -> ClassShown:
    policy = installation().policy
    about = policy.classes[name]
    every = tuple(step.channel for step in about.steps.values())
    content = example_of(policy, name, channels=every)
    setting = setting_of(policy, str(get_locale()), name)
    plan = foresee(policy, name, forecast(policy, content, begins, _handovers(content.audience)))
    drawn = timeline(
        stops(plan, setting, audience_name),
        setting,
        title=_("Så går det: %(what)s", what=about.title),
        name=f"vag-{number}",
    )
    words = {one.step.key: sentences(one, setting) for one in plan}
    return ClassShown(
        name,
        about,
        tuple(class_lines(about, policy.information_unit)),
        Markup(drawn),  # noqa: S704 - every word in it was escaped when it was drawn
        tuple(_steps(about, plan, words)),
    )


def _steps(
    about: MessageClass, plan: list[Foreseen], words: Mapping[str, tuple[str, ...]]
) -> Iterator[Shown]:
    for one in plan:
        step = about.steps[one.step.key]
        yield Shown(
            channel=one.step.channel,
            external=one.step.external,
            audience=one.step.audience,
            sentences=(*words[one.step.key], *step_lines(step)),
            source=step.source,
        )


def _handovers(audience: tuple[str, ...]) -> Handovers:
    policy = installation().policy
    inside = tuple(filter(policy.is_staff, audience))
    return handovers(looking(), policy, inside, actor().unit)


def _next_morning() -> datetime:
    """The next one on which people are at work: a drawing of a weekend would explain nothing."""
    policy = installation().policy
    today = arrival().now.astimezone(policy.zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(1, 15))
    day = next((one for one in days if not is_day_off(policy, one)), today)
    return datetime.combine(day, MORNING, policy.zone).astimezone(UTC)


@blueprint.app_template_filter("section")
def section(source: str) -> str:
    """The policy's own section in words; what is no number stands as it is."""
    if not source:
        return ""
    if source[0].isdigit():
        return str(_("enligt avsnitt %(section)s", section=source))
    return str(_("enligt policyn, %(where)s", where=source))
