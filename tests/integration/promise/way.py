"""The steps of the way that most tests here take, and ways to disturb it."""

import email
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from announcer.services import holding, reviewing
from announcer.services.installation import Installation
from tests.doubles.recording_smtp import Message
from tests.world import POLICY, World

#: A unit of seven: most rules need no more people than that.
SMALL = '["bibliotek"]'
STAFF_DOMAIN = "@hallefors.example"


def policy_of(folder: Path, *lines: str) -> Path:
    """Hällefors with ``lines`` laid over it, as a file of its own beside a copy."""
    policies = folder / "policies"
    shutil.copytree(POLICY.parent, policies)
    file = policies / "changed.toml"
    text = "\n".join(('derived_from = "hallefors.toml"', 'name = "Ändrad"', *lines))
    file.write_text(text, encoding="utf-8")
    return file


class Died(BaseException):
    """A process ends here: nothing in it may catch this."""


class Disturbed:
    """A point hook: calls ``at[name]`` the first time ``name`` is passed."""

    def __init__(self) -> None:
        self.at: dict[str, Callable[[], None]] = {}
        self.passed: list[str] = []

    def __call__(self, name: str) -> None:
        self.passed.append(name)
        if name in self.at:
            self.at.pop(name)()


def die() -> None:
    raise Died


def approve(world: World, public_id: str) -> str:
    assert reviewing.approve(world.installation, world.communicator, public_id)
    return public_id


def release(world: World, public_id: str) -> None:
    assert holding.release(world.installation, world.communicator, public_id) == [
        "press",
        "nyhetsrum",
    ]


def decided(
    world: World, title: str = "Biblioteket öppnar klockan 9", audience: str = SMALL
) -> str:
    """A decision, approved."""
    return approve(world, world.decision(title, audience))


def published(world: World, title: str = "Biblioteket öppnar klockan 9") -> str:
    """A decision that staff have; the press waits for its window and for the release."""
    public_id = decided(world, title)
    world.settle()
    assert world.step(public_id, "intranet").confirmed_at
    assert world.press_mail() == []
    return public_id


def open_window(world: World, public_id: str) -> None:
    """The moment at which staff are no longer ahead."""
    world.set_time(world.step(public_id, "press").earliest + timedelta(seconds=1))


def to_the_press(world: World, public_id: str) -> None:
    """Window over, released, carried out."""
    release(world, public_id)
    open_window(world, public_id)
    world.settle()


def staff_of(world: World, *units: str) -> set[str]:
    """The addresses of everyone in these units; of all staff without units."""
    rows = world.owner.execute(
        "SELECT lower(email) FROM announcer.person WHERE email IS NOT NULL AND left_at IS NULL"
        " AND (%s OR unit = ANY (%s))",
        (not units, list(units)),
    ).fetchall()
    assert rows
    return {address for (address,) in rows}


def newsrooms(world: World) -> set[str]:
    rows = world.owner.execute("SELECT lower(email) FROM announcer.press_contact").fetchall()
    return {address for (address,) in rows}


def one_newsroom(world: World) -> str:
    """Leave a single newsroom on the press list."""
    world.owner.execute(
        "UPDATE announcer.press_contact SET removed_at = now()"
        " WHERE email <> 'nyheter@lokaltidningen.example'"
    )
    return "nyheter@lokaltidningen.example"


def read(message: Message) -> EmailMessage:
    parsed = email.message_from_bytes(message.content, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


def to_staff(message: Message) -> bool:
    return any(r.endswith(STAFF_DOMAIN) for r in message.recipients)


def announced(world: World) -> list[Message]:
    """What was mailed to staff of announcements themselves; no calls to whoever is needed."""
    return [
        one
        for one in world.smtp.messages
        if to_staff(one) and "/du-behovs" not in _plain(read(one))
    ]


def _plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


def message_ids(world: World) -> list[str]:
    return [read(message)["Message-ID"] for message in world.smtp.messages]


def carry_on(world: World, limit: int = 80) -> int:
    """Rounds through deaths, past every lease, until two minutes bring nothing new; the deaths."""
    deaths = quiet = 0
    for _ in range(limit):
        try:
            quiet = 0 if world.round() else quiet + 1
        except Died:
            deaths += 1
            quiet = 0
            world.advance(seconds=91)
        if quiet == 2:
            return deaths
        if quiet:
            world.advance(seconds=61)
    raise AssertionError(f"still busy after {limit} rounds")


def wsgi(status: str, body: bytes, **headers: str) -> Callable[..., list[bytes]]:
    """An application that always says the same."""

    def answer(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        named = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        start_response(status, list(named.items()))
        return [body]

    return answer


def altered(
    world: World, change: Callable[[bytes], bytes], **headers: str
) -> Callable[..., list[bytes]]:
    """What the intranet says, with its body changed."""

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        said: list[Any] = []

        def listen(status: str, named: list[tuple[str, str]], *_: Any) -> None:
            said[:] = [status, dict(named)]

        assert world._web is not None
        whole: Iterator[bytes] = iter(world._web(environ, listen))
        body = change(b"".join(whole))
        named = said[1] | {"Content-Length": str(len(body))}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        start_response(said[0], list(named.items()))
        return [body]

    return answer


def channel(installation: Installation, name: str, replacement: Any) -> None:
    """Put another channel in the place of one (the mapping is the installation's own dict)."""
    channels = installation.channels
    assert isinstance(channels, dict)
    channels[name] = replacement
