"""`crisis`: declare it, tell more, say that it is over, exercise, and close it afterwards."""

from datetime import datetime

import click

from announcer.cli.context import Desk, pass_desk
from announcer.cli.correcting import sentences
from announcer.domain.declaring import Declaration, Kind
from announcer.domain.errors import N_
from announcer.render.exercise import MARK
from announcer.services import crises, declaring
from announcer.services.crises import CrisisStatus, Took
from announcer.services.declaring import Preview

WHAT = click.option(
    "--what",
    multiple=True,
    callback=sentences,
    help="What differs, in each language: --what sv=... --what fi=...",
)
NEXT = click.option(
    "--next",
    "promised",
    type=click.DateTime(["%Y-%m-%dT%H:%M"]),
    help="When there is more at the latest, local time; the policy's time where it is left out.",
)
YES = click.option("--yes", is_flag=True, help="Do it without asking once more.")


@click.group()
def crisis() -> None:
    """Declare a crisis, tell more of it, say that it is over, exercise, look at it afterwards."""


@crisis.command()
@click.argument("template")
@click.option("--area", default="", help="The place it is about.")
@WHAT
@NEXT
@YES
@pass_desk
def declare(
    desk: Desk, template: str, area: str, what: dict[str, str], promised: datetime | None, yes: bool
) -> None:
    """It has happened: send what TEMPLATE says, at once."""
    _say(desk, Declaration(template, area, what, _local(desk, promised)), yes)


@crisis.command()
@click.argument("template")
@click.option("--area", default="", help="The place it is about.")
@YES
@pass_desk
def drill(desk: Desk, template: str, area: str, yes: bool) -> None:
    """Exercise with TEMPLATE: everything is marked and stays in the house."""
    _say(desk, Declaration(template, area, exercise=True), yes)


@crisis.command()
@click.argument("announcement")
@WHAT
@NEXT
@YES
@pass_desk
def update(
    desk: Desk, announcement: str, what: dict[str, str], promised: datetime | None, yes: bool
) -> None:
    """Tell more of the crisis that ANNOUNCEMENT belongs to."""
    when = _local(desk, promised)
    said = Declaration("", "", what, when, kind=Kind.UPDATE, follows=announcement)
    _say(desk, said, yes)


@crisis.command()
@click.argument("announcement")
@WHAT
@YES
@pass_desk
def lift(desk: Desk, announcement: str, what: dict[str, str], yes: bool) -> None:
    """Say that the danger that ANNOUNCEMENT told of is over, to everyone who was told."""
    _say(desk, Declaration("", "", what, kind=Kind.LIFTED, follows=announcement), yes)


@crisis.command()
@click.argument("announcement", required=False)
@pass_desk
def show(desk: Desk, announcement: str | None) -> None:
    """List every crisis; of ANNOUNCEMENT, what was told when, and how long each step took."""
    if announcement is None:
        found = crises.all_of(desk.installation, desk.actor)
        if not found:
            click.echo(desk.translate(N_("Ingen kris har utlysts.")))
        for one in found:
            click.echo(f"{one.public_id}  {desk.moment(one.declared_at)}  {_title(desk, one)}")
        return
    one = crises.of(desk.installation, desk.actor, announcement)
    click.echo(_title(desk, one))
    for text in one.told:
        click.echo(f"{desk.moment(text.at)}  {text.title}")
        if text.alarmed_at:
            alarmed = desk.translate(N_("Allt annat gick ut utan att vänta på sidan, från {when}."))
            click.echo(f"  {alarmed.format(when=desk.moment(text.alarmed_at))}")
        for step in text.steps:
            click.echo(f"  {_took(desk, step)}")
    if one.review:
        click.echo(f"{desk.moment(one.review.at)}  {one.review.note}")


def _title(desk: Desk, found: CrisisStatus) -> str:
    return f"{desk.translate(MARK)}: {found.title}" if found.exercise else found.title


def _took(desk: Desk, step: Took) -> str:
    """A step with its time in minutes and seconds since the crisis was declared."""
    name = desk.translate(desk.installation.policy.channels[step.channel].title)
    if step.after is None:
        under_way = N_("på väg") if step.began_at else N_("väntar")
        return f"{name}: {desk.translate(under_way)}"
    minutes, seconds = divmod(int(step.after.total_seconds()), 60)
    done = desk.translate(N_("klart efter {minutes} min, nådda: {count}"))
    return f"{name}: {done.format(minutes=f'{minutes}:{seconds:02d}', count=step.reached)}"


@crisis.command()
@click.argument("announcement")
@click.option("--note", required=True, help="What the review showed.")
@pass_desk
def review(desk: Desk, announcement: str, note: str) -> None:
    """Close a crisis afterwards with a note."""
    new = crises.review(desk.installation, desk.actor, announcement, note)
    message = N_("Krisen är granskad och avslutad.") if new else N_("Inget ändrades.")
    click.echo(desk.translate(message))


def _local(desk: Desk, typed: datetime | None) -> datetime | None:
    return typed and typed.replace(tzinfo=desk.installation.policy.zone)


def _say(desk: Desk, said: Declaration, yes: bool) -> None:
    """Show what goes where, ask once, do it, and print the announcement's id."""
    if not yes:
        _show(desk, declaring.preview(desk.installation, desk.actor, said))
        click.confirm(desk.translate(N_("Ska det gå ut nu?")), abort=True)
    click.echo(declaring.declare(desk.installation, desk.actor, said).public_id)


def _show(desk: Desk, found: Preview) -> None:
    names = desk.installation.policy.channels
    click.echo(found.content.title)
    for one in found.reach:
        count = "" if one.count is None else f": {one.count}"
        click.echo(f"  {desk.translate(names[one.forecast.step.channel].title)}{count}")
    for finding in found.findings:
        click.echo(finding.say(desk.translate))
    if found.vma:
        click.echo(found.vma)


COMMANDS = (crisis,)
