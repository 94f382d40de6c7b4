"""The information unit's calendar, and its day as a chart: what goes out when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, render_template, request
from flask_babel import format_date
from flask_babel import gettext as _
from markupsafe import Markup

from announcer.domain.errors import N_
from announcer.domain.workday import DayKind, Workday
from announcer.render import day_chart
from announcer.render.catalogue import value_in_words
from announcer.render.day_chart import Bar, Mark, Sign, Span
from announcer.services import agenda, today
from announcer.services.agenda import Day, Entry, What
from announcer.services.today import Course, Today
from web.intranet.access import actor, arrival, installation
from web.intranet.words import language, moment

blueprint = Blueprint("agenda", __name__, url_prefix="/bevakning")
#: So many of a day, and so many announcements of the chart, before the rest is folded.
FIRST, FIRST_COURSES = 4, 12
#: Years that somebody can turn to.
YEARS = range(2000, 2100)
_WEEK = timedelta(days=7)

NAMES = {
    What.INSIDE: N_("Till personalen"),
    What.OUTSIDE: N_("Utanför huset"),
    What.MEETING: N_("Möte"),
    What.BRIEFING: N_("Underlaget till mötet kan läsas"),
    What.KNOWN: N_("Blir känt ändå"),
    What.INFORMATION: N_("Mer information är utlovad"),
    What.REVIEW: N_("Krisen ska vara granskad"),
}
KINDS = {
    DayKind.HALF: N_("halvdag"),
    DayKind.HOLIDAY: N_("helgdag"),
    DayKind.OFF: N_("ledig dag"),
    DayKind.CLOSED: N_("ingen arbetsdag"),
}


@dataclass(frozen=True)
class Week:
    """A week by its number, with its seven days."""

    number: int
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Row:
    """An announcement in the chart: its strip, and the same in sentences."""

    course: Course
    strip: Markup
    sentences: tuple[str, ...]


@blueprint.before_request
def only_the_information_unit() -> None:
    """Everything here; the services ask again."""
    installation().require_information_unit(actor())


@blueprint.get("/kalender")
def calendar() -> str:
    """A month: what goes out and what else has its hour, with the days on which nobody works."""
    now = arrival().now.astimezone(installation().policy.zone).date()
    month = _month(request.args.get("manad", "")) or now.replace(day=1)
    begins = month - timedelta(days=month.weekday())
    following = _next(month)
    last = following + timedelta(days=(7 - following.weekday()) % 7 - 1)
    found = agenda.of(installation(), actor(), begins, last)
    return render_template(
        "calendar.html",
        found=found,
        month=month,
        today=now,
        weeks=list(_weeks(found.days)),
        before=_turn(month - timedelta(days=1)),
        after=_turn(following),
        empty=not any(day.entries for day in found.days if _is_in(day.about.day, month)),
        first=FIRST,
        names=NAMES,
        kinds=KINDS,
    )


def _month(asked: str) -> date | None:
    """The first of a month that somebody asks for (``2026-12``); None for what is none."""
    try:
        found = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _turn(day: date) -> date | None:
    """The month of ``day``, where one can turn to it."""
    return day.replace(day=1) if day.year in YEARS else None


def _is_in(day: date, month: date) -> bool:
    return (day.year, day.month) == (month.year, month.month)


def _weeks(days: Sequence[Day]) -> list[Week]:
    return [
        Week(days[n].about.day.isocalendar().week, tuple(days[n : n + 7]))
        for n in range(0, len(days), 7)
    ]


@blueprint.app_template_global()
def entry_state(one: Entry, now: datetime) -> str:
    """What an entry waits for, where that is no clock; empty where only the clock is left."""
    if one.done:
        return str(_("klart"))
    if one.held:
        return str(_("pausat"))
    if one.hangs and one.at <= now:
        return str(_("när någon har gjort sitt"))
    return str(_("väntar också på någon")) if one.hangs else ""


@blueprint.get("/dagen")
def day() -> str:
    """Today as a chart, with every announcement that is under way or has gone out."""
    found = today.of(installation(), actor())
    span = _span(found)
    rows = [_row(found, span, course) for course in found.courses]
    return render_template(
        "day.html",
        found=found,
        hours=Markup(day_chart.hours(span)),  # noqa: S704 - drawn of numbers alone
        rows=rows,
        first=FIRST_COURSES,
        kinds=KINDS,
        keys=_keys(rows),
    )


def _span(found: Today) -> Span:
    moments = [
        at
        for one in found.courses
        for at in (one.inside_at, one.out_at, one.known_at)
        if at is not None
    ]
    zone = installation().policy.zone
    begins, ends = day_chart.span_of(found.begins, found.ends, zone, [found.now, *moments])
    return Span(begins, ends, zone, found.about.opens, found.about.closes)


def _row(found: Today, span: Span, course: Course) -> Row:
    drawn = day_chart.strip(span, found.now, _bars(found, course), _marks(course))
    return Row(
        course,
        Markup(drawn),  # noqa: S704 - drawn of numbers alone
        tuple(_said(found, course)),
    )


def _bars(found: Today, course: Course) -> list[Bar]:
    """With staff alone until it leaves the house, and then outside as well; what is to come is
    outlined."""
    if course.in_review or course.inside_at is None:
        return []
    bars = []
    out = course.out_at or found.ends
    if course.is_inside:
        bars.append(Bar(course.inside_at, min(out, found.ends), Sign.INSIDE))
    elif course.inside_at < out:
        bars.append(Bar(course.inside_at, out, Sign.INSIDE, sure=False))
    if course.out_at is not None:
        bars.append(Bar(course.out_at, found.ends, Sign.OUTSIDE, sure=course.is_out))
    return bars


def _marks(course: Course) -> list[Mark]:
    marks = []
    if course.inside_at and not course.in_review:
        sure = not course.inside_hangs
        marks.append(Mark(course.inside_at, Sign.INSIDE, course.is_inside, sure=sure))
    if course.out_at:
        marks.append(Mark(course.out_at, Sign.OUTSIDE, course.is_out, sure=not course.hangs))
    if course.known_at:
        marks.append(Mark(course.known_at, Sign.KNOWN))
    return marks


def _said(found: Today, course: Course) -> list[str]:
    """The strip in sentences."""
    said = []
    if course.in_review:
        said.append(_("Väntar på att texten godkänns."))
    elif course.inside_at and course.is_inside:
        said.append(_("Inne sedan %(when)s.", when=moment(course.inside_at)))
    elif course.inside_at and course.inside_hangs and course.inside_at <= found.now:
        said.append(_("Till personalen när någon har gjort sitt."))
    elif course.inside_at:
        said.append(_("Till personalen tidigast %(when)s.", when=moment(course.inside_at)))
    if course.held:
        said.append(_("Pausat."))
    said += _outside(found, course)
    if course.known_at:
        said.append(_("Blir känt senast %(when)s.", when=moment(course.known_at)))
    return [str(one) for one in said]


def _outside(found: Today, course: Course) -> list[str]:
    if course.out_at is None:
        return [] if course.in_review else [_("Går inte utanför huset.")]
    when = moment(course.out_at)
    if course.is_out:
        return [_("Ute sedan %(when)s.", when=when)]
    if course.hangs and course.out_at <= found.now:
        return [_("Går ut när någon har gjort sitt.")]
    if course.hangs:
        return [_("Går ut tidigast %(when)s, när någon har gjort sitt.", when=when)]
    return [_("Går ut %(when)s.", when=when)]


def _keys(rows: Sequence[Row]) -> list[tuple[Markup, str]]:
    """The signs of the chart, and what they mean; none without a chart."""
    if not rows:
        return []
    keys = (
        (day_chart.sample(Sign.INSIDE), _("kommer till personalen")),
        (day_chart.sample(Sign.INSIDE, bar=True), _("bara inne")),
        (day_chart.sample(Sign.OUTSIDE), _("går utanför huset")),
        (day_chart.sample(Sign.OUTSIDE, bar=True), _("ute")),
        (day_chart.sample(Sign.KNOWN), _("blir känt ändå")),
        (day_chart.sample(Sign.OUTSIDE, done=False, sure=False), _("väntar på någon")),
        (day_chart.sample_now(), _("nu")),
        (day_chart.sample_closed(), _("utanför arbetstid")),
    )
    return [(Markup(sign), str(words)) for sign, words in keys]  # noqa: S704 - as above


@blueprint.app_template_filter()
def weekday(day: date) -> str:
    """The name of a date's weekday."""
    return str(format_date(day, "EEEE"))


@blueprint.app_template_filter()
def clock(value: time) -> str:
    """A local time as people write it."""
    return str(value_in_words(value, installation().policy.zone.key, language()))


@blueprint.app_template_filter()
def is_said(one: Day, now: date) -> bool:
    """Whether a list has anything to say of a day; ``now`` is today's date."""
    return bool(one.entries) or one.about.day == now or not _is_ordinary(one.about)


def _is_ordinary(about: Workday) -> bool:
    return about.kind in (DayKind.WORK, DayKind.CLOSED) and not (
        about.silences or about.before_holiday
    )
