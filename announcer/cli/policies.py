"""Checking a policy file, and asking it what would happen when."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import click

from announcer.bootstrap import read_policy
from announcer.cli.context import Desk, pass_desk
from announcer.domain.announcement import Content
from announcer.domain.errors import N_, PolicyError
from announcer.domain.example import example_of
from announcer.domain.notation import read_clock
from announcer.domain.plan import CHANNEL_NAMES
from announcer.domain.policy import Policy
from announcer.domain.policy.diff import differences, shorter_leads
from announcer.domain.schedule import Handovers, forecast
from announcer.domain.toml_file import read_toml
from announcer.domain.why import Foreseen, foresee
from announcer.render.catalogue import clock_in_words, day_in_words, moment_in_words
from announcer.render.foreseen import sentences, setting_of, stops, warning
from announcer.render.timeline import Line, Setting, as_file
from announcer.render.timeline_shapes import EARLIEST, INSIDE, OUTSIDE
from announcer.services import approvers


@click.group()
def policy() -> None:
    """Check a policy file and ask it what would happen."""


@policy.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--directory", is_flag=True, help="Also against the people and units installed here.")
@pass_desk
def check(desk: Desk, file: Path, directory: bool) -> None:
    """Check FILE; a policy that could tell the outside first is refused, with key and fix."""
    found = read_policy(file)
    if directory:
        with desk.installation.database.reading() as session:
            faults = [f"{file}: {fault}" for fault in approvers.directory_faults(session, found)]
        if faults:
            raise PolicyError("\n".join(faults))
    click.echo(f"{found.name}: {len(found.classes)} classes, in order.")
    click.echo(f"It may name the channels {', '.join(found.channels)}.")


@policy.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--class", "class_name", required=True, help="A class of the policy.")
@click.option("--approved-at", help="When the text is approved, local time: 2026-12-23T16:55.")
@click.option("--at", help="Instead: when the page is confirmed, local time.")
@click.option("--audience", "audiences", multiple=True, help="An audience that the writer names.")
@click.option("--channel", "channels", multiple=True, help="A channel that the writer chooses.")
@click.option("--handover", "handovers", multiple=True, help="When a shift hands over: 06:45.")
@click.option("--known-at", help="When the news is known anyway, local time.")
@click.option("--svg", type=click.Path(path_type=Path), help="Also write the plan as a picture.")
def plan(
    file: Path,
    class_name: str,
    approved_at: str | None,
    at: str | None,
    audiences: tuple[str, ...],
    channels: tuple[str, ...],
    handovers: tuple[str, ...],
    known_at: str | None,
    svg: Path | None,
) -> None:
    """Show what an announcement of a class would do when, and why then.

    Without --audience it goes to everyone that the class can reach.
    """
    found = read_policy(file)
    if class_name not in found.classes:
        raise PolicyError(
            f"{file}: there is no class {class_name!r}. The classes are "
            f"{', '.join(sorted(found.classes))}."
        )
    if (approved_at is None) == (at is None):
        raise click.UsageError("give one of --approved-at and --at")
    content = _example(found, class_name, audiences, channels)
    if known_at is not None:
        content = replace(content, known_at=_moment(found, known_at, "--known-at"))
    begins = _moment(found, approved_at or at or "", "--at" if at else "--approved-at")
    setting = setting_of(found, found.organisation.language, class_name)
    shown = foresee(found, class_name, forecast(found, content, begins, _shifts(handovers)))
    heading = (found.classes[class_name].title, _assumed(setting, begins, approved=at is None))
    for line in (heading[1], *_told(shown, setting, _title_of(found))):
        click.echo(line)
    if not handovers and _counts_handovers(found, class_name, shown):
        click.echo(
            setting.translate(N_("Som om inget skift lämnade över: säg när med --handover."))
        )
    if svg is not None:
        lines = {Line.KNOWN: content.known_at} if content.known_at else {}
        steps = stops(shown, setting, _title_of(found))
        _write(svg, as_file(steps, setting, heading=heading, lines=lines))


def _shifts(handovers: tuple[str, ...]) -> Handovers:
    """One workplace with all the handovers there are: a policy file knows no directory."""
    try:
        return {"": tuple(read_clock(one) for one in handovers)}
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--handover") from None


def _counts_handovers(found: Policy, class_name: str, shown: list[Foreseen]) -> bool:
    windows = (found.classes[class_name].window_of(one.step.key) for one in shown)
    return any(window and window.handover for window in windows)


def _assumed(setting: Setting, begins: datetime, *, approved: bool) -> str:
    """What the times are reckoned from. Nobody knows how long the page takes to be confirmed."""
    sentence = (
        N_("Som om texten godkändes {moment} och sidan var uppe och kontrollerad i samma stund.")
        if approved
        else N_("Som om sidan var uppe och kontrollerad {moment}.")
    )
    moment = moment_in_words(begins, setting.zone.key, setting.language)
    return setting.translate(sentence).format(moment=moment)


def _told(shown: list[Foreseen], setting: Setting, title_of: Callable[[str], str]) -> Iterator[str]:
    """The plan in lines: moments, below each what goes then, and why then."""
    for when, steps in groupby(shown, key=lambda one: _when(one, setting)):
        yield f"\n{when}"
        for one in steps:
            name = setting.translate(CHANNEL_NAMES[one.step.channel])
            where = setting.translate(OUTSIDE if one.step.external else INSIDE)
            audience = ", ".join(title_of(name) for name in one.step.audience)
            yield f"  {name}, {where}: {audience} [{one.step.source}]"
            told = (*filter(None, [warning(one, setting)]), *sentences(one, setting))
            yield from (f"    {sentence}" for sentence in told)


def _when(one: Foreseen, setting: Setting) -> str:
    if one.at is None:
        return setting.translate(N_("utan klockslag"))
    day = day_in_words(one.at.astimezone(setting.zone).date(), setting.language)
    clock = clock_in_words(one.at, setting.zone.key, setting.language)
    earliest = f"{setting.translate(EARLIEST)} " if one.hangs else ""
    return f"{earliest}{day} {clock}"


def _title_of(found: Policy) -> Callable[[str], str]:
    return lambda name: found.audiences[name].title


def _write(file: Path, picture: bytes) -> None:
    try:
        file.write_bytes(picture)
    except OSError as error:
        raise click.FileError(str(file), hint=error.strerror or "") from error
    click.echo(file)


@policy.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def diff(old: Path, new: Path) -> None:
    """Show what NEW decides differently from OLD, and where staff would be ahead by less."""
    before, after = read_policy(old), read_policy(new)
    changes = differences(read_toml(old), read_toml(new))
    if not changes:
        click.echo("They decide the same.")
        return
    for one in changes:
        click.echo(one.key)
        for sign, value in (("-", one.before), ("+", one.after)):
            if value is not None:
                click.echo(f"  {sign} {json.dumps(value, ensure_ascii=False, default=str)}")
    for lead in shorter_leads(before, after):
        click.echo(
            f"Staff are ahead by less: {lead.class_title}, {lead.step}: at least {lead.after} "
            f"instead of {lead.before}."
        )


def _example(
    found: Policy, class_name: str, audiences: tuple[str, ...], channels: tuple[str, ...]
) -> Content:
    """An announcement to the audiences named; to everyone that the class can reach where none is."""
    for name in audiences:
        if name not in found.audiences:
            known = ", ".join(found.audiences)
            raise click.BadParameter(f"there is no {name!r}, only {known}", param_hint="--audience")
    return example_of(found, class_name, audiences, channels)


def _moment(found: Policy, at: str, option: str) -> datetime:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise click.BadParameter("write a time as 2026-12-23T16:55", param_hint=option) from None
    local = moment if moment.tzinfo else moment.replace(tzinfo=found.zone)
    return local.astimezone(UTC)


COMMANDS = (policy,)
