"""A session has an end, and no rights that the directory has taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from announcer.domain.audience import Person
from announcer.domain.errors import SetupError
from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import World, config
from web.intranet.app import create_app


@pytest.fixture
def hours(world: World) -> None:
    """A session of twelve hours, and four without a request."""
    world.settings(session_life=timedelta(hours=12), session_idle=timedelta(hours=4))


def is_signed_in(visitor: Visitor) -> bool:
    return visitor.client.get("/mina").status_code == 200


def change(world: World, person: Person, column: str, value: str) -> None:
    """As an import of staff does."""
    world.owner.execute(
        f"UPDATE announcer.person SET {column} = %s WHERE pseudonym = %s",
        [value, person.pseudonym],
    )


def test_it_ends_when_nothing_is_done_and_says_why(
    hours: None, world: World, sign_in: SignIn
) -> None:
    visitor = sign_in(world.communicator)
    for _ in range(2):
        world.advance(hours=3, minutes=55)
        assert is_signed_in(visitor)
    world.advance(hours=4)
    page = visitor.get("/mina?sida=2")
    assert page.url.path == "/logga-in"
    assert page.url.params["vidare"] == "/mina?sida=2"
    assert "Du loggades ut för att det har gått en tid" in visitor.text
    assert "Du loggades ut" not in visitor.get("/logga-in").text, "once"
    visitor.sign_in(world.communicator.directory_id)
    assert is_signed_in(visitor)


def test_a_desk_that_follows_by_itself_is_nobody_at_work(
    hours: None, world: World, sign_in: SignIn
) -> None:
    visitor = sign_in(world.communicator)
    for _ in range(2):
        world.advance(hours=1, minutes=55)
        assert visitor.client.get("/bevakning/nu").status_code == 200
    world.advance(minutes=15)
    assert visitor.client.get("/bevakning/nu").status_code != 200
    assert not is_signed_in(visitor)


def test_it_ends_however_much_is_done(hours: None, world: World, sign_in: SignIn) -> None:
    visitor = sign_in(world.communicator)
    for _ in range(3):
        world.advance(hours=3, minutes=50)
        assert is_signed_in(visitor)
    world.advance(minutes=35)
    assert not is_signed_in(visitor)


def test_the_cookie_is_not_written_anew_by_every_page(
    hours: None, world: World, sign_in: SignIn
) -> None:
    visitor = sign_in(world.communicator)
    assert "set-cookie" not in visitor.client.get("/driftlage").headers
    world.advance(minutes=6)
    assert "set-cookie" in visitor.client.get("/driftlage").headers
    assert "set-cookie" not in visitor.client.get("/driftlage").headers


@pytest.mark.parametrize(("column", "value"), [("unit", "info"), ("role", "chef")])
def test_it_ends_when_the_directory_says_otherwise(
    world: World, colleague: Visitor, column: str, value: str
) -> None:
    person = world.somebody("bibliotek", "medarbetare")
    assert is_signed_in(colleague)
    change(world, person, column, value)
    colleague.get("/mina")
    assert "Din enhet eller roll i personalkatalogen har ändrats. Logga in igen." in colleague.text
    assert not is_signed_in(colleague)
    colleague.sign_in(person.directory_id)
    assert is_signed_in(colleague)


def test_language_and_workplace_change_nothing_about_it(world: World, colleague: Visitor) -> None:
    person = world.somebody("bibliotek", "medarbetare")
    change(world, person, "language", "fi")
    change(world, person, "workplace", "elsewhere")
    assert is_signed_in(colleague)


def test_what_was_being_written_is_kept_on_the_page(world: World, sign_in: SignIn) -> None:
    visitor = sign_in(world.chief)
    visitor.get("/skriv?klass=information")
    change(world, world.chief, "unit", "ifo")
    visitor.press("Visa vad som händer", rubrik="Det jag skrev", text="Och resten av det.")
    assert visitor.page.status_code == 401
    assert "Det jag skrev" in visitor.page.text
    assert "Och resten av det." in visitor.page.text


def test_a_cookie_of_an_older_version_signs_in_anew(world: World, sign_in: SignIn) -> None:
    visitor = sign_in(world.communicator)
    app = create_app(world.installation, world.config)
    signer = app.session_interface.get_signing_serializer(app)
    assert signer is not None
    old = signer.dumps({"person": str(world.communicator.pseudonym)})
    visitor.client.cookies.set("announcer", str(old), domain="127.0.0.1")
    assert not is_signed_in(visitor)


def test_over_https_behind_a_proxy_the_cookie_is_this_hosts_alone(world: World) -> None:
    secure = replace(world.config, intranet_url="https://intranet.hallefors.example")
    client = create_app(world.installation, secure).test_client()
    answer = client.get(
        "/arbetsplats",
        base_url="http://127.0.0.1:8080",
        headers={"Host": "intranet.hallefors.example", "X-Forwarded-Proto": "https"},
    )
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    assert name == "__Host-announcer"
    said = {part.strip() for part in rest.split(";")[1:]}
    # RFC 6265bis section 4.1.3.2: no Domain, and the whole host.
    assert said == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.parametrize("hours", ["0", "-1", "a day", "nan", "1e300"])
def test_a_life_that_is_none_is_refused(hours: str) -> None:
    for name in ("ANNOUNCER_SESSION_HOURS", "ANNOUNCER_SESSION_IDLE_HOURS"):
        with pytest.raises(SetupError, match=name):
            config(
                "postgresql+psycopg://x@127.0.0.1/x", "http://127.0.0.1", 1, channels={name: hours}
            )
