"""`announcer`: the group of commands, and how errors are told."""

import sys
from pathlib import Path

import click

from announcer.cli import (
    acting,
    doctor,
    importing,
    installing,
    keeping,
    looking,
    policies,
    running,
    tokens,
)
from announcer.cli.context import Desk
from announcer.db.engine import GateClosed
from announcer.domain.errors import N_, AnnouncerError, PolicyError, Refusal, SetupError
from announcer.render.catalogue import translator


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--as",
    "person",
    default="",
    envvar="ANNOUNCER_AS",
    help="Who acts: an id in the directory. Needed by everything that changes something.",
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var"),
    envvar="ANNOUNCER_HOME",
    show_default=True,
    help="Folder of the embedded servers.",
)
@click.pass_context
def cli(context: click.Context, person: str, home: Path) -> None:
    """Announcer: the organisation's own people first."""
    context.obj = Desk(home.absolute(), person)


for module in (installing, running, acting, looking, importing, policies, keeping, tokens, doctor):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Entry point. Exit code 0: done; 1: refused, with a sentence; 2: set up wrongly."""
    try:
        cli(standalone_mode=False)
    except Refusal as refusal:
        _fail(refusal.say(translator("sv")), 1)
    except GateClosed as closed:
        _fail(f"{N_('Databasen sade nej')}: {closed}", 1)
    except (PolicyError, SetupError) as error:
        _fail(str(error), 2)
    except AnnouncerError as error:
        _fail(str(error), 1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)


def _fail(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)
