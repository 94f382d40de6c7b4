"""`doctor`: looks at everything an installation stands on, and says what to do about what is wrong."""

import json
import shutil
import socket
import ssl
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
import httpx
import redis

from announcer.bootstrap import install
from announcer.channels.smtp.connection import Connection, said
from announcer.cli.context import Desk, environment, pass_desk
from announcer.config import Config
from announcer.domain.announcement import Content
from announcer.domain.delivery import Edition
from announcer.domain.errors import AnnouncerError
from announcer.domain.identity import IdentityProvider, ProviderAway
from announcer.lean import OnFirstUse
from announcer.plain_language import hunspell
from announcer.render.poster import poster
from announcer.services import checkup
from announcer.services.checkup import Finding, Mark, right, wrong
from announcer.services.installation import Installation

if TYPE_CHECKING:
    from announcer.services import openid
else:  # where people sign in otherwise, nobody asks
    openid = OnFirstUse("announcer.services.openid")

#: A certificate that is renewed by hand needs so many days of warning.
CERTIFICATE_DAYS = 21
#: Bytes; PostgreSQL stops when its disk is full.
LEAST_DISK = 1_000_000_000
SECONDS = 10.0
#: Claims that some providers let people change themselves.
CHANGEABLE = frozenset({"preferred_username", "email", "name", "nickname", "phone_number"})
SIGNS = {Mark.OK: "ok   ", Mark.WARN: "warn ", Mark.FAULT: "FAULT"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@pass_desk
def doctor(desk: Desk, *, as_json: bool) -> None:
    """Look at everything; exit code 1 where something is wrong, each with its remedy."""
    found = list(findings(desk.home))
    if as_json:
        rows = [{"name": f.name, "mark": f.mark, "said": f.said, "remedy": f.remedy} for f in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for one in found:
            click.echo(f"{SIGNS[one.mark]} {one.name}: {one.said}")
            if one.remedy:
                click.echo(f"      → {one.remedy}")
    if any(one.mark is Mark.FAULT for one in found):
        sys.exit(1)


def findings(home: Path) -> Iterator[Finding]:
    """Each thing in turn; where the settings cannot be read, nothing else can be asked."""
    try:
        config = Config.read(environment(home))
        installation = install(config)
    except AnnouncerError as error:
        yield wrong("settings", str(error), "Mend the setting that the sentence names.")
        return
    yield right("settings", f"{config.policy} is a policy; every setting can be read")
    yield from _database(installation)
    installation.database.dispose()
    yield _queue(config.redis_url)
    yield _mail(config)
    yield from _web("the intranet", "ANNOUNCER_INTRANET_URL", config.intranet_url)
    if config.newsroom_url:
        yield from _web("the newsroom", "ANNOUNCER_NEWSROOM_URL", config.newsroom_url)
    yield _posters(installation)
    yield _spelling(config, installation)
    if (home / "postgres").is_dir():  # on another machine, or in a container, its disk is not ours
        yield _disk(home)
    yield from _sign_in(config)


def _database(installation: Installation) -> Iterator[Finding]:
    try:
        installation.database.check()
        yield from checkup.of_database(installation, lambda: datetime.now(UTC))
    except AnnouncerError as error:
        yield wrong("PostgreSQL", str(error), "Start it, or correct DATABASE_URL.")


def _queue(url: str) -> Finding:
    name = "the queue"
    try:
        with redis.Redis.from_url(
            url.replace("redis+socket://", "unix://").partition("?virtual_host")[0],
            socket_connect_timeout=SECONDS,
            socket_timeout=SECONDS,
        ) as server:
            memory = server.info("memory")
    except (redis.RedisError, OSError, ValueError) as error:
        where = urlsplit(url)
        host = where.hostname or where.path
        return wrong(name, f"{host}: {error}", "REDIS_URL: start it, or correct the address.")
    policy = memory.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        return wrong(
            name,
            f"forgets messages when it is full ({policy})",
            "Set maxmemory-policy noeviction in its configuration.",
            only_warn=True,
        )
    return right(name, "answers and forgets nothing")


def _mail(config: Config) -> Finding:
    name, where = "the mail server", f"{config.smtp.host}:{config.smtp.port}"
    try:
        Connection.open(config.smtp).end()
    except OSError as error:
        return wrong(
            name,
            f"{where}: {said(error)}",
            "ANNOUNCER_SMTP_URL: correct host, port, password or certificate (?ca=…).",
        )
    return right(name, f"{where} greets us and lets us in")


def _web(name: str, setting: str, url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        socket.getaddrinfo(host, None)
    except OSError as error:
        yield wrong(name, f"{host}: {error.strerror}", f"{setting}: this name is not in DNS.")
        return
    if parts.scheme == "https":
        yield from _certificate(name, setting, host, parts.port or 443)
    try:
        answer = httpx.get(f"{url}/healthz", timeout=SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        yield wrong(name, f"{url}: {error}", f"{setting}: start it, or correct the address.")
        return
    if answer.status_code != httpx.codes.OK:
        said = f"{url}/healthz answers {answer.status_code}"
        yield wrong(name, said, f"{setting}: read its log; the proxy must let /healthz through.")
    else:
        yield right(name, f"{url} answers")


def _certificate(name: str, setting: str, host: str, port: int) -> Iterator[Finding]:
    try:
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except OSError as error:
        yield wrong(
            f"certificate of {name}",
            f"{host}:{port}: {error}",
            f"{setting}: renew the certificate.",
        )
        return
    ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    days = int((ends - datetime.now(UTC).timestamp()) // 86_400)
    if days < CERTIFICATE_DAYS:
        said = f"{host}: valid for {days} more days"
        yield wrong(f"certificate of {name}", said, "Renew the certificate.", only_warn=True)
    else:
        yield right(f"certificate of {name}", f"valid for {days} more days")


def _posters(installation: Installation) -> Finding:
    content = Content("", "", "Affisch", "", "Det här är ett prov.", ("alla",), "Växeln")
    edition = Edition(
        content, "sv", installation.sender, "prov", "", datetime.now(UTC).replace(microsecond=0)
    )
    try:
        poster(edition, str)
    except Exception as error:  # noqa: BLE001 - whatever it is, the doctor says it and goes on
        return wrong("posters", str(error), "Install the requirements again: fonts and Typst.")
    return right("posters", "fonts and compiler are there")


def _spelling(config: Config, installation: Installation) -> Finding:
    name, house = "spelling", installation.policy.organisation
    if hunspell.program() is None:
        return wrong(
            name,
            "Hunspell is not installed: nobody can have the spelling of a text checked",
            "Install Debian's packages 'hunspell' and 'hunspell-sv' where the intranet runs.",
            only_warn=True,
        )
    known = {
        language: hunspell.dictionary(config.dictionaries, language, house.country)
        for language in dict.fromkeys((house.language, *house.languages))
    }
    without = [language for language, found in known.items() if found is None]
    if known[house.language] is None:
        return wrong(
            name,
            f"no dictionary of {house.language} in {config.dictionaries}",
            "Install Debian's package 'hunspell-sv', or its like, or correct ANNOUNCER_DICTIONARIES.",
            only_warn=True,
        )
    found = ", ".join(one.name for one in known.values() if one)
    said = f"Hunspell checks by {found}"
    return right(name, f"{said}; there is none for {', '.join(without)}" if without else said)


def _disk(home: Path) -> Finding:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB free at {there}"
    if free < LEAST_DISK:
        return wrong("disk", said, "Make room: PostgreSQL stops when its disk is full.")
    return right("disk", said)


def _sign_in(config: Config) -> Iterator[Finding]:
    host = urlsplit(config.intranet_url).hostname or ""
    here = host in ("localhost", "127.0.0.1", "::1")
    if config.sign_in == "choose" and not here:
        yield wrong(
            "signing in",
            "people would choose themselves from a list",
            "ANNOUNCER_SIGN_IN: 'choose' is for evaluation on loopback only; take it away.",
        )
    if config.provider:
        yield _provider(config.provider)
        yield from _claim(config.provider)


def _provider(settings: IdentityProvider) -> Finding:
    name = "signing in"
    try:
        openid.Provider(settings, "").metadata(datetime.now(UTC))
    except ProviderAway as error:
        return wrong(
            name,
            error.why,
            "ANNOUNCER_OIDC_ISSUER: write it as the provider's own discovery document does, let this "
            "machine reach it, and trust its certificate.",
        )
    return right(name, f"{settings.issuer} says who people are")


def _claim(settings: IdentityProvider) -> Iterator[Finding]:
    """OpenID Connect Core 1.0 section 5.7: no claim but the subject is promised to stay one person's."""
    if settings.person_claim in CHANGEABLE:
        yield wrong(
            "who somebody is",
            f"{settings.person_claim} says it, which somebody may be able to change at the provider",
            "Whoever takes a colleague's name there is let in as that colleague. Forbid it there, or "
            "choose a claim that only the organisation sets: ANNOUNCER_OIDC_PERSON_CLAIM.",
            only_warn=True,
        )


COMMANDS = (doctor,)
