"""`stand-in`: who has another's roles while they are away."""

import click

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_
from announcer.services import standing_in


@click.group(name="stand-in")
def stand_in() -> None:
    """Name, list and revoke those who stand in for somebody."""


@stand_in.command()
@click.argument("person")
@click.option("--for", "for_whom", default="", help="Whose roles; your own if not given.")
@click.option("--from", "starts", default="", help="The first day, 2026-12-21; now if not given.")
@click.option("--until", "ends", required=True, help="The last day, or a moment.")
@click.option("--announcement", default="", help="For this one only.")
@pass_desk
def add(desk: Desk, person: str, for_whom: str, starts: str, ends: str, announcement: str) -> None:
    """Let PERSON have somebody's roles for a time."""
    zone = desk.installation.policy.zone
    made = standing_in.appoint(
        desk.installation,
        desk.actor,
        person,
        for_whom or desk.actor.directory_id,
        standing_in.day(ends, zone, last=True),
        standing_in.day(starts, zone) if starts else None,
        announcement,
    )
    click.echo(made)


@stand_in.command(name="list")
@click.option("--history", is_flag=True, help="Also what is over.")
@pass_desk
def list_(desk: Desk, history: bool) -> None:
    """Show who stands in for whom, now and later."""
    for one in standing_in.listed(desk.installation, desk.actor, history=history):
        ends = one.revoked_at or one.ends
        days = f"{desk.moment(one.starts)} – {desk.moment(ends)}"
        words = desk.translate(N_("{who} ersätter {absent}"))
        people = words.format(who=one.who, absent=one.for_whom)
        click.echo("  ".join(filter(None, (str(one.id), people, days, one.announcement))))


@stand_in.command()
@click.argument("stand_in")
@pass_desk
def revoke(desk: Desk, stand_in: str) -> None:
    """End STAND_IN, as 'list' shows it, at once."""
    standing_in.revoke(desk.installation, desk.actor, stand_in)
    click.echo(desk.translate(N_("Ersättaren har inte längre den andras roller.")))


COMMANDS = (stand_in,)
