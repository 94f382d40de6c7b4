"""Settings: read once, from the environment, into something that does not change.

A secret can stand in a file instead: ``ANNOUNCER_SECRET_KEY_FILE`` names the file that holds
what ``ANNOUNCER_SECRET_KEY`` would. See ``docs/operate.md`` for every name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from announcer.channels.registry import PREFIX
from announcer.channels.smtp import SmtpServer
from announcer.channels.smtp.url import server_at
from announcer.domain.errors import SetupError
from announcer.domain.identity import SCOPE, IdentityProvider, is_private_enough

#: Every setting, with what it is for; the operator's page lists the same.
SETTINGS: Mapping[str, str] = {
    "DATABASE_URL": "PostgreSQL as the role announcer_app, postgresql+psycopg://…",
    "REDIS_URL": "Redis or Valkey for the queue, redis://… or redis+socket://…",
    "ANNOUNCER_POLICY": "the policy file",
    "ANNOUNCER_INTRANET_URL": "the intranet's public address, where the read-back reads",
    "ANNOUNCER_SECRET_KEY": "signs sessions and reader tokens; at least 32 characters",
    "ANNOUNCER_SMTP_URL": "the mail server, smtp://, smtp+starttls:// or smtps://[user:password@]host[:port]",
    "ANNOUNCER_SIGN_IN": "how people sign in; 'oidc' by an identity provider, 'choose' (from a list) for evaluation",
    "ANNOUNCER_OIDC_ISSUER": "the identity provider's issuer, https://…",
    "ANNOUNCER_OIDC_CLIENT_ID": "what the identity provider calls this intranet",
    "ANNOUNCER_OIDC_CLIENT_SECRET": "what this intranet shows the identity provider",
    "ANNOUNCER_OIDC_PERSON_CLAIM": "the claim that holds a person's id in the directory of staff",
    "ANNOUNCER_OIDC_GROUPS_CLAIM": "the claim that holds a person's groups, for roles by group",
    "ANNOUNCER_OIDC_SCOPE": "what is asked of the identity provider; openid is among it",
    "ANNOUNCER_SESSION_HOURS": "after how many hours everybody signs in again",
    "ANNOUNCER_SESSION_IDLE_HOURS": "after how many hours of doing nothing somebody signs in again",
    "ANNOUNCER_NEWSROOM_URL": "the newsroom's public address",
    "ANNOUNCER_METRICS_TOKEN": "what Prometheus must show to read /metrics; at least 32 characters",
    "ANNOUNCER_DICTIONARIES": "the folder of Hunspell's dictionaries, for the check of spelling",
}
OPTIONAL: Mapping[str, str] = {
    "ANNOUNCER_SIGN_IN": "",
    "ANNOUNCER_OIDC_ISSUER": "",
    "ANNOUNCER_OIDC_CLIENT_ID": "",
    "ANNOUNCER_OIDC_CLIENT_SECRET": "",
    "ANNOUNCER_OIDC_PERSON_CLAIM": "preferred_username",
    "ANNOUNCER_OIDC_GROUPS_CLAIM": "groups",
    "ANNOUNCER_OIDC_SCOPE": SCOPE,
    "ANNOUNCER_SESSION_HOURS": "12",
    "ANNOUNCER_SESSION_IDLE_HOURS": "4",
    "ANNOUNCER_NEWSROOM_URL": "",
    "ANNOUNCER_METRICS_TOKEN": "",
    "ANNOUNCER_DICTIONARIES": "/usr/share/hunspell",
}
#: Of ANNOUNCER_SIGN_IN: by OpenID Connect.
OIDC = "oidc"
#: Characters; shorter ones can be guessed.
SHORTEST_SECRET = 32
#: The whole environment of the newsroom's process; it must hold nothing of the other house.
NEWSROOM_SETTINGS: Mapping[str, str] = {
    "NEWSROOM_DATABASE_URL": "PostgreSQL as the role announcer_newsroom, postgresql+psycopg://…",
    "ANNOUNCER_POLICY": SETTINGS["ANNOUNCER_POLICY"],
    "ANNOUNCER_NEWSROOM_URL": SETTINGS["ANNOUNCER_NEWSROOM_URL"],
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
    #: Who says who somebody is; None where people sign in otherwise.
    provider: IdentityProvider | None = None
    #: How long a session lasts, and how long without a request.
    session_life: timedelta = timedelta(hours=12)
    session_idle: timedelta = timedelta(hours=4)
    #: Where released announcements stand; empty where the organisation has no newsroom of ours.
    newsroom_url: str = ""
    #: Opens /metrics; where it is empty nobody may read them.
    metrics_token: str = field(default="", repr=False)
    #: Of Hunspell, by which spelling is checked where somebody asks for it.
    dictionaries: Path = Path(OPTIONAL["ANNOUNCER_DICTIONARIES"])
    #: Of channels that other packages bring: ANNOUNCER_CHANNEL_…, each as its package says.
    channels: Mapping[str, str] = field(default_factory=dict, repr=False)

    @staticmethod
    def read(environ: Mapping[str, str]) -> "Config":
        """Raises `SetupError` naming the setting that is missing or wrong."""
        values = {name: _value(environ, name, SETTINGS) for name in SETTINGS}
        for name in ("ANNOUNCER_SECRET_KEY", "ANNOUNCER_METRICS_TOKEN"):
            optional = name in OPTIONAL and not values[name]
            if len(values[name]) < SHORTEST_SECRET and not optional:
                raise SetupError(f"{name}: use at least {SHORTEST_SECRET} random characters.")
        return Config(
            database_url=values["DATABASE_URL"],
            redis_url=values["REDIS_URL"],
            policy=Path(values["ANNOUNCER_POLICY"]),
            intranet_url=_address(values, "ANNOUNCER_INTRANET_URL"),
            secret_key=values["ANNOUNCER_SECRET_KEY"],
            smtp=smtp_server(values["ANNOUNCER_SMTP_URL"]),
            sign_in=values["ANNOUNCER_SIGN_IN"],
            provider=_provider(values) if values["ANNOUNCER_SIGN_IN"] == OIDC else None,
            session_life=_hours(values, "ANNOUNCER_SESSION_HOURS"),
            session_idle=_hours(values, "ANNOUNCER_SESSION_IDLE_HOURS"),
            newsroom_url=values["ANNOUNCER_NEWSROOM_URL"]
            and _address(values, "ANNOUNCER_NEWSROOM_URL"),
            metrics_token=values["ANNOUNCER_METRICS_TOKEN"],
            dictionaries=Path(values["ANNOUNCER_DICTIONARIES"]),
            channels=of_channels(environ),
        )


@dataclass(frozen=True)
class NewsroomConfig:
    """All settings of the newsroom's process."""

    database_url: str = field(repr=False)
    policy: Path
    url: str

    @staticmethod
    def read(environ: Mapping[str, str]) -> "NewsroomConfig":
        """Raises `SetupError` naming the setting that is missing or wrong, or that the public
        side must not have at all."""
        for name in (SETTINGS.keys() - NEWSROOM_SETTINGS.keys()) | of_channels(environ).keys():
            if name in environ or f"{name}_FILE" in environ:
                raise SetupError(
                    f"{name}: the newsroom must not have this setting. It is the public side: take "
                    "it out of this process's environment and leave it to the others."
                )
        values = {name: _value(environ, name, NEWSROOM_SETTINGS) for name in NEWSROOM_SETTINGS}
        return NewsroomConfig(
            database_url=values["NEWSROOM_DATABASE_URL"],
            policy=Path(values["ANNOUNCER_POLICY"]),
            url=_address(values, "ANNOUNCER_NEWSROOM_URL"),
        )


