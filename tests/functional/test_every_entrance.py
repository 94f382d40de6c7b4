"""Whatever is done on a day that does not go as planned can be done on a page, through the API and
from a shell. Who may do it is asked in `test_role_by_role` and `test_api`."""

import click
import pytest
from apiflask import APIFlask
from flask import Flask

from announcer.cli.main import cli
from tests.world import World
from web.api.app import create_app as create_api
from web.intranet.app import create_app as create_pages

#: The act: a page's endpoint, an operation of the API, and a command with an option where it needs
#: one.
ACTS = {
    "pause, whole or one step": ("desk.hold", "hold", "hold --step"),
    "go on": ("desk.resume", "resume", "resume --step"),
    "release": ("desk.release", "release", "release"),
    "out already": ("opening_up.already_out", "already_out", "already-out"),
    "asked for": ("opening_up.hand_out", "hand_out", "hand-out"),
    "go now": ("desk.go_now", "go_now", "go-now"),
    "wait for it no longer": ("desk.pass_over", "pass_over", "pass-over"),
    "correct": ("correcting.correct", "correct", "correct"),
    "take a correction back": (
        "correcting.take_back",
        "take_back_correction",
        "correct --take-back",
    ),
    "give a text back": ("reviewing.give_back", "return", "return"),
    "withdraw": ("following.withdraw", "withdraw", "withdraw --tell"),
    "what is late": ("on_duty.late", "stopped", "late"),
    "late: now": ("on_duty.decide", "send_now", "late --now"),
    "late: later": ("on_duty.decide", "plan_anew", "late --at"),
    "late: not at all": ("on_duty.decide", "give_up", "late --never"),
    "what is in doubt": ("on_duty.unsure", "doubts", "doubts"),
    "in doubt: look": ("on_duty.look_again", "look_again", "doubts --look"),
    "in doubt: answer": ("on_duty.resolve_step", "resolve", "resolve --step"),
    "what stands still": ("on_duty.standstill", "standstill", "standstill"),
    "let all go on": ("on_duty.go_on", "end_standstill", "standstill --end"),
    "declare a crisis": ("crisis.declare", "declare_crisis", "crisis declare"),
    "see it before": ("crisis.declare", "preview_crisis", "crisis declare"),
    "tell more of it": ("crisis.tell_more", "update_crisis", "crisis update"),
    "say that it is over": ("crisis.lift", "lift_crisis", "crisis lift"),
    "exercise": ("crisis.declare", "declare_crisis", "crisis drill"),
    "see what was told": ("crisis.one", "crisis", "crisis show"),
    "close it afterwards": ("crisis.review", "review_crisis", "crisis review"),
    "what hangs where": ("boards.overview", "boards", "boards"),
    "hang, replace, take down": ("boards.done", "board_done", "board-done"),
    "a meeting was held": ("following.meeting_held", "open_gate", "held --unit"),
    "the managers' briefing": ("briefing.page", "briefing", "briefing"),
    "the handover sheet": ("handover.page", "handover", "handover"),
    "a code for a shared phone": (
        "workplace_codes.make",
        "make_workplace_code",
        "workplace-code make",
    ),
    "stop such a code": (
        "workplace_codes.revoke",
        "revoke_workplace_code",
        "workplace-code revoke",
    ),
}


@pytest.fixture
def pages(world: World) -> Flask:
    return create_pages(world.installation, world.config)


@pytest.fixture
def api(world: World) -> APIFlask:
    return create_api(world.installation, world.config)


def operations(api: APIFlask) -> set[str]:
    paths = api.spec["paths"]
    return {one["operationId"] for path in paths.values() for one in path.values()}


def command(words: str) -> tuple[click.Command, set[str]]:
    """The command that these words name, and its options."""
    found: click.Command = cli
    context = click.Context(cli)
    for name in words.partition(" --")[0].split():
        assert isinstance(found, click.Group), words
        inner = found.get_command(context, name)
        assert inner is not None, f"there is no command {words}"
        found = inner
    options = {one for parameter in found.params for one in (*parameter.opts,)}
    return found, options


def test_every_act_has_a_page_an_operation_and_a_command(pages: Flask, api: APIFlask) -> None:
    there = operations(api)
    for act, (endpoint, operation, words) in ACTS.items():
        assert endpoint in set(pages.view_functions), (act, endpoint)
        assert operation in there, (act, operation)
        _, options = command(words)
        wanted = words.partition(" --")[2]
        assert not wanted or f"--{wanted}" in options, (act, words, sorted(options))
