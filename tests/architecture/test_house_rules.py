"""Rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import workers.app
from announcer.cli.house import House
from tests.architecture.repository import ROOT, files, name_of, text_files

#: Where a decision is taken or written down; only the database says what time it is there.
ASKS_THE_DATABASE = ("announcer/services", "announcer/domain", "announcer/people", "announcer/db")
OWN_CLOCK = re.compile(r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.(?:time|time_ns))\(")
#: Places from which a browser would fetch something, or to which it would send something.
FOREIGN = re.compile(
    r"""(?:\b(?:src|href|action|poster|srcset|data)\s*=\s*["']?|url\(\s*["']?|@import\s+["'])"""
    r"""(?:https?:)?//""",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[a-zA-Z]{2,}\b")
#: Texts of others, kept as they are.
OF_OTHERS = frozenset({"LICENSE"})
#: Spelled apart, so that this file does not name what it forbids.
UNFINISHED = re.compile("TO" + "DO|FIX" + "ME|X" + "XX")


def python(*tops: str) -> Iterator[tuple[str, ast.Module]]:
    for path in files(*tops, suffix=".py"):
        yield name_of(path), ast.parse(path.read_text(encoding="utf-8"))


def lines_with(pattern: re.Pattern[str], paths: Iterator[Path]) -> list[str]:
    return [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_nothing_is_left_to_be_done_later():
    assert not [name for name, text in text_files() if UNFINISHED.search(text)]


def test_only_the_database_says_what_time_it_is():
    assert not lines_with(
        OWN_CLOCK, (p for top in ASKS_THE_DATABASE for p in files(top, suffix=".py"))
    )


def test_the_clock_of_every_installation_is_the_databases():
    """Where `announcer_now()` is made, in whichever migration, it is the clock and nothing else."""
    made = re.compile(r"FUNCTION announcer\.announcer_now\(\).*?AS '([^']*)'", re.DOTALL)
    sources = "".join(p.read_text(encoding="utf-8") for p in files("announcer/db"))
    assert set(made.findall(sources)) == {"SELECT clock_timestamp()"}


def test_no_due_time_is_left_to_celery():
    found = [
        f"{name}:{node.value.lineno}: {node.arg}"
        for name, tree in python("announcer", "web", "workers")
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword)
        and node.arg
        in {"eta", "countdown", "autoretry_for", "default_retry_delay", "beat_schedule"}
    ]
    retries = [
        f"{name}:{node.lineno}: retry"
        for name, tree in python("workers")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "retry"
    ]
    assert not found + retries


def test_every_queue_has_a_consumer(tmp_path):
    named = {
        value
        for key, value in vars(workers.app).items()
        if key.isupper() and isinstance(value, str)
    }
    named.add(workers.app.app.conf.task_default_queue)
    house = House(tmp_path, ROOT / "policies" / "hallefors.toml", 1, 2, {})
    consumed: set[str] = set()
    for child in house._own():
        arguments = list(child.argv)
        if "-Q" in arguments:
            consumed |= set(arguments[arguments.index("-Q") + 1].split(","))
    assert named == consumed


def test_every_message_goes_to_a_queue_that_is_declared():
    queues = {
        name
        for _, tree in python("workers")
        for keyword in ast.walk(tree)
        if isinstance(keyword, ast.keyword) and keyword.arg == "queue"
        for name in (node.id for node in ast.walk(keyword.value) if isinstance(node, ast.Name))
        if name.isupper()
    }
    assert queues == {"URGENT", "BULK"}


def test_no_page_is_written_as_text_into_the_browser():
    inner = re.compile(r"\.(?:innerHTML|outerHTML)\b|insertAdjacentHTML|document\.write")
    ours = (p for p in files("web") if p.suffix in {".js", ".html", ".svg"})
    assert not lines_with(inner, ours)


def test_no_page_fetches_anything_from_another_host():
    ours = (p for p in files("web") if p.suffix in {".js", ".html", ".css", ".svg"})
    assert not lines_with(FOREIGN, ours)


def test_no_sentence_is_marked_where_its_extraction_does_not_see_it():
    """Until Python 3.12 an f-string is one token: what is marked inside is in no catalogue."""
    marks = {"N_", "_", "gettext", "ngettext", "lazy_gettext"}
    hidden = [
        f"{name}:{call.lineno}"
        for name, module in python("announcer", "web", "workers")
        for text in ast.walk(module)
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in marks
        if isinstance(call.args[0], ast.Constant)  # else it was marked elsewhere
    ]
    assert not hidden


def test_every_mail_address_is_an_example():
    """RFC 2606 section 2: nobody has an address under .example."""
    found = [
        f"{name}: {address}"
        for name, text in text_files()
        if name not in OF_OTHERS
        for address in ADDRESS.findall(text)
        if not address.casefold().endswith(".example")
    ]
    assert not found


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_hashed_and_comes_from_no_named_index(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host", text)
    requirements = [
        one for one in text.replace("\\\n", " ").splitlines() if one and not one.startswith("#")
    ]
    assert len(requirements) > 10
    one = re.compile(
        r"[A-Za-z0-9._\[\]-]+==[^ ;]+(?: ?; [^#]+?)?(?: +--hash=sha256:[0-9a-f]{64})+ *"
    )
    assert not [line for line in requirements if not one.fullmatch(line)]


def test_what_runs_is_also_what_is_tested():
    """A version in requirements.txt is the same in requirements-dev.txt."""

    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([A-Za-z0-9._\[\]-]+==[^ ;\\]+)", text, re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")
