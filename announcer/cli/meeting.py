"""Meetings at the command line: what whoever leads one has in their hand."""

from pathlib import Path

import click

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_
from announcer.people.lookup import load_units
from announcer.render.briefing import RIGHTS
from announcer.render.text import plain_text
from announcer.services import briefing, handover, reading


@click.command("briefing")
@click.argument("announcement")
@click.option(
    "--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write the page there."
)
@pass_desk
def show_briefing(desk: Desk, announcement: str, pdf: Path | None) -> None:
    """What whoever leads a meeting about ANNOUNCEMENT has in their hand."""
    found = briefing.of(desk.installation, desk.actor, announcement)
    if pdf:
        pdf.write_bytes(briefing.printed(desk.installation, found, desk.language))
        return
    words = found.content.text_in(desk.language)
    parts = [words.title, words.summary, plain_text(words.body)]
    parts += [f"{one.question}\n{one.answer}" for one in found.content.questions]
    if found.content.not_promised:
        parts.append(": ".join((desk.translate(N_("Lova inte")), found.content.not_promised)))
    parts += ["\n".join(desk.translate(one) for one in RIGHTS), found.content.contact]
    click.echo("\n\n".join(part for part in parts if part))


@click.command("handover")
@click.option("--at", default="", help="Which one, in local time: 2026-12-08T13:30. The next one.")
@click.option(
    "--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write the sheet there."
)
@pass_desk
def show_handover(desk: Desk, at: str, pdf: Path | None) -> None:
    """What is new for the next shift at your workplace."""
    found = handover.sheet(desk.installation, reading.reader_of(desk.actor), at)
    if pdf:
        with desk.installation.database.reading() as session:
            units = load_units(session).by_code
        names = [units[one.unit].name for one in found.withdrawn]
        pdf.write_bytes(handover.printed(desk.installation, found, names, desk.language))
        return
    click.echo(f"{found.workplace}, {desk.moment(found.handover.at)}")
    for article in found.articles:
        words = article.content.text_in(desk.language)
        click.echo("\n".join(("", words.title, words.summary, article.content.contact)))


COMMANDS = (show_briefing, show_handover)
