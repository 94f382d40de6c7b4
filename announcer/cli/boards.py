"""`boards` and `board-done`: what is to be put up, replaced and taken down where one works."""

import click

from announcer.cli.context import Desk, pass_desk
from announcer.domain.board import BoardKind, Task
from announcer.domain.errors import N_
from announcer.services import boards

TASKS = {
    Task.PUT_UP: N_("Sätt upp på personaltavlan"),
    Task.REPLACE: N_("Byt ut"),
    Task.TAKE_DOWN: N_("Ta ner"),
    Task.CONFIRM: N_("Sitter den uppe?"),
}


def _to_do(task: Task, kind: str) -> str:
    visitors = task is Task.PUT_UP and kind == BoardKind.VISITORS
    return N_("Sätt upp på besökstavlan") if visitors else TASKS[task]


@click.command("boards")
@pass_desk
def boards_(desk: Desk) -> None:
    """List the boards where you work, or all of them, with what is to be done there."""
    for board in boards.at_my_workplace(desk.installation, desk.actor):
        click.echo(f"{board.id}  {board.workplace}, {board.name}")
        for task in board.tasks:
            words = desk.translate(_to_do(task.task, board.kind))
            click.echo(f"  {task.public_id} {task.shown}  {words}: {task.title}  {task.day}")


@click.command("board-done")
@click.argument("board")
@click.argument("announcement")
@click.argument("shown")
@pass_desk
def board_done(desk: Desk, board: str, announcement: str, shown: str) -> None:
    """Say that ANNOUNCEMENT was put up, replaced or taken down at BOARD, whatever was to be done.
    SHOWN stands beside it in the list: nothing newer is meant."""
    task = boards.done(desk.installation, desk.actor, board, announcement, shown)
    noted = desk.translate(N_("Det är antecknat."))
    click.echo(f"{desk.translate(TASKS[task])}: {noted}")


COMMANDS = (boards_, board_done)
