"""Settings: read once, from the environment, into something that does not change.

A secret can stand in a file instead: ``ANNOUNCER_SECRET_KEY_FILE`` names the file that holds
what ``ANNOUNCER_SECRET_KEY`` would. See ``docs/operator.md`` for every name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from announcer.channels.smtp import SmtpServer
from announcer.domain.errors import SetupError

#: Every setting, with what it is for; the operator's page lists the same.
SETTINGS: Mapping[str, str] = {
    "DATABASE_URL": "PostgreSQL as the role announcer_app, postgresql+psycopg://…",
    "REDIS_URL": "Redis or Valkey for the queue, redis://… or redis+socket://…",
    "ANNOUNCER_POLICY": "the policy file",
    "ANNOUNCER_INTRANET_URL": "the intranet's public address, where the read-back reads",
    "ANNOUNCER_SECRET_KEY": "signs sessions and reader tokens; at least 32 characters",
    "ANNOUNCER_SMTP_URL": "the mail server, smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]",
    "ANNOUNCER_SIGN_IN": "how people sign in; 'choose' (from a list) is for evaluation on loopback",
}
OPTIONAL: Mapping[str, str] = {"ANNOUNCER_SIGN_IN": ""}
_SECURITY: Mapping[str, tuple[Literal["none", "starttls", "tls"], int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}


@dataclass(frozen=True)
class Config:
    """All settings of one process."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    policy: Path
    intranet_url: str
    secret_key: str = field(repr=False)
    smtp: SmtpServer
    sign_in: str = ""

    @staticmethod
    def read(environ: Mapping[str, str]) -> "Config":
        """Raises `SetupError` naming the setting that is missing or wrong."""
        values = {name: _value(environ, name) for name in SETTINGS}
        if len(values["ANNOUNCER_SECRET_KEY"]) < 32:
            raise SetupError("ANNOUNCER_SECRET_KEY: use at least 32 random characters.")
        address = values["ANNOUNCER_INTRANET_URL"].rstrip("/")
        if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
            raise SetupError(f"ANNOUNCER_INTRANET_URL: {address!r} is no http or https address.")
        return Config(
            database_url=values["DATABASE_URL"],
            redis_url=values["REDIS_URL"],
            policy=Path(values["ANNOUNCER_POLICY"]),
            intranet_url=address,
            secret_key=values["ANNOUNCER_SECRET_KEY"],
            smtp=smtp_server(values["ANNOUNCER_SMTP_URL"]),
            sign_in=values["ANNOUNCER_SIGN_IN"],
        )


def given(environ: Mapping[str, str], name: str) -> str | None:
    """One setting, from its file where one is named; None where nobody gave it.

    Raises `SetupError` for a file that cannot be read.
    """
    file = environ.get(f"{name}_FILE")
    if not file:
        return environ.get(name)
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SetupError(f"{name}_FILE: cannot read {file}: {error.strerror}.") from None


def _value(environ: Mapping[str, str], name: str) -> str:
    value = given(environ, name)
    value = OPTIONAL.get(name) if value is None else value
    if value is None:
        raise SetupError(f"{name} is not set. It says {SETTINGS[name]}.")
    return value


def smtp_server(url: str) -> SmtpServer:
    """``smtp://``, ``smtp+starttls://`` or ``smtps://`` as settings. Raises `SetupError`."""
    parts = urlsplit(url)
    if parts.scheme not in _SECURITY or not parts.hostname:
        raise SetupError(
            "ANNOUNCER_SMTP_URL: write smtp://, smtp+starttls:// or smtps:// and a host."
        )
    security, port = _SECURITY[parts.scheme]
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or port,
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        helo_name=parse_qs(parts.query).get("helo", [""])[0],
    )