def _address(values: Mapping[str, str], name: str) -> str:
    """A public address without its last slash. Raises `SetupError`."""
    address = values[name].rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SetupError(f"{name}: {address!r} is no http or https address.")
    return address


def _hours(values: Mapping[str, str], name: str) -> timedelta:
    """A length of time. Raises `SetupError`."""
    try:
        found = timedelta(hours=float(values[name]))
    except (ValueError, OverflowError):
        found = timedelta()
    if found <= timedelta():
        raise SetupError(f"{name}: {values[name]!r} is no number of hours above 0.")
    return found


def _provider(values: Mapping[str, str]) -> IdentityProvider:
    """The identity provider. Raises `SetupError`."""
    for name in (
        "ANNOUNCER_OIDC_ISSUER",
        "ANNOUNCER_OIDC_CLIENT_ID",
        "ANNOUNCER_OIDC_CLIENT_SECRET",
    ):
        if not values[name]:
            raise SetupError(f"{name} is not set. It says {SETTINGS[name]}.")
    issuer = values["ANNOUNCER_OIDC_ISSUER"]
    if not is_private_enough(issuer):
        raise SetupError(f"ANNOUNCER_OIDC_ISSUER: {issuer!r} is no https address.")
    if "openid" not in values["ANNOUNCER_OIDC_SCOPE"].split():
        raise SetupError("ANNOUNCER_OIDC_SCOPE: openid must be among it.")
    return IdentityProvider(
        issuer=issuer,
        client_id=values["ANNOUNCER_OIDC_CLIENT_ID"],
        client_secret=values["ANNOUNCER_OIDC_CLIENT_SECRET"],
        person_claim=values["ANNOUNCER_OIDC_PERSON_CLAIM"],
        groups_claim=values["ANNOUNCER_OIDC_GROUPS_CLAIM"],
        scope=values["ANNOUNCER_OIDC_SCOPE"],
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


def of_channels(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings of channels that other packages bring. Raises `SetupError` as :func:`given`."""
    names = {name.removesuffix("_FILE") for name in environ if name.startswith(PREFIX)}
    return {name: given(environ, name) or "" for name in sorted(names)}


def _value(environ: Mapping[str, str], name: str, settings: Mapping[str, str]) -> str:
    value = given(environ, name)
    if value is None and settings is SETTINGS:
        value = OPTIONAL.get(name)
    if value is None:
        raise SetupError(f"{name} is not set. It says {settings[name]}.")
    return value


def smtp_server(url: str) -> SmtpServer:
    """``smtp://``, ``smtp+starttls://`` or ``smtps://`` as settings. Raises `SetupError`."""
    try:
        return server_at(url)
    except SetupError as error:
        raise SetupError(f"ANNOUNCER_SMTP_URL: {error}") from None
