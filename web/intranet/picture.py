"""The timeline of an announcement, for its pages: as it would go, and as it goes."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from announcer.domain.announcement import Content
from announcer.domain.errors import N_
from announcer.domain.plan import Wait
from announcer.domain.schedule import Forecast
from announcer.domain.step import StepState
from announcer.domain.why import foresee
from announcer.render.foreseen import setting_of, stops
from announcer.render.timeline import Line, Mark, Stop, timeline
from announcer.services import foreseeing
from announcer.services.foreseeing import Prospect
from announcer.services.status import AnnouncementStatus, StepStatus
from web.intranet.access import arrival, installation
from web.intranet.words import audience_name, reason, step_title

_MARKS = {
    StepState.WAITING: Mark.WAITING,
    StepState.SENDING: Mark.GOING,
    StepState.SETTLED: Mark.DONE,
    StepState.WITHDRAWN: Mark.WITHDRAWN,
}
_STATES = {
    Mark.GOING: N_("På väg"),
    Mark.DONE: N_("Klart"),
    Mark.WITHDRAWN: N_("Går inte ut"),
    Mark.HELD: N_("Stoppat"),
}
_LATE = N_("Det här kommer efter att nyheten blir känd ändå.")
#: Where the field has a better word than "done".
_DONE = {"intranet": N_("Uppe på intranätet, kontrollerat"), "meeting": N_("Hållet")}


def of_text(content: Content, plan: Sequence[Forecast]) -> Markup:
    """What would happen if the text that somebody is writing were up now."""
    policy = installation().policy
    steps = foresee(policy, content.class_name, plan)
    return _prospect(Prospect(policy, content.class_name, steps, content.known_at))


def of_proposal(public_id: str) -> Markup:
    """What would happen if the text were approved now. The caller has asked who may see it."""
    return _prospect(foreseeing.of_proposal(installation(), public_id))


def _prospect(found: Prospect) -> Markup:
    setting = setting_of(found.policy, str(get_locale()), found.class_name)
    drawn = timeline(
        stops(found.steps, setting, audience_name),
        setting,
        title=_("När det går, räknat från nu"),
        lines=_known(found.known_at),
    )
    return Markup(drawn)  # noqa: S704 - every word in it was escaped when it was drawn


def of_status(found: AnnouncementStatus) -> Markup:
    """Where everything is. The caller has asked who may see it."""
    setting = setting_of(installation().policy, str(get_locale()), found.class_name)
    at = arrival().now
    going_on = [_stop(step, at) for step in found.steps]
    title = _("Vad som har gått och vad som kommer")
    lines = {Line.NOW: at, **_known(found.known_at)}
    return Markup(timeline(going_on, setting, title=title, lines=lines))  # noqa: S704 - as above


def _known(at: datetime | None) -> dict[Line, datetime]:
    return {Line.KNOWN: at} if at else {}


def _stop(step: StepStatus, now: datetime) -> Stop:
    stopped = [one for one in step.reasons if one.wait in (Wait.HELD, Wait.TOO_LATE)]
    mark = Mark.HELD if step.held or stopped else _MARKS[step.state]
    late = step.late and step.state is StepState.WAITING
    by_time_only = all(one.until is not None for one in step.reasons)
    return Stop(
        name=step_title(step),
        at=_moment(step, now),
        external=step.external,
        hangs=mark in (Mark.WAITING, Mark.HELD) and not by_time_only,
        mark=mark,
        audience=", ".join(map(audience_name, step.audience)),
        notes=(*_state(step, mark), *(reason(one) for one in step.reasons if one not in stopped)),
        warning=" ".join([*map(reason, stopped), *([_(_LATE)] if late else [])]),
    )


def _moment(step: StepStatus, now: datetime) -> datetime | None:
    """When it went, or goes; None where its time has come and it waits for something else."""
    if step.state is StepState.WAITING:
        by_people = step.meant_for is None and any(one.wait is Wait.EVENT for one in step.reasons)
        coming = step.earliest is not None and step.earliest > now
        return step.earliest if coming and not by_people else None
    return step.confirmed_at or step.settled_at or step.started_at


def _state(step: StepStatus, mark: Mark) -> tuple[str, ...]:
    if mark is Mark.WAITING or (mark is Mark.HELD and step.reasons):
        return ()
    if step.state is StepState.SENDING and step.channel == "meeting":
        return (_("Väntar på att mötet hålls"),)
    return (_(_DONE.get(step.channel, _STATES[mark]) if mark is Mark.DONE else _STATES[mark]),)
