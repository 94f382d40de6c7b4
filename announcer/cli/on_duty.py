"""What whoever is on duty decides: what was stopped, and what nobody knows about."""

from datetime import datetime

import click
from rich.console import Console

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_, Refusal
from announcer.services import doubts as doubting
from announcer.services import stopped
from announcer.services.doubts import DoubtfulStep
from announcer.services.stopped import After, Stopped


@click.command()
@click.argument("announcement", required=False)
@click.argument("step", required=False)
@click.option("--now", is_flag=True, help="Send it now.")
@click.option("--at", default="", help="Send it then: 2026-12-08T09:00, local time.")
@click.option("--never", is_flag=True, help="Do not send it; needs --why.")
@click.option("--why", default="", help="Why not; stands in the record.")
@click.option(
    "--then",
    type=click.Choice([one.value for one in After]),
    help="With --never: what becomes of the steps that wait for it.",
)
@pass_desk
def late(
    desk: Desk,
    announcement: str | None,
    step: str | None,
    now: bool,
    at: str,
    never: bool,
    why: str,
    then: str | None,
) -> None:
    """List what was stopped and waits for a person, or decide about STEP of ANNOUNCEMENT."""
    if announcement is None or step is None:
        _list(desk)
        return
    if [now, bool(at), never].count(True) != 1:
        raise click.UsageError("Choose one of --now, --at and --never.")
    about = (desk.installation, desk.actor, announcement, step)
    if now:
        stopped.send_now(*about)
        message = N_("Det går nu.")
    elif at:
        stopped.plan_anew(*about, _local(desk, at))
        message = N_("Det går då.")
    else:
        stopped.give_up(*about, why, After(then) if then else None)
        message = N_("Det går inte ut. Det är antecknat.")
    click.echo(desk.translate(message))


def _local(desk: Desk, typed: str) -> datetime:
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        raise Refusal(N_("Tiden går inte att läsa. Skriv till exempel 2026-12-08T09:00.")) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=desk.installation.policy.zone)


def _list(desk: Desk) -> None:
    console = Console(soft_wrap=True)
    found = stopped.waiting(desk.installation, desk.actor)
    if not found:
        console.print(desk.translate(N_("Inget är stoppat.")))
    for one in found:
        _print_stopped(desk, console, one)


def _print_stopped(desk: Desk, console: Console, one: Stopped) -> None:
    translate = desk.translate
    console.print(f"{one.title}", markup=False)
    console.print(f"  {one.goes.say(translate)} {translate(one.reason)}.", highlight=False)
    if one.due_since:
        since = translate(N_("Skulle ha gått {when}."))
        console.print(f"  {since.format(when=desk.moment(one.due_since))}", highlight=False)
    if one.followers:
        names = ", ".join(
            translate(desk.installation.policy.channels[name].title) for name in one.followers
        )
        console.print("  " + translate(N_("Väntar på det: {names}.")).format(names=names))
    console.print(f"  announcer late {one.public_id} {one.step}", highlight=False)


@click.command()
@click.option(
    "--look", nargs=2, default=None, metavar="ANNOUNCEMENT STEP", help="Look if it arrived."
)
@pass_desk
def doubts(desk: Desk, look: tuple[str, str] | None) -> None:
    """List what nobody knows about, and what is known of it."""
    if look:
        found = doubting.look_again(desk.installation, desk.actor, *look)
        message = desk.translate(N_("Framme hos {there} av {of}."))
        click.echo(message.format(there=found.there, of=found.of))
        for reply in found.replies:
            click.echo(f"  {reply}")
        return
    console = Console(soft_wrap=True)
    waiting = doubting.waiting(desk.installation, desk.actor)
    if not waiting:
        console.print(desk.translate(N_("Inget är oklart.")))
    for one in waiting:
        _print_doubt(desk, console, one)


def _print_doubt(desk: Desk, console: Console, one: DoubtfulStep) -> None:
    translate = desk.translate
    console.print(f"{one.title}", markup=False)
    what = translate(N_("{channel}: {count} oklara, {waiting} väntar på en människa."))
    said = what.format(
        channel=translate(one.channel_name), count=one.recipients, waiting=one.waiting
    )
    console.print(f"  {said}", highlight=False)
    console.print(f"  {desk.moment(one.since)}  {one.reply}", highlight=False, markup=False)
    for unsure in one.named:
        console.print(f"    {unsure.recipient}  {unsure.id}", highlight=False)
    console.print(f"  announcer resolve {one.public_id} --step {one.step}", highlight=False)


COMMANDS = (late, doubts)
