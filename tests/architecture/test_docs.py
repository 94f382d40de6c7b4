"""The documents say what the program does: settings, commands, policy keys, diagrams, links."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, get_args

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from announcer.channels.builtin import built_in
from announcer.channels.intranet import IntranetAddress
from announcer.channels.smtp import SmtpServer
from announcer.cli.main import cli
from announcer.config import SETTINGS
from announcer.domain.calendar import MOVABLE_DAYS
from announcer.domain.errors import PolicyError
from announcer.domain.policy import Policy, parse_policy
from announcer.domain.toml_file import merged, read_toml
from tests.architecture.catalogues import extracted
from tests.architecture.diagrams import block, diagrams, pictures
from tests.architecture.repository import (
    ROOT,
    blocks,
    documents,
    files,
    name_of,
    without_blocks,
)

DOCS = {name_of(path): path.read_text(encoding="utf-8") for path in documents()}
EVERYTHING = "\n".join(DOCS.values())
OPERATOR = DOCS["docs/operate.md"]
DEVELOPER = DOCS["docs/developer.md"]
POLICY = DOCS["docs/policy.md"]

#: How a name of a setting looks, in the program and in the documents; what begins with
#: ANNOUNCER_CHANNEL_ is a package's.
SETTING = re.compile(
    r"\b(?:ANNOUNCER_(?!TEST_|CHANNEL_)[A-Z_]*[A-Z]|DATABASE(?:_OWNER)?_URL|REDIS_URL)\b"
)


# Settings -----------------------------------------------------------------------------------


def settings_in_the_program() -> set[str]:
    quoted = re.compile(rf"[\"']({SETTING.pattern})[\"']")
    sources = [*files("announcer", suffix=".py"), *files("web", "workers", suffix=".py")]
    return {name for path in sources for name in quoted.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", sorted({*SETTINGS, *settings_in_the_program()}))
def test_every_setting_is_in_the_operators_table(name):
    assert re.search(rf"^\| `{name}` \|", OPERATOR, re.MULTILINE), f"{name} has no row"


def test_the_documents_name_no_setting_that_the_program_does_not_read():
    named = {name.removesuffix("_FILE") for name in SETTING.findall(EVERYTHING)}
    assert named <= settings_in_the_program()


# Commands -----------------------------------------------------------------------------------


def commands(group: click.Group, above: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{above} {name}")
        else:
            yield f"{above} {name}"


@pytest.mark.parametrize("command", sorted(commands(cli, "announcer")))
def test_every_command_is_in_the_documents(command):
    assert re.search(rf"\b{command}\b", re.sub(r"--as \S+ ", "", EVERYTHING))


def typed_commands(first_word: str) -> list[tuple[str, str]]:
    lines = (
        (name, line.strip())
        for name, text in DOCS.items()
        for block in blocks(text, "console")
        for line in block.splitlines()
    )
    found = [(name, line.removeprefix("$ ")) for name, line in lines]
    return [(name, line) for name, line in found if line.split(" ")[0] == first_word]


def parse(group: click.Command, words: list[str], above: click.Context | None = None) -> None:
    """Read a command line as the program would, down to the command, and run nothing."""
    context = group.make_context(group.name, words, parent=above)
    if isinstance(group, click.Group):
        rest = [*context._protected_args, *context.args]
        name, command, rest = group.resolve_command(context, rest)
        assert command is not None, name
        parse(command, rest, context)


@pytest.mark.parametrize(("document", "line"), typed_commands("announcer"))
def test_every_command_line_in_the_documents_can_be_typed(document, line):
    # `init` asks for what it was not told, and nobody is here to answer.
    with CliRunner().isolation(), suppress(click.Abort):
        parse(cli, shlex.split(line, comments=True)[1:])


def test_there_are_command_lines_in_the_documents():
    assert len(typed_commands("announcer")) > 10


def test_every_make_target_in_the_documents_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"[`\n]make ([a-z-]+)", EVERYTHING))
    assert named
    assert named <= targets


# The policy language ------------------------------------------------------------------------


def models(of: Any, seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """Every model reachable from a type annotation."""
    if isinstance(of, type) and issubclass(of, BaseModel) and of not in seen:
        seen.add(of)
        for field in of.model_fields.values():
            models(field.annotation, seen)
    for part in get_args(of):
        models(part, seen)
    return seen


def policy_words() -> set[str]:
    """Every key, and every word that a key can have as its value."""
    words = {"derived_from", "under", *MOVABLE_DAYS}
    for model in models(Policy, set()):
        for name, field in model.model_fields.items():
            words.add(field.alias or name)
            words |= {word for word in get_args(field.annotation) if isinstance(word, str)}
            if isinstance(field.annotation, type) and issubclass(field.annotation, StrEnum):
                words |= {member.value for member in field.annotation}
    return words


@pytest.mark.parametrize("word", sorted(policy_words()))
def test_every_word_of_the_policy_language_is_in_its_reference(word):
    assert re.search(rf"`\"?{word}\"?`", POLICY), f"{word} is not explained in docs/policy.md"


def test_the_first_example_of_the_reference_is_a_whole_policy():
    whole = parse_policy(tomllib.loads(blocks(POLICY, "toml")[0]), "docs/policy.md")
    assert whole.classes


@pytest.mark.parametrize("block", blocks(POLICY, "toml")[1:])
def test_every_example_of_the_reference_does_what_it_says(block):
    table = tomllib.loads(block)
    table.pop("derived_from", None)
    if "under" in table:
        table["under"] = read_toml(ROOT / "policies" / table["under"])
    laid_over = merged(read_toml(ROOT / "policies" / "hallefors.toml"), table)
    refused = re.match(r"# refused: (.+)\n", block)
    if refused is None:
        parse_policy(laid_over, "docs/policy.md")
        return
    with pytest.raises(PolicyError, match=re.escape(refused[1])):
        parse_policy(laid_over, "docs/policy.md")


# Words on screen ----------------------------------------------------------------------------


@cache
def words_on_screen() -> str:
    """Every sentence that can be shown, and the titles of the policy that comes with it."""
    table = read_toml(ROOT / "policies" / "hallefors.toml")
    titles = [one["title"] for kind in ("classes", "roles") for one in table[kind].values()]
    ids = [message.id for message in extracted()]
    return "\n".join([*(one if isinstance(one, str) else one[0] for one in ids), *titles])


@pytest.mark.parametrize("document", ["manager", "information-unit", "operate"])
def test_what_is_quoted_from_the_screen_can_be_read_there(document):
    shown = words_on_screen()
    quoted = re.findall(r"”([^”]+)”", DOCS[f"docs/{document}.md"])
    assert quoted
    missing = [
        phrase
        for phrase in (" ".join(one.split()) for one in quoted)
        if not all(part.strip() in shown for part in re.split(r"…|: ", phrase))
    ]
    assert not missing


# Diagrams, channels, crash points -----------------------------------------------------------


@pytest.mark.parametrize(("path", "name", "drawn"), list(diagrams()))
def test_the_diagrams_are_those_of_the_program(path, name, drawn):
    (found,) = block(name).findall(path.read_text(encoding="utf-8"))
    assert found[1] == drawn, "draw them anew: make diagrams"


@pytest.mark.parametrize(
    ("path", "drawn"), list(pictures()), ids=lambda one: getattr(one, "name", "")
)
def test_the_pictures_that_are_drawn_are_those_of_the_program(path, drawn):
    assert path.read_bytes() == drawn, "draw them anew: make diagrams"
    assert f"images/{path.name})" in EVERYTHING


def test_every_diagram_of_the_documents_is_drawn():
    written = sum(len(blocks(text, "mermaid")) for text in DOCS.values())
    assert written == len(list(diagrams()))


def test_every_crash_point_is_in_the_developers_page():
    source = "".join(
        path.read_text(encoding="utf-8") for path in files("announcer/services", suffix=".py")
    )
    names = set(re.findall(r"\.transaction\(\"([a-z ]+)\"\)", source))
    assert names
    assert not {name for name in names if f"`{name}`" not in DEVELOPER}


def test_every_channel_is_in_the_page_about_channels():
    smtp = SmtpServer("mail.example")
    channels = built_in(smtp, IntranetAddress("http://intranet.example", lambda _: ""), "", "")
    page = DOCS["docs/adding-a-channel.md"]
    assert not {name for name in channels if f"`{name}`" not in page}


# Links and paths ----------------------------------------------------------------------------


def links() -> list[tuple[str, str]]:
    return [
        (name, target)
        for name, text in DOCS.items()
        for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(text))
    ]


@pytest.mark.parametrize(("document", "target"), links())
def test_every_link_leads_somewhere(document, target):
    path, _, anchor = target.partition("#")
    goal = (ROOT / document).parent / path if path else ROOT / document
    assert goal.resolve().is_relative_to(ROOT)
    assert goal.exists(), f"{document} links to {target}"
    if anchor:
        headings = re.findall(r"^#+ (.+)$", goal.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in [re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings]


def named_paths() -> list[tuple[str, str]]:
    """What stands in code type and looks like a path of the repository."""
    tops = "|".join(sorted(re.escape(path.name) for path in ROOT.iterdir() if path.is_dir()))
    looks_like_one = re.compile(rf"`((?:{tops})/[\w./*-]*)`")
    own = {name: without_blocks(text) for name, text in DOCS.items()}
    found = [(name, path) for name, text in own.items() for path in looks_like_one.findall(text)]
    return [(name, path) for name, path in found if not path.startswith("var/")]


@pytest.mark.parametrize(("document", "path"), named_paths())
def test_every_path_in_the_documents_exists(document, path):
    assert list(ROOT.glob(path.rstrip("/"))), f"{document} names {path}"


def test_every_page_is_reached_from_the_readme_or_the_developers_page():
    entrances = {"README.md", "docs/developer.md", "docs/adr/README.md"}
    reached = {
        name_of(((ROOT / document).parent / target).resolve())
        for document, target in links()
        if document in entrances and not target.startswith("#") and Path(target).suffix == ".md"
    }
    assert {name for name in DOCS if name != "README.md"} <= reached


def test_a_decision_takes_about_twenty_lines():
    long = {name for name, text in DOCS.items() if "/adr/0" in name and text.count("\n") > 30}
    assert not long
