"""The lines that processes write: known keys, no words of errors, and JSON for machines."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from announcer import logs
from announcer.domain.errors import SetupError

SECRET = "anna.andersson@hallefors.example"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """A process whose lines go here; afterwards the tests' own logging is as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    out = io.StringIO()
    logs.configure(out)
    yield out
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_json_with_when_who_and_what(written: io.StringIO) -> None:
    structlog.get_logger("announcer.delivering").info("tried", channel="email", accepted=3)
    (line,) = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "tried",
        "level": "info",
        "logger": "announcer.delivering",
        "channel": "email",
        "accepted": 3,
    }


def test_what_could_name_a_reader_is_left_out_whoever_writes_it(written: io.StringIO) -> None:
    structlog.get_logger("announcer.web").error(
        "request failed", path="/nyheter/x", person=SECRET, url=SECRET, address=SECRET, user=SECRET
    )
    (line,) = lines(written)
    assert line.keys() == {"event", "level", "logger", "timestamp"}


def fail() -> None:
    raise ValueError(f"no such person: {SECRET}")


def test_an_error_is_its_kind_and_its_place_and_none_of_its_words(written: io.StringIO) -> None:
    try:
        fail()
    except ValueError as error:
        structlog.get_logger("announcer.web").exception("broke")
        structlog.get_logger("announcer.web").error("broke", exc_info=error)
        logging.getLogger("celery.app.trace").error("Task %s raised: %s", "x", error, exc_info=True)
    assert SECRET not in written.getvalue()
    assert "Traceback" not in written.getvalue()
    found = lines(written)
    assert [line["event"] for line in found] == ["broke", "broke", "Task %s raised: %s"]
    for line in found:
        assert line["error"] == "ValueError"
        assert line["where"][-1].endswith(" fail")


def test_our_own_words_about_a_setting_are_for_the_operator(written: io.StringIO) -> None:
    try:
        raise SetupError("DATABASE_URL is not set.")
    except SetupError:
        logging.getLogger("gunicorn.error").exception("Exception in worker process")
    (line,) = lines(written)
    assert line["said"] == "DATABASE_URL is not set."


def test_what_libraries_tell_of_every_request_is_not_written(written: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET http://intranet.example/nyheter/x")
    logging.getLogger("werkzeug").info("GET /nyheter/x")
    logging.getLogger("kombu").warning("Cannot connect to %s", "redis.example")
    assert [line["event"] for line in lines(written)] == ["Cannot connect to redis.example"]


def test_in_a_terminal_a_line_is_for_people() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    root, out = logging.getLogger(), Terminal()
    before = root.handlers[:], root.level
    logs.configure(out)
    structlog.get_logger("announcer.dispatcher").warning("the queue does not answer")
    root.handlers[:], root.level = before
    structlog.reset_defaults()
    assert "the queue does not answer" in out.getvalue()
    assert "{" not in out.getvalue()
