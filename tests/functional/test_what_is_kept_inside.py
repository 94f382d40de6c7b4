"""What the intranet keeps is never older than what is so: a withdrawal, a new name, a colleague who
left or another day is seen in the next answer, by every process; and nothing kept tells who read."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from announcer.domain.audience import Person
from announcer.embedded.mail import free_port
from announcer.services import holding, reader_token, reading, reviewing
from announcer.services.arriving import Arrival
from announcer.services.reading import Reader
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.world import LONG_SESSIONS, POLICY, ROOT, SECRET, World


@contextmanager
def another_process(world: World, *more: str, log: Path | None = None) -> Iterator[str]:
    """The same intranet once more, under gunicorn: it shares nothing but the database. ``more`` are
    arguments of gunicorn; what it writes goes to ``log``."""
    environ = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": world.config.database_url,
        "REDIS_URL": "redis://localhost:1/0",
        "ANNOUNCER_POLICY": str(POLICY),
        "ANNOUNCER_INTRANET_URL": world.url,
        "ANNOUNCER_SECRET_KEY": SECRET,
        "ANNOUNCER_SMTP_URL": "smtp://127.0.0.1:1?helo=test.example",
        **LONG_SESSIONS,
    }
    with httpx.Client(trust_env=False) as client, open(log or os.devnull, "w") as written:
        port = free_port()
        arguments = ("--config", "python:web.intranet.gunicorn", "--workers", "1", *more)
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                *arguments,
                "--bind",
                f"127.0.0.1:{port}",
                "web.inside:app",
            ],
            cwd=ROOT,
            env={**environ, "PYTHONPATH": str(ROOT)},
            stdout=written if log else None,
            stderr=written if log else None,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until_it_answers(process, client, url)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_it_answers(
    process: "subprocess.Popen[bytes]", client: httpx.Client, url: str
) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "it ended"
        try:
            if client.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the intranet did not start")


def test_a_withdrawal_is_seen_by_every_process_in_its_next_answer(
    world: World, publish: Publish
) -> None:
    public_id, other = publish(world.decision("Fel siffror")), publish(world.decision("Rätt"))
    token = reader_token.sign(SECRET, ("alla",))
    key = reading.create_feed_token(world.installation, world.chief)
    with another_process(world) as url:
        readers = [Visitor(one, Authorization=f"Bearer {token}") for one in (world.url, url)]
        for _ in range(2):  # the second time it is kept
            for reader in readers:
                assert "Fel siffror" in reader.get(f"/nyheter/{public_id}").text
                for feed in ("/floden/alla.atom", f"/floden/{key}/alla.rss"):
                    assert "Fel siffror" in reader.get(feed).text
        tags = [one.get(f"/floden/{key}/alla.rss").headers["ETag"] for one in readers]
        assert tags[0] == tags[1]
        holding.withdraw(world.installation, world.communicator, public_id, "fel")
        for reader, tag in zip(readers, tags, strict=True):
            page = reader.get(f"/nyheter/{public_id}")
            assert (page.status_code, "Fel siffror" in page.text) == (410, False)
            known = {"If-None-Match": tag}
            again = reader.client.get(f"/floden/{key}/alla.rss", headers=known)
            assert again.status_code == 200
            assert "Fel siffror" not in again.text
            assert "Fel siffror" not in reader.get("/floden/alla.atom").text
            assert reader.get(f"/nyheter/{other}").status_code == 200


def test_what_is_new_is_there_in_the_next_answer(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    key = reading.create_feed_token(world.installation, world.chief)
    places = ("/", "/floden/alla.atom", f"/floden/{key}/alla.json")
    for title in ("Det första", "Det andra"):
        for place in places:
            assert title not in colleague.get(place).text
        publish(world.decision(title))
        for place in places:
            assert title in colleague.get(place).text, place


def test_a_poster_is_linked_as_soon_as_it_is_made(world: World, colleague: Visitor) -> None:
    public_id = world.decision()
    reviewing.approve(world.installation, world.communicator, public_id)
    while world.step(public_id, "intranet").state != "settled":
        world.round()
    assert "affisch" not in colleague.get(f"/nyheter/{public_id}").text
    world.settle()
    assert "affisch.pdf" in colleague.get(f"/nyheter/{public_id}").text


def test_a_pause_does_not_show_and_a_release_does(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    page = f"/nyheter/{public_id}"
    assert "Personalen först, till i dag" in colleague.get(page).text
    holding.hold(world.installation, world.communicator, public_id, "vänta")
    assert "Personalen först, till i dag" in colleague.get(page).text
    holding.resume(world.installation, world.communicator, public_id)
    holding.release(world.installation, world.communicator, public_id)
    world.advance(hours=5)
    world.settle()
    assert "Personalen först" not in colleague.get(page).text


Change = Callable[[World, Person], None]


def test_what_is_brought_forward_before_the_page_is_confirmed_shows_at_once(
    world: World, publish: Publish, colleague: Visitor
) -> None:
    public_id = publish(world.decision())
    until = "Personalen först, till"
    assert until in colleague.get(f"/nyheter/{public_id}").text
    # As if the hour were reckoned from a clock of others.
    with world.trigger_off("step"):
        world.owner.execute(
            "UPDATE announcer.step SET meant_for = announcer.announcer_now() + '1 day',"
            " not_before = NULL WHERE external"
        )
    world.owner.execute("UPDATE announcer.change SET number = number + 1 WHERE slot = 0")
    assert until in colleague.get(f"/nyheter/{public_id}").text
    world.owner.execute(
        "INSERT INTO announcer.lift (step, actor, ground, not_before)"
        " SELECT id, %s, 'redan ute', announcer.announcer_now() FROM announcer.step WHERE external",
        (world.communicator.pseudonym,),
    )
    assert until not in colleague.get(f"/nyheter/{public_id}").text


def leaves(world: World, person: Person) -> None:
    world.owner.execute(
        "UPDATE announcer.person SET left_at = now() WHERE pseudonym = %s", [person.pseudonym]
    )


def moves(world: World, person: Person) -> None:
    world.owner.execute(
        "UPDATE announcer.person SET unit = 'info' WHERE pseudonym = %s", [person.pseudonym]
    )


def loses_the_unit_above(world: World, _: Person) -> None:
    world.owner.execute("UPDATE announcer.unit SET parent = '' WHERE code = 'klockarskolan'")


@pytest.mark.parametrize("change", [leaves, moves, loses_the_unit_above])
def test_who_may_no_longer_read_reads_nothing_more(
    world: World, sign_in: SignIn, publish: Publish, change: Change
) -> None:
    public_id = publish(world.decision("Bara för skolan", '["bildning"]'))
    person = world.somebody("klockarskolan", "medarbetare")
    teacher, program = sign_in(person), Visitor(world.url)
    key = reading.create_feed_token(world.installation, person)
    places = (f"/nyheter/{public_id}", "/", "/floden/alla.atom", f"/floden/{key}/alla.rss")
    for _ in range(2):
        for place in places:
            assert "Bara för skolan" in teacher.get(place).text, place
    change(world, person)
    for place in places:
        assert "Bara för skolan" not in teacher.get(place).text, place
    assert "Bara för skolan" not in program.get(f"/floden/{key}/alla.rss").text


def test_a_revoked_key_opens_nothing_more(world: World, publish: Publish) -> None:
    publish(world.decision())
    key = reading.create_feed_token(world.installation, world.chief)
    program = Visitor(world.url)
    assert [program.get(f"/floden/{key}/alla.rss").status_code for _ in range(3)] == [200] * 3
    reading.revoke_feed_tokens(world.installation, world.chief)
    assert program.get(f"/floden/{key}/alla.rss").status_code == 401


def test_a_units_new_name_is_on_its_pages_at_once(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    for place in ("/", f"/nyheter/{public_id}", "/floden/alla.atom"):
        assert "Bildningsförvaltningen" in colleague.get(place).text
    world.owner.execute("UPDATE announcer.unit SET name = 'Lärande' WHERE code = 'bildning'")
    for place in ("/", f"/nyheter/{public_id}", "/floden/alla.atom"):
        assert "Lärande" in colleague.get(place).text, place


def test_today_becomes_yesterday_at_midnight_where_the_organisation_is(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    world.set_time(datetime(2026, 12, 8, 22, 58, tzinfo=UTC))  # 23.58 in Hällefors
    for place in ("/", f"/nyheter/{public_id}"):
        colleague.get(place)
        assert "Bildningsförvaltningen i dag 10.00" in colleague.text, place
    world.advance(minutes=3)
    for place in ("/", f"/nyheter/{public_id}"):
        colleague.get(place)
        assert "Bildningsförvaltningen i går 10.00" in colleague.text, place
    world.set_time(datetime(2026, 12, 8, 22, 58, tzinfo=UTC))  # a clock that was set back
    colleague.get("/")
    assert "Bildningsförvaltningen i dag 10.00" in colleague.text


def test_a_feed_at_the_door_is_the_same_as_inside(world: World, publish: Publish) -> None:
    publish(world.decision())
    key = reading.create_feed_token(world.installation, world.chief)
    program = Visitor(world.url).client
    for kind in ("rss", "atom", "json"):
        address = f"/floden/{key}/alla.{kind}"
        inside, door = program.get(address), program.get(address)
        assert door.content == inside.content
        assert _own(door) == _own(inside)
        known = {"If-None-Match": f"W/{inside.headers['ETag']}"}
        # With a question mark in the address it goes in.
        inside, door = (
            program.get(f"{address}?x", headers=known),
            program.get(address, headers=known),
        )
        assert (inside.status_code, door.status_code) == (304, 304)
        assert _own(door) == _own(inside)


def _own(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


def test_each_sees_their_own_name_on_a_page_that_is_kept(
    world: World, sign_in: SignIn, publish: Publish
) -> None:
    public_id = publish(world.decision())
    tokens = set()
    for person in (world.chief, world.communicator, world.somebody("bibliotek", "medarbetare")):
        visitor = sign_in(person)
        for place in (f"/nyheter/{public_id}", "/"):
            visitor.get(place)
            assert person.directory_id in visitor.text
            assert ("Bevakning" in visitor.text) == (person == world.communicator)
            tokens.add(visitor.value("csrf_token"))
        visitor.press("Logga ut")  # the token is good
        assert "Du är utloggad." in visitor.text
        assert "Du är utloggad." not in visitor.get(f"/nyheter/{public_id}").text
    assert len(tokens) >= 3


def test_nothing_that_is_kept_tells_who_has_read(
    world: World, sign_in: SignIn, publish: Publish
) -> None:
    public_id = publish(world.decision("Nyheten", '["bildning"]'))
    person = world.somebody("klockarskolan", "medarbetare")
    visitor = sign_in(person)
    key = reading.create_feed_token(world.installation, person)
    there = readers_in_memory()  # other tests' own, which nobody has read with
    for place in ("/", f"/nyheter/{public_id}", "/floden/alla.atom", f"/floden/{key}/alla.atom"):
        assert "Nyheten" in visitor.get(place).text
    app = world._web.app  # type: ignore[union-attr]
    kept = repr(app.extensions["intranet shelf"].__dict__) + repr(
        [app.extensions[name].__dict__ for name in ("feeds", "articles as html")]
    )
    assert public_id in kept
    for secret in (person.directory_id, str(person.pseudonym), key, reading.hash_of(key)):
        assert secret not in kept
    assert {id(one) for one in readers_in_memory()} <= {id(one) for one in there}


def readers_in_memory() -> list[object]:
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, (Arrival, Reader))]


# The number ----------------------------------------------------------------------------------


def number(world: World) -> int:
    row = world.owner.execute("SELECT sum(number)::bigint FROM announcer.change").fetchone()
    assert row is not None
    return int(row[0])


def test_the_number_stands_still_while_nothing_shows(world: World, publish: Publish) -> None:
    public_id = publish(world.decision())
    before = number(world)
    holding.hold(world.installation, world.communicator, public_id, "vänta")
    holding.resume(world.installation, world.communicator, public_id)
    draft = world.decision("Ett utkast")
    reading.create_feed_token(world.installation, world.chief)
    world.settle()
    assert number(world) == before
    holding.withdraw(world.installation, world.communicator, draft, "fel")
    assert number(world) > before


def test_a_change_that_is_not_committed_makes_nobody_wait(world: World) -> None:
    connections: dict[int, psycopg.Connection[tuple[object, ...]]] = {}
    while len(connections) < 2:  # of two that count in different rows
        one = psycopg.connect(world.owner_url.replace("+psycopg", ""))
        if connections.setdefault(one.info.backend_pid % 16, one) is not one:
            one.close()
    first, second = connections.values()
    before = number(world)
    first.execute("UPDATE announcer.unit SET name = 'Ett' WHERE code = 'bildning'")
    first.execute("SET CONSTRAINTS ALL IMMEDIATE")  # counted, and held until its commit
    second.execute("SET lock_timeout = '5s'")
    second.execute("UPDATE announcer.unit SET name = 'Två' WHERE code = 'bibliotek'")
    second.commit()
    assert number(world) == before + 1
    first.commit()
    assert number(world) == before + 2
    first.close()
    second.close()


def test_a_restored_database_never_says_a_number_again(world: World) -> None:
    before = number(world)
    world.owner.execute("INSERT INTO announcer.standstill (reason) VALUES ('restore')")
    assert number(world) > before + 1_000
