"""`comments`: what is said of a text that waits for approval."""

import click

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_, NotFound
from announcer.services import commenting, reviewing
from announcer.services.commenting import Comment

#: Characters of a comment's id that are shown, and that are enough to tick it off.
SHORT = 8


@click.command()
@click.argument("announcement")
@click.option("--say", "words", default="", help="Say this of the text.")
@click.option(
    "--about", "quote", default="", help="The words that it is about; else the whole text."
)
@click.option("--done", "ticked", default="", help="The comment with this id is seen to.")
@pass_desk
def comments(desk: Desk, announcement: str, words: str, quote: str, ticked: str) -> None:
    """List what is said of ANNOUNCEMENT's text, say something, or tick it off."""
    if words:
        _say(desk, announcement, words, quote)
    elif ticked:
        _tick_off(desk, announcement, ticked)
    else:
        content = reviewing.proposal(desk.installation, desk.actor, announcement).content
        found = commenting.of(desk.installation, desk.actor, announcement, content)
        for one in found:
            click.echo(_line(desk, one))
        if not found:
            click.echo(desk.translate(N_("Ingen har kommenterat texten.")))


def _line(desk: Desk, one: Comment) -> str:
    about = f"”{one.quote}”" if one.quote else desk.translate(N_("Hela texten"))
    facts = [
        *((desk.translate(N_("Stycket är ändrat.")),) if one.is_moved_away else ()),
        *((desk.installation.titles(one.roles),) if one.roles else ()),
        *((desk.translate(N_("Klar")),) if one.is_done else ()),
    ]
    return "\n    ".join((f"{str(one.id)[:SHORT]}  {about}", one.words, *facts))


def _say(desk: Desk, announcement: str, words: str, quote: str) -> None:
    content = reviewing.proposal(desk.installation, desk.actor, announcement).content
    first = commenting.comment(
        desk.installation,
        desk.actor,
        announcement,
        content.content_hash,
        words,
        commenting.passage_of(content, quote),
    )
    message = N_("Kommentaren är sparad.") if first else N_("Den kommentaren fanns redan.")
    click.echo(desk.translate(message))


def _tick_off(desk: Desk, announcement: str, start: str) -> None:
    content = reviewing.proposal(desk.installation, desk.actor, announcement).content
    found = commenting.of(desk.installation, desk.actor, announcement, content)
    named = [one.id for one in found if str(one.id).startswith(start)]
    if len(named) != 1:
        raise NotFound(N_("Det finns ingen kommentar ”{start}”."), start=start[:40])
    done = commenting.tick_off(desk.installation, desk.actor, announcement, named)
    message = N_("Kommentaren är avbockad.") if done else N_("Inget ändrades.")
    click.echo(desk.translate(message))


COMMANDS = (comments,)
