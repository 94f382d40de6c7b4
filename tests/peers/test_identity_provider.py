"""Signing in by `oidc-provider`, which is certified by the OpenID Foundation, with its own pages."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from announcer.domain.identity import IdentityProvider
from announcer.embedded.mail import free_port
from tests.functional.visitor import Visitor
from tests.world import ROOT, World

HERE = ROOT / "var" / "peers" / "oidc"
NODE = shutil.which("node")
MISSING = (
    ""
    if NODE and (HERE / "node_modules" / "oidc-provider").is_dir()
    else "oidc-provider is not there: run 'make test-peers'"
)
CLIENT, SECRET = "announcer", "a secret/of:both, 100 % shared"

pytestmark = [pytest.mark.peers, pytest.mark.skipif(bool(MISSING), reason=MISSING)]


@pytest.fixture(params=["RS256", "ES256"])
def issuer(world: World, request: pytest.FixtureRequest) -> Iterator[str]:
    """A provider that knows the intranet of ``world``, by an RSA key and by one on a curve."""
    assert NODE is not None
    shutil.copy(Path(__file__).parent / "oidc" / "provider.js", HERE)
    port = free_port()
    settings = {
        "port": port,
        "client": CLIENT,
        "secret": SECRET,
        "callback": f"{world.url}/logga-in/svar",
        "back": f"{world.url}/logga-in",
        "notice": f"{world.url}/logga-in/utloggad",
        "algorithm": request.param,
    }
    process = subprocess.Popen(
        [NODE, str(HERE / "provider.js"), json.dumps(settings)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        found = f"http://127.0.0.1:{port}"
        world.settings(sign_in="oidc", provider=IdentityProvider(found, CLIENT, SECRET))
        # Its tokens are good by this machine's clock.
        world.set_time(datetime.now(UTC))
        yield found
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def sign_in(visitor: Visitor, person: str) -> None:
    """By its own pages: who it is, and that this may be told."""
    visitor.press("Sign-in", login=person, password="whatever")
    visitor.press("Continue")


def test_a_colleague_signs_in_and_out_there_as_well(world: World, issuer: str) -> None:
    visitor = Visitor(world.url)
    person = world.communicator.directory_id
    visitor.get("/logga-in/konto?vidare=/mina")
    assert f"{visitor.page.url.scheme}://{visitor.page.url.netloc.decode()}" == issuer
    sign_in(visitor, person)
    assert (visitor.page.status_code, visitor.page.url.path) == (200, "/mina")
    assert person in visitor.text
    assert visitor.client.get("/bevakning").status_code == 200

    visitor.press("Logga ut")
    refresh = str(visitor.tree.xpath("string(//meta[@http-equiv='refresh']/@content)"))
    visitor.get(refresh.removeprefix("0; url="))
    visitor.press("Yes, sign me out")
    assert visitor.page.url.path == "/logga-in"
    assert "Logga in med ditt konto" in visitor.text
    visitor.get("/logga-in/konto")
    assert urlsplit(issuer).port == visitor.page.url.port, "it asks again who it is"


def test_whoever_signs_out_there_is_out_here_and_nobody_else_is(world: World, issuer: str) -> None:
    here, elsewhere, other = (Visitor(world.url) for _ in range(3))
    for visitor, person in (
        (here, world.communicator),
        (elsewhere, world.communicator),
        (other, world.chief),
    ):
        visitor.get("/logga-in/konto")
        sign_in(visitor, person.directory_id)
        assert visitor.client.get("/mina").status_code == 200
    here.get(f"{issuer}/session/end")
    here.press("Yes, sign me out")
    assert here.client.get("/mina").status_code == 302
    here.get("/logga-in")
    assert "och därför också här" in here.text
    for visitor in (elsewhere, other):
        assert visitor.client.get("/mina").status_code == 200, "another session there"


def test_whoever_is_signed_in_there_comes_in_without_a_question(world: World, issuer: str) -> None:
    visitor = Visitor(world.url)
    visitor.get("/logga-in/konto")
    sign_in(visitor, world.communicator.directory_id)
    visitor.client.cookies.delete("announcer", domain="127.0.0.1")
    assert visitor.client.get("/mina").status_code == 302
    visitor.get("/logga-in/konto")
    assert (visitor.page.status_code, visitor.page.url.path) == (200, "/")


def test_a_stranger_to_the_directory_and_whoever_says_no_get_plain_pages(
    world: World, issuer: str
) -> None:
    stranger = Visitor(world.url)
    stranger.get("/logga-in/konto")
    sign_in(stranger, "nobody@hallefors.example")
    assert stranger.page.status_code == 403
    assert "”nobody@hallefors.example” finns inte i personalkatalogen" in stranger.text
    other = Visitor(world.url)
    other.get("/logga-in/konto")
    other.get(str(other.tree.xpath("string(//a[contains(., 'Cancel')]/@href)")))
    assert other.page.status_code == 403
    assert "Inloggningen blev inte klar" in other.text


def test_the_secret_of_another_client_gets_nowhere(world: World, issuer: str) -> None:
    world.settings(provider=IdentityProvider(issuer, CLIENT, "another"))
    visitor = Visitor(world.url)
    visitor.get("/logga-in/konto")
    sign_in(visitor, world.communicator.directory_id)
    assert visitor.page.status_code == 403
    assert visitor.client.get("/mina").status_code == 302
