"""Taking in lists of units, staff, press, workplaces, boards, shifts and groups."""

from pathlib import Path

import click

from announcer.cli.acting import read_bounded
from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_
from announcer.people.table import LARGEST_FILE
from announcer.services.importing import IMPORTS, Import, import_group

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group(name="import")
def import_() -> None:
    """Import a list from a CSV file; what is wrong is listed, the rest kept."""


def _command(what: str) -> click.Command:
    @click.command(name=what, help=f"Import {what} from the CSV FILE.")
    @FILE
    @pass_desk
    def take_in(desk: Desk, file: Path) -> None:
        _tell(desk, IMPORTS[what](desk.installation, read_bounded(file, LARGEST_FILE)))

    return take_in


@import_.command(name="group")
@click.argument("name")
@FILE
@pass_desk
def group(desk: Desk, name: str, file: Path) -> None:
    """Import the members of the group that the policy calls NAME from the CSV FILE."""
    _tell(desk, import_group(desk.installation, name, read_bounded(file, LARGEST_FILE)))


def _tell(desk: Desk, result: Import) -> None:
    for finding in result.findings:
        click.echo(finding.refusal.say(desk.translate), err=True)
    message = N_("Inläst: {kept}. Borttagna ur listan: {left}. Fel: {faults}.")
    click.echo(
        desk.translate(message).format(
            kept=result.kept, left=result.left, faults=len(result.findings)
        )
    )


for _what in sorted(IMPORTS):
    import_.add_command(_command(_what))
COMMANDS = (import_,)
