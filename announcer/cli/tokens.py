"""`token`: keys to the API."""

from datetime import timedelta

import click

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_
from announcer.services import tokens
from announcer.services.tokens import Scope


@click.group()
def token() -> None:
    """Make, list and revoke keys to the API."""


@token.command()
@click.option("--for", "owner", default="", help="Whose rights it carries; your own if not given.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it may be used for; may be given several times.",
)
@click.option("--system", default="", help="The name of the system that will hold it.")
@click.option("--days", default=90, show_default=True, help="How long it is valid; at most 400.")
@pass_desk
def create(desk: Desk, owner: str, scopes: tuple[str, ...], system: str, days: int) -> None:
    """Make a key. It is shown once: put it where the system keeps its secrets."""
    made = tokens.create(
        desk.installation,
        desk.actor,
        owner or desk.actor.directory_id,
        [Scope(scope) for scope in scopes],
        system,
        timedelta(days=days),
    )
    click.echo(made)


@token.command(name="list")
@pass_desk
def list_(desk: Desk) -> None:
    """Show the keys that are valid, without the keys themselves."""
    for one in tokens.listed(desk.installation, desk.actor):
        scopes = ", ".join(one.scopes)
        until = desk.moment(one.expires_at)
        click.echo(f"{one.fingerprint}  {one.person}  {one.system or '–'}  {scopes}  {until}")


@token.command()
@click.argument("fingerprint")
@pass_desk
def revoke(desk: Desk, fingerprint: str) -> None:
    """Revoke the key that 'list' shows with FINGERPRINT; it stops working at once."""
    tokens.revoke(desk.installation, desk.actor, fingerprint)
    click.echo(desk.translate(N_("Nyckeln gäller inte längre.")))


COMMANDS = (token,)
