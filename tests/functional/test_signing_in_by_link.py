"""A link that signs somebody in: once, for a quarter of an hour, and no trace of it afterwards."""

import threading
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from click.testing import CliRunner

from announcer.cli.main import cli
from announcer.domain.errors import NotFound
from announcer.services import signing_in, sweeping
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import POLICY, SECRET, World
from web.intranet.app import create_app

Link = Callable[[], str]


@pytest.fixture
def link(world: World) -> Link:
    """Makes a link for the communicator; its path."""
    person = world.communicator.directory_id
    return lambda: f"/logga-in/{signing_in.make_link(world.installation, person).key}"


def links_stored(world: World) -> int:
    row = world.owner.execute("SELECT count(*) FROM announcer.sign_in_link").fetchone()
    assert row
    return int(row[0])


def test_one_button_signs_in_and_the_link_is_forgotten(
    world: World, anonymous: Visitor, link: Link
) -> None:
    path = link()
    assert anonymous.get(path).status_code == 200
    assert world.communicator.directory_id in anonymous.text
    before = anonymous.client.cookies["announcer"]
    anonymous.press("Logga in som")
    assert (anonymous.page.status_code, anonymous.page.url.path) == (200, "/")
    assert anonymous.client.cookies["announcer"] != before
    assert anonymous.ask("GET", "/bevakning").status_code == 200
    assert links_stored(world) == 0


def test_showing_a_link_does_not_use_it_up(world: World, anonymous: Visitor, link: Link) -> None:
    path = link()
    for method in ("GET", "HEAD", "GET"):
        assert httpx.request(method, f"{world.url}{path}", trust_env=False).status_code == 200
    anonymous.get(path)
    anonymous.press("Logga in som")
    assert anonymous.page.url.path == "/"


def test_a_false_a_used_an_old_link_and_one_of_somebody_who_left_are_answered_alike(
    world: World, link: Link
) -> None:
    used, old, left = link(), link(), link()
    reader = Visitor(world.url)
    reader.get(used)
    reader.press("Logga in som")
    said = set()

    def refused(path: str) -> None:
        stranger = Visitor(world.url)
        seen = stranger.get(path)
        tried = stranger.ask("POST", path)
        assert (seen.status_code, tried.status_code) == (404, 404)
        assert seen.text == tried.text
        assert "Be den som sköter systemet om en ny länk." in stranger.text
        assert stranger.ask("GET", "/mina").status_code == 302
        said.add(seen.text)

    world.owner.execute(
        "UPDATE announcer.person SET left_at = now() WHERE pseudonym = %s",
        [world.communicator.pseudonym],
    )
    refused(left)
    world.owner.execute("UPDATE announcer.person SET left_at = NULL")
    world.advance(minutes=15)
    for path in (used, old, "/logga-in/false", f"/logga-in/{'å' * 300}"):
        refused(path)
    assert len(said) == 1


def test_a_link_is_as_good_as_new_a_moment_before_it_is_too_old(
    world: World, anonymous: Visitor, link: Link
) -> None:
    path = link()
    world.advance(minutes=14, seconds=50)
    assert anonymous.get(path).status_code == 200
    anonymous.press("Logga in som")
    assert anonymous.page.url.path == "/"


def test_links_that_nobody_used_are_swept_away(world: World, link: Link) -> None:
    link()
    sweeping.sweep(world.installation)
    assert links_stored(world) == 1
    world.advance(minutes=15)
    sweeping.sweep(world.installation)
    assert links_stored(world) == 0


def test_without_the_token_of_the_session_a_link_lets_nobody_in_and_stays(
    world: World, anonymous: Visitor, link: Link
) -> None:
    path = link()
    assert anonymous.client.post(path).status_code == 400
    assert links_stored(world) == 1
    assert anonymous.get(path).status_code == 200


def test_of_many_who_press_at_once_one_gets_in(world: World, link: Link) -> None:
    path = link()
    visitors = [Visitor(world.url) for _ in range(6)]
    for visitor in visitors:
        visitor.get(path)
    start = threading.Barrier(len(visitors))

    def press(visitor: Visitor) -> None:
        start.wait()
        visitor.press("Logga in som")

    threads = [threading.Thread(target=press, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(visitor.page.status_code for visitor in visitors) == [200] + [404] * 5


def test_it_replaces_whoever_was_signed_in(world: World, sign_in: SignIn, link: Link) -> None:
    visitor = sign_in(world.chief)
    visitor.get(link())
    visitor.press("Logga in som")
    assert world.chief.directory_id not in visitor.text
    assert world.communicator.directory_id in visitor.text


def test_the_key_is_not_in_the_database_and_a_link_cannot_be_given_to_another(
    world: World, app_url: str
) -> None:
    made = signing_in.make_link(world.installation, world.communicator.directory_id)
    assert len(made.key) >= 43, "256 bits"
    assert made.key not in repr(made)
    row = world.owner.execute("SELECT l::text FROM announcer.sign_in_link l").fetchone()
    assert row
    assert made.key not in row[0]
    with psycopg.connect(app_url.replace("+psycopg", "")) as app:
        rights = app.execute(
            "SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE',"
            " 'REFERENCES', 'TRIGGER']) AS privilege"
            " WHERE has_table_privilege('announcer.sign_in_link', privilege)"
        ).fetchall()
    assert {right for (right,) in rights} == {"SELECT", "INSERT", "DELETE"}


def test_the_command_prints_the_address_alone_and_beside_it_how_long_it_works(
    world: World, anonymous: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "DATABASE_URL": world.config.database_url,
        "REDIS_URL": "redis://localhost:1/0",
        "ANNOUNCER_POLICY": str(POLICY),
        "ANNOUNCER_INTRANET_URL": world.url,
        "ANNOUNCER_SECRET_KEY": SECRET,
        "ANNOUNCER_SMTP_URL": "smtp://127.0.0.1:1?helo=test.example",
    }.items():
        monkeypatch.setenv(name, value)
    person = world.chief.directory_id
    done = CliRunner().invoke(cli, ["sign-in", person], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    (address,) = done.stdout.split()
    assert address.startswith(f"{world.url}/logga-in/")
    assert person in done.stderr
    assert "10.15" in done.stderr
    anonymous.get(urlsplit(address).path)
    anonymous.press("Logga in som")
    assert person in anonymous.text
    nobody = CliRunner().invoke(cli, ["sign-in", "p9999"])
    assert isinstance(nobody.exception, NotFound)


def test_who_comes_without_a_link_is_told_where_to_get_one(world: World) -> None:
    config = replace(world.config, sign_in="")
    client = create_app(world.installation, config).test_client()
    answer = client.get("/mina", follow_redirects=True)
    assert answer.status_code == 403
    assert "Be den som sköter systemet om en." in answer.text
