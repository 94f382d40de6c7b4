"""`announcer`: the group of commands, and how errors are told."""

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from announcer.cli.context import Desk
from announcer.domain.errors import N_, AnnouncerError, PolicyError, Refusal, SetupError
from announcer.lean import OnFirstUse

if TYPE_CHECKING:
    from announcer.db import engine
    from announcer.render import catalogue
else:  # `run` is a command as well, lives for months, and needs neither
    engine = OnFirstUse("announcer.db.engine")
    catalogue = OnFirstUse("announcer.render.catalogue")

#: The module of each command.
MODULES = {
    **dict.fromkeys(("migrate", "init"), "installing"),
    **dict.fromkeys(("run", "demo"), "running"),
    **dict.fromkeys(
        ("submit", "hold", "resume", "release", "withdraw", "held", "resolve", "take"),
        "acting",
    ),
    **dict.fromkeys(
        ("happened", "board-up", "pass-over", "go-now", "already-out", "hand-out"), "opening"
    ),
    **dict.fromkeys(("briefing", "handover"), "meeting"),
    "briefing": "meeting",
    "correct": "correcting",
    "crisis": "crisis",
    **dict.fromkeys(("boards", "board-done"), "boards"),
    **dict.fromkeys(("late", "doubts"), "on_duty"),
    **dict.fromkeys(("approve", "return"), "approving"),
    "comments": "commenting",
    "stand-in": "standing_in",
    **dict.fromkeys(("status", "verify"), "looking"),
    "import": "importing",
    "policy": "policies",
    **dict.fromkeys(("backup", "restore", "standstill", "weed", "erase"), "keeping"),
    "sign-in": "signing_in",
    "token": "tokens",
    "workplace-code": "workplace",
    "doctor": "doctor",
}


class Commands(click.Group):
    """Imports a command's module when it is asked for: most need much that the others do not."""

    def list_commands(self, _: click.Context) -> list[str]:
        """All names."""
        return sorted(MODULES)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """One command; None where there is none of that name."""
        if name not in MODULES:
            return None
        module = import_module(f"announcer.cli.{MODULES[name]}")
        found: click.Command = next(one for one in module.COMMANDS if one.name == name)
        return found


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
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


def main() -> None:
    """Entry point. Exit code 0: done; 1: refused, with a sentence; 2: set up wrongly."""
    try:
        cli(standalone_mode=False)
    except Refusal as refusal:
        _fail(refusal.say(catalogue.translator("sv")), 1)
    except engine.GateClosed as closed:
        _fail(N_("Databasen sade nej: {rule}").format(rule=closed), 1)
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
