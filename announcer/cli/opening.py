"""What people open: what has happened, notices that are up, what need not wait any longer."""

import click

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_
from announcer.render.text import plain_text
from announcer.services import bringing_forward, happening


@click.command()
@click.argument("announcement")
@click.argument("event")
@click.option("--note", default="", help="What is to stand with it: a note, a record number.")
@pass_desk
def happened(desk: Desk, announcement: str, event: str, note: str) -> None:
    """Say that EVENT has happened, for which steps of ANNOUNCEMENT wait."""
    new = happening.happened(desk.installation, desk.actor, announcement, event, note)
    message = N_("Noterat. Det som väntade på det går vidare.")
    click.echo(desk.translate(message if new else N_("Det var redan noterat.")))


@click.command("board-up")
@click.argument("announcement")
@click.argument("workplace")
@pass_desk
def board_up(desk: Desk, announcement: str, workplace: str) -> None:
    """Say that ANNOUNCEMENT is up on the board of WORKPLACE."""
    up, of = happening.board_up(desk.installation, desk.actor, announcement, workplace)
    message = desk.translate(N_("Uppe på {up} av {of} personaltavlor."))
    click.echo(message.format(up=up, of=of))


@click.command("pass-over")
@click.argument("announcement")
@click.argument("step")
@click.option("--why", required=True, help="Why nothing waits for it; stands in the record.")
@pass_desk
def pass_over(desk: Desk, announcement: str, step: str, why: str) -> None:
    """Let what comes after STEP of ANNOUNCEMENT wait for it no longer."""
    bringing_forward.pass_over(desk.installation, desk.actor, announcement, step, why)
    click.echo(desk.translate(N_("Det som väntade på steget går vidare.")))


@click.command("go-now")
@click.argument("announcement")
@click.option("--why", required=True, help="Why it is told now; stands in the record.")
@pass_desk
def go_now(desk: Desk, announcement: str, why: str) -> None:
    """Tell the inside of ANNOUNCEMENT now, because it becomes known anyway."""
    keys = bringing_forward.go_now(desk.installation, desk.actor, announcement, why)
    message = N_("Personalen får veta det nu. Medierna får det när personalens försprång är slut.")
    click.echo(desk.translate(message if keys else N_("Det var redan på väg.")))


@click.command("already-out")
@click.argument("announcement")
@pass_desk
def already_out(desk: Desk, announcement: str) -> None:
    """The news of ANNOUNCEMENT is out: tell the inside now, the media right behind."""
    keys = bringing_forward.already_out(desk.installation, desk.actor, announcement)
    message = N_("Det som var kvar inne går ut nu. Medierna får det så snart det är klart.")
    click.echo(desk.translate(message if keys else N_("Allt är redan på väg eller ute.")))


@click.command("hand-out")
@click.argument("announcement")
@pass_desk
def hand_out(desk: Desk, announcement: str) -> None:
    """Somebody asks for ANNOUNCEMENT: print the text to hand over, and tell the inside now."""
    content = bringing_forward.hand_out(desk.installation, desk.actor, announcement)
    for language in content.languages:
        words = content.text_in(language)
        body = plain_text(words.body)
        click.echo("\n\n".join(part for part in (words.title, words.summary, body) if part))
        click.echo()
    click.echo("\n".join(part for part in (content.contact, content.record_number) if part))


COMMANDS = (happened, board_up, pass_over, go_now, already_out, hand_out)
