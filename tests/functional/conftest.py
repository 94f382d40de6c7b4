"""People at their browsers, on a whole installation."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from announcer.domain.audience import Person
from announcer.embedded import postgres, valkey
from announcer.embedded.mail import free_port
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.services import reviewing
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.by_keyboard import WAYS, Keyboard
from tests.functional.deployed import Place, init
from tests.functional.visitor import Visitor
from tests.world import World

SignIn = Callable[[Person], Visitor]
Publish = Callable[[str], str]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium, started once: that takes longer than most tests in it."""
    program = next(
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    )
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


@pytest.fixture(params=WAYS)
def hands(request: Any, world: World, browser: Browser) -> Iterator[Keyboard]:
    """Somebody with nothing but a keyboard, in each of the ways."""
    way = WAYS[request.param]
    context: BrowserContext = browser.new_context(base_url=world.url, locale="sv-SE", **way)
    context.set_default_timeout(20_000)
    yield Keyboard(context.new_page(), scripts=way.get("java_script_enabled", True))
    context.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """A browser in which nobody has been, and no page stays open."""
    assert not chromium.contexts
    yield chromium
    for context in chromium.contexts:
        context.close()


@pytest.fixture
def anonymous(world: World) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(world.url)


@pytest.fixture
def sign_in(world: World) -> SignIn:
    """Signs a person in at a browser of their own."""
    return lambda person: Visitor(world.url).sign_in(person.directory_id)


@pytest.fixture
def desk(world: World, sign_in: SignIn) -> Visitor:
    """Somebody at the information unit."""
    return sign_in(world.communicator)


@pytest.fixture
def colleague(world: World, sign_in: SignIn) -> Visitor:
    """Somebody at the library who has no role."""
    return sign_in(world.somebody("bibliotek", "medarbetare"))


@pytest.fixture
def publish(world: World) -> Publish:
    """Approves an announcement and lets everything happen that happens at once."""

    def approve(public_id: str) -> str:
        reviewing.approve(world.installation, world.communicator, public_id)
        world.settle()
        return public_id

    return approve


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What `announcer init` wrote."""
    init(tmp_path / "etc")
    return tmp_path / "etc"


@pytest.fixture
def place(
    server: EmbeddedPostgres, smtp: RecordingSmtp, folder: Path, tmp_path: Path
) -> Iterator[Place]:
    """An empty database, a queue and a mail server, named in the secrets that `init` wrote."""
    name = f"installed_{uuid4().hex[:12]}"
    server.create_database(name)
    with valkey.running(tmp_path / "valkey") as queue:
        for secret, value in {
            "owner_url": server.url(postgres.OWNER, name),
            "database_url": server.url(postgres.APP, name),
            "newsroom_url": server.url(postgres.NEWSROOM, name),
            "redis_url": queue.celery_url,
            "smtp_url": f"smtp://127.0.0.1:{smtp.port}?helo=test.example",
        }.items():
            (folder / "secrets" / secret).chmod(0o600)
            (folder / "secrets" / secret).write_text(value, encoding="utf-8")
        secrets, kept = str(folder / "secrets"), folder / "kept"
        kept.mkdir()
        yield Place(
            {
                "/var/lib/announcer/backup": str(kept),
                "/backup/": f"{kept}/",
                "/run/secrets": secrets,
                "%d": secrets,
                "/srv/policy": str(folder / "policy"),
                "/etc/announcer/policy": str(folder / "policy"),
                "/opt/announcer/venv/bin/": "",
                "0.0.0.0:": "127.0.0.1:",
                ":8080": f":{free_port()}",
                ":8081": f":{free_port()}",
            }
        )
    server.drop_database(name)
