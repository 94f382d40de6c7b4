"""Installing: `migrate` makes or upgrades the schema, `init` asks what an installation needs."""

import os
import secrets
import shutil
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

from announcer.bootstrap import read_policy
from announcer.config import given, smtp_server
from announcer.db import migrating, schema
from announcer.domain.errors import SetupError
from announcer.people.address import mail_address

#: What comes with the program.
POLICIES = Path(__file__).parents[2] / "policies"
SHIPPED = "hallefors.toml"


@click.command()
def migrate() -> None:
    """Make or upgrade the schema of the database named by DATABASE_OWNER_URL."""
    url = given(os.environ, "DATABASE_OWNER_URL")
    if not url:
        raise SetupError(
            "DATABASE_OWNER_URL is not set. It names PostgreSQL as the role announcer_owner. "
            "On embedded servers nothing needs to be prepared: 'announcer run' does it."
        )
    migrating.upgrade(url)
    click.echo(f"The database has schema {schema.known_revision()}.")


@dataclass(frozen=True)
class Answers:
    """What `init` was told."""

    name: str
    short_name: str
    address: str
    phone: str
    email: str
    web: str
    colour: str
    accent: str
    intranet: str
    newsroom: str
    smtp: str
    database_host: str
    redis_host: str
    person: str


def _line(value: str) -> str:
    value = value.strip()
    if not value or len(value) > 300 or not value.isprintable():
        raise click.BadParameter("write one line.")
    return value


def _colour(value: str) -> str:
    digits = value.strip().lower().removeprefix("#")
    if len(digits) != 6 or set(digits) - set("0123456789abcdef"):
        raise click.BadParameter('write a colour as "#1f4d3f".')
    return f"#{digits}"


def _url(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.BadParameter('write an address with "https://" and a host.')
    return value.strip().rstrip("/")


def _mailbox(value: str) -> str:
    found = mail_address(value)
    if not found:
        raise click.BadParameter("write one mail address.")
    return found


def _smtp(value: str) -> str:
    try:
        smtp_server(value.strip())
    except SetupError as error:
        raise click.BadParameter(str(error)) from None
    return value.strip()


def _person(value: str) -> str:
    value = _line(value)
    if len(value) > 40 or "," in value or '"' in value:
        raise click.BadParameter("write a short id without commas, as in your directory of staff.")
    return value


#: Option, question, what makes sense without an answer, and what an answer must be.
QUESTIONS: tuple[tuple[str, str, str | None, Callable[[str], str]], ...] = (
    ("name", "Organisation", None, _line),
    ("short-name", "Short name", None, _line),
    ("address", "Street address", None, _line),
    ("phone", "Telephone", None, _line),
    ("email", "Sender of all mail", None, _mailbox),
    ("web", "Web site", None, _line),
    ("colour", "Colour", "#1f4d3f", _colour),
    ("accent", "Second colour", "#b3541e", _colour),
    ("intranet", "The intranet's public address", None, _url),
    ("newsroom", "The newsroom's public address", None, _url),
    ("smtp", "Mail server, as smtp+starttls://user:password@host", None, _smtp),
    ("database-host", "Host of PostgreSQL", "postgres", _line),
    ("redis-host", "Host of Redis or Valkey", "redis", _line),
    ("person", "Your own id in the directory of staff", None, _person),
)  # fmt: skip


def _asked(command: Callable[..., None]) -> click.Command:
    """The command with an option for every question, so that nobody needs to be asked."""
    for name, question, default, check in reversed(QUESTIONS):

        def proc(value: str, check: Callable[[str], str] = check) -> str:
            return check(value)

        command = click.option(
            f"--{name}",
            prompt=question,
            default=default,
            type=click.UNPROCESSED,
            callback=lambda _context, _parameter, value, proc=proc: proc(value),
        )(command)
    return click.command()(command)


@_asked
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Where to write; here if not given.",
)
@click.option("--no-mail-test", is_flag=True, help="Do not greet the mail server.")
@click.pass_context
def init(context: click.Context, /, *, folder: Path, no_mail_test: bool, **told: str) -> None:
    """Ask what an installation needs, and write its settings, secrets and policy."""
    answers = Answers(**told)
    if not no_mail_test:
        _greet(answers.smtp, ask=context.get_parameter_source("smtp") is ParameterSource.PROMPT)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    _write_policy(folder / "policy", answers)
    _write(folder / "announcer.env", _settings(answers))
    _write(folder / "newsroom.env", f"ANNOUNCER_NEWSROOM_URL={answers.newsroom}\n")
    made = _write_secrets(folder / "secrets", answers)
    _write_people(folder / "first", answers)
    _open_to_the_programs(folder)
    click.echo(f"Written to {folder.absolute()}; {made} new secrets, the others kept as they were.")
    click.echo(NEXT.format(person=answers.person))


