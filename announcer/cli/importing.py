"""Taking in lists of units, staff, press and workplaces."""

from pathlib import Path

import click

from announcer.cli.acting import read_bounded
from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_
from announcer.people.table import LARGEST_FILE
from announcer.services.importing import IMPORTS


@click.command(name="import")
@click.argument("what", type=click.Choice(sorted(IMPORTS)))
@click.argument("file", type=click.Path(path_type=Path))
@pass_desk
def import_(desk: Desk, what: str, file: Path) -> None:
    """Import units, staff, press or workplaces from the CSV FILE; what is wrong is listed, the rest kept."""
    result = IMPORTS[what](desk.installation, read_bounded(file, LARGEST_FILE))
    for finding in result.findings:
        click.echo(finding.refusal.say(desk.translate), err=True)
    message = N_("Inläst: {kept}. Borttagna ur listan: {left}. Fel: {faults}.")
    click.echo(
        desk.translate(message).format(
            kept=result.kept, left=result.left, faults=len(result.findings)
        )
    )


COMMANDS = (import_,)
