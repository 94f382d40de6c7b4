"""`approve` and `return`: what a text that waits for approval can meet."""

import click

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_
from announcer.services import returning, reviewing
from announcer.services import status as statuses
from announcer.services.approval_words import missing_in_words


@click.command()
@click.argument("announcement")
@click.option("--hash", "content_hash", default="", help="Approve only this very text.")
@pass_desk
def approve(desk: Desk, announcement: str, content_hash: str) -> None:
    """Approve ANNOUNCEMENT's text; it is planned when everybody has who must."""
    done = reviewing.approve(desk.installation, desk.actor, announcement, content_hash)
    left = statuses.of(desk.installation, announcement).standing
    if not done:
        click.echo(desk.translate(N_("Det var redan godkänt.")))
    elif left is None:
        # Of a correction there is a plan since long.
        text = reviewing.proposal(desk.installation, desk.actor, announcement).content
        message = (
            N_("Godkänt. Den rättade texten gäller nu.")
            if text.correction
            else N_("Godkänt. Planen börjar nu.")
        )
        click.echo(desk.translate(message))
    else:
        approved = desk.translate(N_("Godkänt."))
        click.echo(f"{approved} {missing_in_words(left, desk.translate)}")


@click.command(name="return")
@click.argument("announcement")
@click.option("--why", default="", help="What must be changed; the author reads it.")
@click.option("--take-back", is_flag=True, help="Undo it: the same text can be approved again.")
@pass_desk
def return_(desk: Desk, announcement: str, why: str, take_back: bool) -> None:
    """Give ANNOUNCEMENT's text back to its author instead of approving it."""
    if take_back:
        done = returning.take_back(desk.installation, desk.actor, announcement)
        message = N_("Texten kan godkännas igen.")
    else:
        done = returning.give_back(desk.installation, desk.actor, announcement, why)
        message = N_("Återlämnad. Den som skrev texten ser varför.")
    click.echo(desk.translate(message if done else N_("Inget ändrades.")))


COMMANDS = (approve, return_)
