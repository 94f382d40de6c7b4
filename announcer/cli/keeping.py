"""Keeping: back up, restore and start again, weed, erase."""

import os
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from announcer.bootstrap import read_policy
from announcer.cli.context import Desk, pass_desk
from announcer.config import given
from announcer.db import migrating, schema
from announcer.db.engine import Database
from announcer.domain.errors import N_, SetupError
from announcer.domain.plan import CHANNEL_NAMES
from announcer.embedded.archive import dump, load
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.services import erasing, restoring, verifying, weeding
from announcer.services.restoring import Standstill


def owner_url(home: Path) -> str:
    """The database as its owner: DATABASE_OWNER_URL, else the embedded one in ``home``.

    Raises `SetupError`.
    """
    if url := given(os.environ, "DATABASE_OWNER_URL"):
        return url
    if (home / "postgres").is_dir():
        return EmbeddedPostgres(home / "postgres").owner_url
    raise SetupError(
        "DATABASE_OWNER_URL is not set. It names PostgreSQL as the role announcer_owner. "
        f"There is no embedded database in {home} either."
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_desk
def backup(desk: Desk, file: Path) -> None:
    """Write everything into FILE while the programs run: texts, files, what was sent, the record."""
    size = dump(owner_url(desk.home), file)
    click.echo(f"{file}: {size:,} bytes. Keep the policy file and the secrets with it.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_desk
def restore(desk: Desk, file: Path) -> None:
    """Bring FILE back into an empty database, verify it, and let everything stand still."""
    url = owner_url(desk.home)
    if schema.found_revision(url) is not None:
        raise SetupError(
            "DATABASE_OWNER_URL: the database is not empty. Make a new one, as docs/operate.md "
            "says under 'Restore', and name it: nothing that exists is written over."
        )
    migrating.refuse_missing_roles(url)
    owner = Database(url)
    try:
        with restoring.closed(owner):
            load(url, file)
            migrating.upgrade(url)
            _stand_still(owner, str(file))
    finally:
        owner.dispose()


def _stand_still(owner: Database, what: str) -> None:
    """Let ``what`` was brought back stand still, and verify it. Raises `SetupError`."""
    doubts = restoring.stand_still(owner)
    with owner.reading() as session:
        faults = list(verifying.verify(session))
    for fault in faults:
        click.echo(f"{fault.where}: {fault.what}", err=True)
    if faults:
        raise SetupError(
            f"{what}: brought back, but {len(faults)} things on record do not agree. No program may "
            "connect to it. 'announcer standstill --begin' lets them in all the same."
        )
    click.echo(f"Everything on record agrees. {doubts} recipients are in doubt.")
    click.echo("Nothing is sent until 'announcer standstill --end' is said by somebody.")


@click.command()
@click.option(
    "--begin",
    is_flag=True,
    help="Let a database that was brought back by other means stand still; as its owner.",
)
@click.option("--end", is_flag=True, help="Let everything go on; asks first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def standstill(desk: Desk, *, begin: bool, end: bool, yes: bool) -> None:
    """Show what would go where when everything goes on again after a restore."""
    if begin:
        _begin(owner_url(desk.home))
        return
    found = restoring.standing(desk.installation)
    console = Console(soft_wrap=True)
    if found is None:
        console.print(desk.translate(N_("Ingenting står stilla.")))
        return
    _show(desk, console, found)
    if not end:
        return
    actor = desk.actor
    if not yes:
        click.confirm(desk.translate(N_("Ska allt gå vidare?")), abort=True)
    restoring.go_on(desk.installation, actor)
    console.print(desk.translate(N_("Allt går vidare. Det som är stoppat eller oklart väntar.")))


def _begin(url: str) -> None:
    owner = Database(url)
    try:
        schema.refuse_unknown(url)
        with restoring.closed(owner):
            doubts = restoring.stand_still(owner)
    finally:
        owner.dispose()
    click.echo(f"Everything stands still. {doubts} recipients are in doubt.")


def _show(desk: Desk, console: Console, found: Standstill) -> None:
    translate = desk.translate
    console.print(
        translate(
            N_("Allt står stilla sedan {since}. Det som hände efter {known} är inte känt här.")
        ).format(since=desk.moment(found.since), known=desk.moment(found.known_until) or "–")
    )
    console.print(
        translate(N_("Oklara mottagare: {count}. Se dem med ”announcer status”.")).format(
            count=found.doubts
        )
    )
    table = Table(title=translate(N_("Det här går när allt går vidare")), title_justify="left")
    for name in (N_("Meddelande"), N_("Steg"), N_("Mottagare"), N_("Tidigast"), N_("Läge")):
        table.add_column(translate(name))
    for one in found.going:
        table.add_row(
            f"{one.title}\n{one.public_id}",
            translate(CHANNEL_NAMES.get(one.channel, one.channel)),
            str(one.recipients),
            str(desk.moment(one.earliest) or "–"),
            translate(
                N_("stoppat, väntar på en människa")
                if one.held
                else N_("går när det släpps")
                if one.needs_release
                else N_("går av sig självt")
            ),
        )
    console.print(table)
    for heading, rows in (
        (N_("Det här visar nyhetsrummet då igen. Kontrollera att inget har dragits tillbaka:"), found.public),
        (N_("Det här väntade på godkännande och är pausat. Kontrollera att det inte redan har gått ut:"), found.unapproved),
    ):  # fmt: skip
        if rows:
            console.print(translate(heading))
            for public_id, title in rows:
                console.print(f"  {title}  {public_id}", highlight=False)


@click.command()
@click.option("--policy", type=click.Path(path_type=Path), envvar="ANNOUNCER_POLICY", required=True)
@pass_desk
def weed(desk: Desk, policy: Path) -> None:
    """Weed what the decision in the policy's [retention] says; with the owner's credentials."""
    owner = Database(owner_url(desk.home))
    try:
        schema.refuse_unknown(owner.url)
        done = weeding.weed(owner, read_policy(policy))
    finally:
        owner.dispose()
    click.echo(f"Weeded: {done['drafts']} drafts, {done['recipients']} recipients.")


@click.group()
def erase() -> None:
    """Erase somebody from the living lists; the record keeps its pseudonyms."""


@erase.command(name="person")
@click.argument("directory_id")
@pass_desk
def erase_person(desk: Desk, directory_id: str) -> None:
    """Erase the person with this id in the directory."""
    erasing.erase_person(desk.installation, desk.actor, directory_id)
    click.echo(desk.translate(N_("Raderad. Ta också bort personen ur personalkatalogen.")))


@erase.command(name="press")
@click.argument("email")
@pass_desk
def erase_press(desk: Desk, email: str) -> None:
    """Erase the newsroom with this address from the press list."""
    erasing.erase_press_contact(desk.installation, desk.actor, email)
    click.echo(desk.translate(N_("Raderad. Ta också bort adressen ur filen med presslistan.")))


@erase.command(name="member")
@click.argument("email")
@pass_desk
def erase_member(desk: Desk, email: str) -> None:
    """Erase whoever has this address from every group."""
    erasing.erase_group_member(desk.installation, desk.actor, email)
    click.echo(desk.translate(N_("Raderad. Ta också bort adressen ur filen med gruppen.")))


COMMANDS = (backup, restore, standstill, weed, erase)
