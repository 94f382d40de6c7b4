"""A mail server's address as settings: ``smtps://user:password@host:port?connections=2``."""

import ssl
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from announcer.channels.smtp.server import BOUNDS, SmtpServer
from announcer.domain.errors import SetupError

_SECURITY: Mapping[str, tuple[Literal["none", "starttls", "tls"], int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
#: What may stand behind the question mark, and the field it sets.
_WORDS: Mapping[str, str] = {"helo": "helo_name", "ca": "ca"}


def server_at(url: str) -> SmtpServer:
    """Raises SetupError that says which part of the address is wrong and how to write it."""
    parts = urlsplit(url)
    if parts.scheme not in _SECURITY or not parts.hostname:
        raise SetupError("write smtp://, smtp+starttls:// or smtps:// and a host.")
    security, usual = _SECURITY[parts.scheme]
    settings = _settings(parts.query)
    _check_authority(str(settings.get("ca", "")))
    return SmtpServer(
        host=parts.hostname,
        port=_port(parts) or usual,
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        **settings,
    )


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise SetupError("the port is a number from 1 to 65535.") from None


def _settings(query: str) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name, values in parse_qs(query, keep_blank_values=True).items():
        if name not in (*_WORDS, *BOUNDS):
            known = ", ".join((*_WORDS, *BOUNDS))
            raise SetupError(f"there is no setting {name!r}: use {known}.")
        if len(values) != 1 or not values[0]:
            raise SetupError(f"{name}: give one value.")
        settings[_WORDS.get(name, name)] = _number(name, values[0]) if name in BOUNDS else values[0]
    return settings


def _number(name: str, value: str) -> int:
    least, most = BOUNDS[name]
    if not (value.isascii() and value.isdigit()):
        raise SetupError(f"{name} is {value!r}: use a number from {least} to {most}.")
    return int(value)


def _check_authority(path: str) -> None:
    """Read the file now, so that a wrong path is not first noticed by a mail that waits."""
    if not path:
        return
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:  # what is no certificate is an SSLError, which is one too
        reason = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise SetupError(f"ca: cannot use {path}: {reason}.") from None
