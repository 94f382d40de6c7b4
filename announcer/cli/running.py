"""Starting: `run` runs everything, `demo` shows it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from announcer import logs
from announcer.cli.context import Desk, pass_desk
from announcer.cli.house import House
from announcer.config import of_channels
from announcer.embedded.aside import aside
from announcer.embedded.mail import free_port
from announcer.lean import OnFirstUse

if TYPE_CHECKING:
    from announcer import bootstrap
    from announcer.cli import demo as demonstration
else:  # `run` lives as long as the installation and needs neither while it does
    demonstration = OnFirstUse("announcer.cli.demo")
    bootstrap = OnFirstUse("announcer.bootstrap")

#: The policy that comes with the program.
POLICIES = Path(__file__).parents[2] / "policies"
EXAMPLES = Path(__file__).parents[2] / "examples"


@click.command()
@click.option("--port", default=8080, show_default=True, help="The intranet's port on loopback.")
@click.option(
    "--newsroom-port", default=8081, show_default=True, help="The newsroom's port on loopback."
)
@click.option(
    "--policy",
    type=click.Path(path_type=Path),
    default=POLICIES / "hallefors.toml",
    envvar="ANNOUNCER_POLICY",
    help="The policy file.",
)
@pass_desk
def run(desk: Desk, port: int, newsroom_port: int, policy: Path) -> None:
    """Run everything on this machine, on embedded servers where no others are named."""
    aside(lambda: bootstrap.refuse_unset(policy, of_channels(os.environ)))
    logs.configure()
    with House(desk.home, policy, port, newsroom_port, os.environ) as house:
        house.start()
        click.echo(f"Intranet: {house.environment['ANNOUNCER_INTRANET_URL']}")
        click.echo(f"Newsroom: {house.environment['ANNOUNCER_NEWSROOM_URL']}")
        if house.mail:
            click.echo(f"Mail is not sent anywhere but kept in {house.mail.folder}")
        click.echo("Ctrl-C stops everything.")
        house.supervisor.run()


@click.command()
@click.option("--once", is_flag=True, help="Stop when the last step is settled.")
@click.option("--port", default=0, help="The intranet's port on loopback; any free one if 0.")
@pass_desk
def demo(desk: Desk, once: bool, port: int) -> None:
    """Show announcements going out under the policy of Hällefors, windows in seconds."""
    home = desk.home / "demo" if desk.home.name != "demo" else desk.home
    demonstration.Demonstration(home, POLICIES / "demo.toml", EXAMPLES, port or free_port()).play(
        once=once
    )


COMMANDS = (run, demo)