NEXT = """\
Next, with Docker:
  docker compose up -d
  docker compose run --rm -v ./first:/first:ro intranet python -m announcer import units /first/units.csv
  docker compose run --rm -v ./first:/first:ro intranet python -m announcer import staff /first/staff.csv
  docker compose run --rm intranet python -m announcer sign-in {person}
The last one prints an address at which {person} can sign in. Without Docker: docs/operate.md, "With
systemd". You are the information unit until you import your own lists of units and staff."""


def _greet(smtp: str, *, ask: bool) -> None:
    """Say EHLO, as a first mail would. Raises `SetupError`, or asks whether to go on."""
    server = smtp_server(smtp)
    kind = smtplib.SMTP_SSL if server.security == "tls" else smtplib.SMTP
    try:
        with kind(server.host, server.port, timeout=10) as connection:
            connection.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        said = f"smtp: {server.host}:{server.port} does not greet us: {error}."
        if not ask:
            raise SetupError(f"{said} Correct it, or give --no-mail-test.") from None
        click.echo(said, err=True)
        click.confirm("Go on all the same?", abort=True)


def _write_policy(folder: Path, answers: Answers) -> None:
    """The shipped policy beside one of the organisation's own that is laid over it.

    One that is there already is kept: it is the organisation's text now.
    """
    folder.mkdir(exist_ok=True)
    shutil.copy(POLICIES / SHIPPED, folder / SHIPPED)
    logo = folder / "hallefors"
    if not logo.exists():
        shutil.copytree(POLICIES / "hallefors", logo)
    own = folder / "policy.toml"
    if own.exists():
        click.echo(f"{own} is there already and was not touched.")
    else:
        _write(own, _policy(answers))
    read_policy(own)


def _policy(answers: Answers) -> str:
    names = ("name", "short_name", "address", "phone", "email", "web", "colour", "accent")
    rows = "".join(f"{name} = {_quoted(getattr(answers, name))}\n" for name in names)
    return (
        f'derived_from = "{SHIPPED}"\n'
        f"name = {_quoted(f'Policy: {answers.name}')}\n\n"
        f"[organisation]  # what is not here is as in {SHIPPED}; put your logo in its place\n{rows}"
    )


def _quoted(text: str) -> str:
    """A TOML basic string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _settings(answers: Answers) -> str:
    return f"ANNOUNCER_INTRANET_URL={answers.intranet}\nANNOUNCER_NEWSROOM_URL={answers.newsroom}\n"


def _write_secrets(folder: Path, answers: Answers) -> int:
    """Every secret in a file of its own; returns how many were made now.

    The folder is the fence (mode 700). The files can be read by the containers' users, because
    Docker shows a file with the owner and mode it has here.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    made = 0
    for name in ("superuser", "owner", "app", "newsroom", "redis"):
        made += _keep(folder / f"{name}_password", secrets.token_urlsafe(32))
    known = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*_password")}
    for name, text in _derived(answers, known).items():
        made += _keep(folder / name, text)
    for name in ("secret_key", "metrics_token"):
        made += _keep(folder / name, secrets.token_urlsafe(48))
    made += _keep(folder / "smtp_url", answers.smtp)
    return made


def _derived(answers: Answers, known: Mapping[str, str]) -> Mapping[str, str]:
    def database(role: str) -> str:
        host = answers.database_host
        return f"postgresql+psycopg://announcer_{role}:{known[f'{role}_password']}@{host}/announcer"

    password = known["redis_password"]
    return {
        "owner_url": database("owner"),
        "database_url": database("app"),
        "newsroom_url": database("newsroom"),
        "redis_url": f"redis://:{password}@{answers.redis_host}:6379/0",
        "redis_conf": (
            "bind * -::*\nport 6379\nprotected-mode yes\n"
            f"requirepass {password}\nmaxmemory-policy noeviction\n"
            "appendonly yes\nappendfsync everysec\ndir /data\n"
        ),
    }


def _keep(path: Path, text: str) -> int:
    if path.exists():
        return 0
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o444)
    return 1


def _write_people(folder: Path, answers: Answers) -> None:
    """The first unit and its only person, who may approve and release."""
    folder.mkdir(exist_ok=True)
    _write(
        folder / "units.csv",
        f"unit,name,kind,parent,workplace\ninfo,Informationsenheten,enhet,,{_cell(answers.address)}\n",
    )
    _write(
        folder / "staff.csv",
        "person,unit,workplace,role,email,language\n"
        f"{answers.person},info,{_cell(answers.address)},informatör,{answers.email},sv\n",
    )


def _open_to_the_programs(folder: Path) -> None:
    """What is no secret is read by the programs' users, whatever umask was in force here."""
    (folder / "announcer.env").chmod(0o644)
    (folder / "newsroom.env").chmod(0o644)
    for name in ("policy", "first"):
        for path in (folder / name, *(folder / name).rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


COMMANDS = (migrate, init)
