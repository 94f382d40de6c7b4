"""`workplace-code`: codes that let a shared phone read the news of a workplace."""

import click

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_
from announcer.services import workplace_codes


@click.group("workplace-code")
def workplace_code() -> None:
    """Make, list and revoke codes for phones that many share."""


@workplace_code.command()
@click.argument("workplace")
@click.option("--unit", default="", help="Whose news besides everybody's; your own unit's.")
@pass_desk
def make(desk: Desk, workplace: str, unit: str) -> None:
    """Make a code for WORKPLACE. It is shown once, and typed in at /arbetsplats on the phone."""
    click.echo(workplace_codes.make(desk.installation, desk.actor, workplace, unit))


@workplace_code.command(name="list")
@pass_desk
def list_(desk: Desk) -> None:
    """Show the codes that are valid, without the codes themselves."""
    for one in workplace_codes.listed(desk.installation, desk.actor):
        until = desk.moment(one.expires_at)
        click.echo(f"{one.fingerprint}  {one.place.workplace}  {one.place.unit}  {until}")


@workplace_code.command()
@click.argument("fingerprint")
@pass_desk
def revoke(desk: Desk, fingerprint: str) -> None:
    """Revoke the code that 'list' shows with FINGERPRINT; every phone stops reading at once."""
    workplace_codes.revoke(desk.installation, desk.actor, fingerprint)
    click.echo(desk.translate(N_("Koden gäller inte längre.")))


COMMANDS = (workplace_code,)
