"""The page about adding a channel, done as it says: built, installed, named in a policy, run."""

import sys
from dataclasses import replace
from typing import cast

import pytest
from click.testing import CliRunner

from announcer.bootstrap import install, ready, refuse_unset
from announcer.channels import Channel
from announcer.channels.email import StaffEmail
from announcer.cli.main import cli
from announcer.domain.change import CorrectionKind
from announcer.domain.channel import EMAIL
from announcer.domain.errors import SetupError
from announcer.services import correcting, holding
from tests.doubles.gateway import Gateway, Rules
from tests.integration.promise.test_corrections import WHAT, in_force
from tests.integration.promise.way import SMALL, approve, open_window, policy_of, staff_of
from tests.third_party import LINES
from tests.world import World

TITLE = "Biblioteket öppnar klockan 9"
#: Whom the policy's own text names outside.
OUTSIDE = '["bibliotek", "press", "uppringare"]'


@pytest.fixture
def world(app_url, owner_url, smtp, tmp_path, gateway):
    policy = policy_of(tmp_path, *LINES)
    with World(
        app_url, owner_url, smtp, tmp_path, policy=policy, channels=gateway.settings
    ) as found:
        yield found


def released(world: World, public_id: str) -> None:
    told = holding.release(world.installation, world.communicator, public_id)
    assert told == ["press", "nyhetsrum", "vaxel"]


def screens(gateway: Gateway) -> list[str]:
    return [one["title"] for one in gateway.was_shown]


def test_what_leaves_the_house_by_it_waits_as_everything_does(world: World, gateway: Gateway):
    public_id = world.decision(TITLE, OUTSIDE)
    world.settle()
    assert gateway.was_shown == []  # nobody has approved it
    approve(world, public_id)
    world.settle()
    step = world.step(public_id, "switchboard")
    assert step.external
    assert world.step(public_id, "intranet").confirmed_at
    assert screens(gateway) == []  # staff are ahead
    open_window(world, public_id)
    world.settle()
    assert screens(gateway) == []  # and somebody releases it
    released(world, public_id)
    world.settle()
    assert screens(gateway) == [TITLE]
    assert world.status(public_id).state == "completed"


def test_a_page_that_is_late_makes_it_late(world: World, gateway: Gateway):
    world.liar = lambda _: _unavailable
    public_id = approve(world, world.decision(TITLE, OUTSIDE))
    world.settle()
    world.advance(hours=30)
    world.settle()
    assert gateway.requests == []
    world.liar = lambda _: None
    world.advance(minutes=1)
    world.settle()
    assert world.step(public_id, "intranet").confirmed_at
    assert screens(gateway) == []


def _unavailable(_environ, start_response):
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"later"]


def test_a_gateway_that_wants_it_later_gets_it_later(world: World, gateway: Gateway):
    public_id = approve(world, world.decision(TITLE, OUTSIDE))
    world.settle()
    gateway.rules = Rules(status=429, headers={"Retry-After": "90"})
    released(world, public_id)
    open_window(world, public_id)
    world.settle()
    before = len(gateway.requests)
    world.advance(seconds=80)
    world.settle()
    assert len(gateway.requests) == before
    gateway.rules = Rules()
    world.advance(seconds=11)
    world.settle()
    assert screens(gateway) == [TITLE]


def test_what_was_withdrawn_before_it_went_is_never_shown(world: World, gateway: Gateway):
    public_id = approve(world, world.decision(TITLE, OUTSIDE))
    world.settle()
    holding.withdraw(world.installation, world.communicator, public_id, "Fel tid.")
    world.advance(days=3)
    world.settle()
    assert gateway.was_shown == []


def on_the_screen(world: World) -> str:
    public_id = approve(world, world.decision(TITLE, OUTSIDE))
    world.settle()
    released(world, public_id)
    open_window(world, public_id)
    world.settle()
    return public_id


def test_whoever_rings_hears_the_right_text_once_it_is_corrected(world: World, gateway: Gateway):
    public_id = on_the_screen(world)
    content = replace(in_force(world, public_id), summary="Det gäller från i morgon.")
    correcting.propose(
        world.installation, world.chief, public_id, content, CorrectionKind.REAL, WHAT
    )
    world.settle()
    assert screens(gateway) == [TITLE]  # nobody has approved the right one
    approve(world, public_id)
    world.settle()
    (shown,) = gateway.screen.values()
    assert shown["title"] == f"Rättelse: {TITLE}"
    assert (shown["changed"], shown["summary"]) == (WHAT["sv"], "Det gäller från i morgon.")
    assert len(gateway.was_shown) == 2


def test_what_is_withdrawn_is_taken_off_the_screen(world: World, gateway: Gateway):
    public_id = on_the_screen(world)
    assert gateway.screen
    holding.withdraw(world.installation, world.communicator, public_id, "Fel tid.")
    world.settle()
    assert gateway.screen == {}
    assert gateway.requests[-1].startswith("DELETE ")


def test_what_is_to_be_set_is_named_before_anything_starts(world: World, gateway: Gateway):
    without = {n: v for n, v in gateway.settings.items() if not n.endswith("SMS_URL")}
    with pytest.raises(SetupError, match=r"CHANNEL_SMS_URL is not set.*'announcer-gateway'"):
        install(replace(world.config, channels=without))
    assert ready(install(world.config)).channels["sms"]


def test_a_package_that_is_taken_away_while_something_is_on_its_way_is_missed(
    world: World, monkeypatch, built_package, tmp_path
):
    public_id = approve(world, world.decision(TITLE, OUTSIDE))
    world.settle()
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one != str(built_package)])
    folder = tmp_path / "without"
    folder.mkdir()
    config = replace(world.config, policy=policy_of(folder), channels={})
    with pytest.raises(SetupError, match="on its way through the channel 'switchboard'"):
        ready(install(config))
    # What was announced under it can be read all the same.
    assert world.status(public_id).title == TITLE


class Elsewhere(StaffEmail):
    """Staff mail that goes through a server outside, says a later version of it."""

    kind = replace(EMAIL, external=True)


def test_a_channel_that_turns_out_to_leave_the_house_sends_nothing_inside(world: World):
    channels = cast("dict[str, Channel]", world.installation.channels)
    email = channels["email"]
    assert isinstance(email, StaffEmail)
    channels["email"] = Elsewhere(email.transport, email.sender)
    public_id = approve(world, world.decision(TITLE, SMALL))
    for _ in range(5):
        world.round()
    assert world.step(public_id, "intranet").confirmed_at
    assert world.staff_mail() == []
    channels["email"] = email
    world.advance(minutes=1)
    world.settle()
    assert len(world.staff_mail()) == len(staff_of(world, "bibliotek"))


def test_nothing_is_started_without_what_a_channel_needs(tmp_path, installed_package, gateway):
    policy = policy_of(tmp_path, *LINES)
    refuse_unset(policy, gateway.settings)
    with pytest.raises(SetupError, match="CHANNEL_SMS_URL is not set"):
        refuse_unset(policy, {})


def test_the_command_line_knows_it(tmp_path, installed_package):
    policy = policy_of(tmp_path, *LINES)
    checked = CliRunner().invoke(cli, ["policy", "check", str(policy)])
    assert checked.exit_code == 0
    assert "press, newsroom, visitors_board, sms, switchboard." in checked.output
    policy.write_text(policy.read_text().replace('"sms"', '"smss"'))
    refused = CliRunner().invoke(cli, ["policy", "check", str(policy)])
    assert refused.exit_code == 1
    assert "'visitors_board', 'sms' or 'switchboard'. Name one of them" in str(refused.exception)
