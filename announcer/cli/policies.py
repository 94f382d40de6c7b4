"""Checking a policy file, and asking it what would happen when."""

import json
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from announcer.domain.announcement import Content
from announcer.domain.errors import PolicyError
from announcer.domain.plan import CHANNEL_NAMES
from announcer.domain.policy import Policy, load_policy
from announcer.domain.policy.diff import differences, shorter_leads
from announcer.domain.toml_file import read_toml
from announcer.render.catalogue import moment_in_words, translator
from announcer.services.planning import preview


@click.group()
def policy() -> None:
    """Check a policy file and ask it what would happen."""


@policy.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check FILE; a policy that could tell the outside first is refused, with key and fix."""
    found = load_policy(file)
    click.echo(f"{found.name}: {len(found.classes)} classes, in order.")


@policy.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--class", "class_name", required=True, help="A class of the policy.")
@click.option(
    "--at", required=True, help="When the page is confirmed, local time: 2026-12-23T16:55."
)
def plan(file: Path, class_name: str, at: str) -> None:
    """Show what an announcement of a class does when, if its page is confirmed at a time."""
    found = load_policy(file)
    if class_name not in found.classes:
        raise PolicyError(
            f"{file}: there is no class {class_name!r}. The classes are "
            f"{', '.join(sorted(found.classes))}."
        )
    say = translator(found.organisation.language)
    table = Table("Steg", "Till", "Tidigast", "Släpps av", "Policyn")
    for step, earliest in preview(found, _example(found, class_name), _moment(found, at)):
        table.add_row(
            say(CHANNEL_NAMES[step.channel]),
            ", ".join(step.audience),
            moment_in_words(earliest, found.organisation.time_zone, found.organisation.language),
            ", ".join(found.roles[role].title for role in step.release_by),
            step.source,
        )
    Console(soft_wrap=True).print(table)


@policy.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def diff(old: Path, new: Path) -> None:
    """Show what NEW decides differently from OLD, and where staff would be ahead by less."""
    before, after = load_policy(old), load_policy(new)
    changes = differences(read_toml(old), read_toml(new))
    if not changes:
        click.echo("They decide the same.")
        return
    for one in changes:
        click.echo(one.key)
        for sign, value in (("-", one.before), ("+", one.after)):
            if value is not None:
                click.echo(f"  {sign} {json.dumps(value, ensure_ascii=False, default=str)}")
    for lead in shorter_leads(before, after):
        click.echo(
            f"Staff are ahead by less: {lead.class_title}, {lead.step}: at least {lead.after} "
            f"instead of {lead.before}."
        )


def _example(found: Policy, class_name: str) -> Content:
    """An announcement to everyone that the class can reach."""
    steps = found.classes[class_name].steps.values()
    inside = tuple(n for n in found.audiences if not found.is_external(n))[:1]
    outside = tuple({s.audience for s in steps if s.audience and found.is_external(s.audience)})
    return Content(class_name, "", "", "", "", (*inside, *outside), "")


def _moment(found: Policy, at: str) -> datetime:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise click.BadParameter("write a time as 2026-12-23T16:55", param_hint="--at") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=found.zone)


COMMANDS = (policy,)
