"""Looking: status, doubts, and whether the record agrees with itself."""

import json
import sys

import click
from rich.console import Console
from rich.table import Table

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_
from announcer.domain.step import StepState
from announcer.services import calling, status_as_json, verifying
from announcer.services import status as statuses
from announcer.services.approval_words import sentences
from announcer.services.status import AnnouncementStatus, StepStatus

STATE_NAMES = {
    StepState.WAITING: N_("väntar"),
    StepState.SENDING: N_("pågår"),
    StepState.SETTLED: N_("klart"),
    StepState.WITHDRAWN: N_("tillbakadraget"),
}


@click.command()
@click.argument("announcement", required=False)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--all", "finished", is_flag=True, help="Also what is completed or withdrawn.")
@pass_desk
def status(desk: Desk, announcement: str | None, as_json: bool, finished: bool) -> None:
    """Show what is under way, or one ANNOUNCEMENT: what waits for what."""
    found = (
        [statuses.of(desk.installation, announcement)]
        if announcement
        else statuses.under_way(desk.installation, finished=finished)
    )
    if as_json:
        rows = [status_as_json.as_json(one, desk.translate) for one in found]
        click.echo(json.dumps(rows[0] if announcement else rows, ensure_ascii=False, indent=2))
        return
    console = Console(soft_wrap=True)
    if not found:
        console.print(desk.translate(N_("Inget är på gång.")))
    for one in found:
        console.print(_table(desk, one))
        if one.standing:
            for sentence in sentences(one.standing, desk.translate, desk.moment):
                console.print(sentence, markup=False)
    _print_calls(desk, console)
    _print_doubts(desk, console)


def _table(desk: Desk, found: AnnouncementStatus) -> Table:
    translate = desk.translate
    title = f"{found.title}\n{found.public_id}  {found.class_title}  {found.unit}"
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in (N_("Steg"), N_("Läge"), N_("Tid"), N_("Mottagare"), N_("Väntar på")):
        table.add_column(translate(name))
    for step in found.steps:
        table.add_row(
            f"{translate(step.channel_name)} ({step.key})",
            translate(STATE_NAMES[step.state]),
            str(desk.moment(_time_of(step)) or ""),
            ", ".join(f"{count} {state}" for state, count in sorted(step.recipients.items())),
            "\n".join((*_sentences(desk, step), *_who(desk, step), *_latest(desk, step))),
        )
    return table


def _time_of(step: StepStatus) -> object:
    return step.confirmed_at or step.settled_at or step.started_at or step.earliest


def _sentences(desk: Desk, step: StepStatus) -> list[str]:
    """What the step waits for, with times as people here write them."""
    return [reason.say(desk.translate, desk.moment) for reason in step.reasons]


def _who(desk: Desk, step: StepStatus) -> list[str]:
    """Who can do something about it."""
    policy = desk.installation.policy
    sentence = desk.translate(N_("{roles} kan göra något åt det."))
    roles = dict.fromkeys(role for one in step.openings for role in one.roles)
    titles = ", ".join(policy.roles[role].title for role in roles if role in policy.roles)
    return [sentence.format(roles=titles)] if titles else []


def _latest(desk: Desk, step: StepStatus) -> list[str]:
    """Until when it goes by itself."""
    if step.latest is None:
        return []
    sentence = desk.translate(
        N_("Efter {until} går det inte av sig självt: då måste en människa säga till.")
    )
    return [sentence.format(until=desk.moment(step.latest))]


def _print_calls(desk: Desk, console: Console) -> None:
    """In lines: an id that is broken in a table cannot be copied."""
    calls = calling.waiting(desk.installation)
    if calls:
        console.print(desk.translate(N_("Någon behövs")))
    for call in calls:
        since = desk.translate(N_("sedan {when}")).format(when=desk.moment(call.made_at))
        console.print(f"  {call.say(desk.translate, desk.moment)}", highlight=False)
        console.print(f"    {call.title} ({call.to}, {since})", highlight=False)
        console.print(f"    {call.public_id}  {call.id}", highlight=False)


def _print_doubts(desk: Desk, console: Console) -> None:
    doubts = statuses.doubts(desk.installation)
    if not doubts:
        return
    table = Table(title=desk.translate(N_("Oklart om det gick iväg")), title_justify="left")
    for name in ("id", N_("Meddelande"), N_("Mottagare"), N_("Senast känt")):
        table.add_column(desk.translate(name))
    for doubt in doubts:
        table.add_row(str(doubt.id), doubt.public_id, doubt.recipient, doubt.reply)
    console.print(table)


@click.command()
@pass_desk
def verify(desk: Desk) -> None:
    """Check every chain of events and every stored byte; exit code 1 when something is wrong."""
    with desk.installation.database.reading() as session:
        faults = list(verifying.verify(session))
    for fault in faults:
        click.echo(f"{fault.where}: {fault.what}", err=True)
    if faults:
        sys.exit(1)
    click.echo(desk.translate(N_("Allt som är antecknat stämmer.")))


COMMANDS = (status, verify)
