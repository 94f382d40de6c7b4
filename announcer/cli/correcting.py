"""`correct`: another text instead of one that is planned already."""

from pathlib import Path

import click

from announcer.cli.acting import read_bounded
from announcer.cli.context import Desk, pass_desk
from announcer.domain.change import CorrectionKind
from announcer.domain.errors import N_
from announcer.domain.manuscript import LARGEST_ATTACHMENT, LARGEST_MANUSCRIPT, read_manuscript
from announcer.services import correcting


def sentences(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """``sv=Tiden är 8.20.`` and so on as sentences by language."""
    found = {}
    for one in given:
        language, equals, words = one.partition("=")
        if not equals:
            raise click.BadParameter("Write the language first, as in sv=Tiden är 8.20.")
        found[language.strip()] = words.strip()
    return found


@click.command()
@click.argument("announcement")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--minor", is_flag=True, help="Tell nobody: only pages change.")
@click.option(
    "--what",
    multiple=True,
    callback=sentences,
    help="What changed, a sentence in each language: --what sv=... --what fi=...",
)
@click.option("--take-back", is_flag=True, help="Take back the correction that waits.")
@pass_desk
def correct(
    desk: Desk,
    announcement: str,
    file: Path | None,
    minor: bool,
    what: dict[str, str],
    take_back: bool,
) -> None:
    """Correct ANNOUNCEMENT, which is planned already, to the text in FILE.

    It waits for approval, and nothing that has not gone out goes out until then.
    """
    if take_back:
        done = correcting.take_back(desk.installation, desk.actor, announcement)
        message = N_("Rättelsen är återtagen. Allt går vidare med texten som den var.")
        click.echo(desk.translate(message if done else N_("Inget ändrades.")))
        return
    if file is None:
        raise click.UsageError("Name the FILE with the right text, or use --take-back.")
    folder = file.parent

    def fetch(name: str) -> bytes:
        return read_bounded(folder / name, LARGEST_ATTACHMENT)

    content = read_manuscript(read_bounded(file, LARGEST_MANUSCRIPT), fetch, desk.actor.unit)
    kind = CorrectionKind.MINOR if minor else CorrectionKind.REAL
    found = correcting.propose(desk.installation, desk.actor, announcement, content, kind, what)
    for finding in found.findings:
        click.echo(finding.say(desk.translate), err=True)
    if found.applied:
        click.echo(desk.translate(N_("Texten är rättad.")))
    else:
        waits = N_("Rättelsen väntar på att godkännas. Till dess går inget mer ut.")
        click.echo(desk.translate(waits))
    click.echo(found.content_hash)


COMMANDS = (correct,)
