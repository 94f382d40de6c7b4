"""What people do: submit, hold, resume, release, withdraw, tick, resolve, take a call."""

from pathlib import Path

import click

from announcer.cli.context import Desk, pass_desk
from announcer.domain.errors import N_, Refusal
from announcer.domain.manuscript import LARGEST_ATTACHMENT, LARGEST_MANUSCRIPT, read_manuscript
from announcer.services import calling, holding, resolving, writing
from announcer.services.resolving import Exit


def read_bounded(path: Path, limit: int) -> bytes:
    """The file's bytes, at most one more than ``limit``: enough to see that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise Refusal(
            N_("Filen {file} går inte att läsa ({fault})."), file=path.name, fault=error.strerror
        ) from None


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@pass_desk
def submit(desk: Desk, file: Path) -> None:
    """Hand in FILE: TOML between +++ lines, then Markdown."""

    def fetch(name: str) -> bytes:
        return read_bounded(file.parent / name, LARGEST_ATTACHMENT)

    content = read_manuscript(read_bounded(file, LARGEST_MANUSCRIPT), fetch, desk.actor.unit)
    result = writing.submit(desk.installation, desk.actor, content)
    if result.again:
        click.echo(
            desk.translate(N_("Samma text är redan inlämnad. Inget nytt skapades.")), err=True
        )
    for finding in result.findings:
        click.echo(finding.say(desk.translate), err=True)
    click.echo(result.public_id)


@click.command()
@click.argument("announcement")
@click.option("--why", required=True, help="Why it is held; stands in the record.")
@click.option("--step", default="", help="Hold this step of the plan alone.")
@pass_desk
def hold(desk: Desk, announcement: str, why: str, step: str) -> None:
    """Hold ANNOUNCEMENT: nothing more starts."""
    running = holding.hold(desk.installation, desk.actor, announcement, why, step)
    click.echo(
        desk.translate(N_("Pausat. Utskick som redan var på väg: {count}.")).format(count=running)
    )


@click.command()
@click.argument("announcement")
@click.option("--step", default="", help="Resume this step of the plan alone.")
@pass_desk
def resume(desk: Desk, announcement: str, step: str) -> None:
    """Resume ANNOUNCEMENT and whatever of it was stopped."""
    holding.resume(desk.installation, desk.actor, announcement, step)
    click.echo(desk.translate(N_("Fortsätter.")))


@click.command()
@click.argument("announcement")
@pass_desk
def release(desk: Desk, announcement: str) -> None:
    """Release ANNOUNCEMENT to the media; it goes when its window is over."""
    keys = holding.release(desk.installation, desk.actor, announcement)
    message = N_("Släppt till medierna. Det går ut när personalens försprång är slut.")
    click.echo(desk.translate(message if keys else N_("Det var redan släppt.")))


@click.command()
@click.argument("announcement")
@click.option("--why", required=True, help="Why it is withdrawn; stands in the record.")
@click.option(
    "--tell",
    default="",
    help="A sentence, in the organisation's language, for staff who have had it; whoever reads another, "
    "and the media, get a fixed one.",
)
@pass_desk
def withdraw(desk: Desk, announcement: str, why: str, tell: str) -> None:
    """Withdraw ANNOUNCEMENT: nothing more starts, ever, and whoever had it is told."""
    said = {desk.installation.policy.organisation.language: tell}
    reached = holding.withdraw(desk.installation, desk.actor, announcement, why, said)
    message = N_("Tillbakadraget. Mottagare som redan hade nåtts: {count}.")
    click.echo(desk.translate(message).format(count=reached))


@click.command()
@click.argument("announcement")
@click.argument("step")
@click.option("--note", default="", help="A note for the record.")
@click.option("--unit", default="", help="The unit that held it, where each holds its own.")
@pass_desk
def held(desk: Desk, announcement: str, step: str, note: str, unit: str) -> None:
    """Tick meeting STEP of ANNOUNCEMENT as held."""
    holding.tick(desk.installation, desk.actor, announcement, step, note, unit)
    click.echo(desk.translate(N_("Mötet är avbockat.")))


@click.command()
@click.argument("about")
@click.option("--step", default="", help="For all of this step; ABOUT is the announcement then.")
@click.option("--sent", "exit_", flag_value=Exit.SENT, type=Exit, help="It arrived.")
@click.option("--again", "exit_", flag_value=Exit.AGAIN, type=Exit, help="Send it again.")
@click.option("--abandon", "exit_", flag_value=Exit.ABANDON, type=Exit, help="Let it be.")
@pass_desk
def resolve(desk: Desk, about: str, step: str, exit_: Exit | None) -> None:
    """Decide about a delivery, ABOUT, of which nobody knows if it left."""
    if exit_ is None:
        raise click.UsageError("Choose one of --sent, --again and --abandon.")
    if step:
        resolving.resolve_step(desk.installation, desk.actor, about, step, exit_)
    else:
        resolving.resolve(desk.installation, desk.actor, about, exit_)
    click.echo(desk.translate(N_("Noterat.")))


@click.command()
@click.argument("call")
@pass_desk
def take(desk: Desk, call: str) -> None:
    """Say that you take CALL: the others need not."""
    taken = calling.answer(desk.installation, desk.actor, call)
    message = N_("Antecknat: du tar det.") if taken else N_("Någon hade redan tagit det.")
    click.echo(desk.translate(message))


COMMANDS = (submit, hold, resume, release, withdraw, held, resolve, take)
