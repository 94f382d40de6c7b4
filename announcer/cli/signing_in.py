"""`sign-in`: a way in at the web, made on the server."""

import click

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_
from announcer.services import signing_in


@click.command(name="sign-in")
@click.argument("directory_id", metavar="PERSON")
@pass_desk
def sign_in(desk: Desk, directory_id: str) -> None:
    """Print an address that signs PERSON (an id in the directory) in, once, within 15 minutes."""
    link = signing_in.make_link(desk.installation, directory_id)
    click.echo(f"{desk.installation.base_url}/logga-in/{link.key}")
    # Beside the address, so that another program can take the address alone.
    click.echo(
        desk.translate(
            N_("Gäller en gång, till {until}. Den som har adressen kommer in som {person}.")
        ).format(until=desk.moment(link.expires_at), person=link.person.directory_id),
        err=True,
    )


COMMANDS = (sign_in,)
