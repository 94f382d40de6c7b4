"""Writing and trying codes have a limit; reading, stopping and a crisis have none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from announcer.embedded import valkey
from tests.doubles.identity_provider import IdentityProvider
from tests.functional.by_account import provider, visitor
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import World
from web.intranet import limits
from web.intranet.app import create_app
from web.intranet.errors import HOLD_TEXTS

__all__ = ["provider", "visitor"]  # fixtures, by their import

#: What stops or opens something, or is said in a crisis: no machine may ever stand in its way.
NEVER = {
    *("crisis.declare", "crisis.tell_more", "crisis.lift", "crisis.review"),
    *("desk.hold", "desk.resume", "desk.release", "desk.go_now", "desk.pass_over"),
    *("following.withdraw", "opening_up.already_out", "opening_up.hand_out"),
    *("reviewing.approve", "reviewing.give_back", "reviewing.take_back", "calls.take"),
    *("on_duty.decide", "on_duty.go_on", "on_duty.resolve", "correcting.take_back"),
}


@pytest.fixture(params=["counted in Redis", "Redis is away"])
def slow(
    world: World, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Three a minute."""
    monkeypatch.setattr(limits, "WRITING", "3 per minute")
    monkeypatch.setattr(limits, "TRYING", "3 per minute")
    if request.param == "Redis is away":
        world.settings()
        yield
        return
    with valkey.running(tmp_path / "valkey") as queue:
        world.settings(redis_url=queue.celery_url)
        yield


def handed_in(visitor: Visitor) -> int:
    visitor.get("/skriv?klass=information")
    visitor.press("Visa vad som händer", rubrik="Den jag skrev", text="En text.")
    return visitor.page.status_code


def test_a_writer_is_asked_to_wait_and_nothing_typed_is_lost(
    slow: None, world: World, sign_in: SignIn, desk: Visitor
) -> None:
    writer = sign_in(world.chief)
    assert [handed_in(writer) == 429 for _ in range(4)] == [False, False, False, True]
    assert "Vänta en minut och försök igen." in writer.text
    assert "Den jag skrev" in writer.page.text
    assert writer.filled("Skriv vidare")[1]["rubrik"] == ["Den jag skrev"]
    assert handed_in(sign_in(world.chief)) == 429, "in another browser too"
    assert handed_in(desk) != 429, "others write on"
    assert all(writer.get("/").status_code == 200 for _ in range(5)), "nobody is kept from reading"


def test_whoever_tries_codes_is_asked_to_wait(slow: None, anonymous: Visitor) -> None:
    said = []
    for _ in range(4):
        anonymous.get("/arbetsplats")
        anonymous.press("", near="arbetsplats", kod="AAAA-AAAA")
        said.append(anonymous.page.status_code)
    assert said == [422, 422, 422, 429]


def test_a_poster_that_an_address_asks_for_is_counted_and_no_other_look(
    slow: None, world: World, sign_in: SignIn
) -> None:
    writer = sign_in(world.chief)
    poster, page = "/skriv?klass=beslut&flik=affisch", "/skriv?klass=beslut&flik=intranat"
    assert [writer.get(page).status_code for _ in range(5)] == [200] * 5
    assert [writer.get(poster).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert writer.get(page).status_code == 200


def test_of_sign_ins_by_account_only_the_refused_are_counted(
    slow: None, provider: IdentityProvider, visitor: Visitor
) -> None:
    for _ in range(5):
        assert visitor.get("/logga-in/konto").status_code == 200, "everybody signs in at seven"
    provider.rules.error = "access_denied"
    said = [visitor.get("/logga-in/konto").status_code for _ in range(4)]
    assert said == [403, 403, 403, 429]
    assert "Vänta en minut och försök igen." in visitor.text


def test_what_stops_or_opens_something_is_never_limited(world: World) -> None:
    app = create_app(world.installation, world.config)
    posts = {one.endpoint for one in app.url_map.iter_rules() if "POST" in (one.methods or ())}
    limited = {*limits.WRITERS, *limits.TRIES}
    assert limited | NEVER <= posts, "or a name here is out of date"
    assert not limited & NEVER
    assert limited >= HOLD_TEXTS


def test_the_counter_knows_nobody(world: World, sign_in: SignIn, tmp_path: Path) -> None:
    with valkey.running(tmp_path / "valkey") as queue:
        world.settings(redis_url=queue.celery_url)
        assert handed_in(sign_in(world.chief)) != 429
        with redis.Redis(unix_socket_path=str(queue.socket)) as asked:
            keys = " ".join(key.decode() for key in asked.scan_iter())
    assert "writing.hand_in" in keys
    assert str(world.chief.pseudonym) not in keys
    assert "127.0.0.1" not in keys
