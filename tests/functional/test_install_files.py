"""What an operator installs: run as written, and with no right that it does not need."""

import re
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from announcer.bootstrap import install
from announcer.cli.main import cli
from announcer.config import Config
from announcer.domain.manuscript import read_manuscript
from announcer.embedded.mail import free_port
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.people.lookup import directory
from announcer.services import reviewing, writing
from announcer.services.importing import IMPORTS
from announcer.services.status import of
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.deployed import (
    ANSWERS,
    UNITS,
    Place,
    Process,
    answers,
    compose,
    init,
    of_compose,
    of_systemd,
    read_unit,
    running,
    until,
)
from tests.world import BESLUT, EXAMPLES, ROOT

#: What only the owner may have.
OWNERS = {"owner_password", "owner_url", "superuser_password"}
#: What runs once and ends: with the owner's credentials, and where nobody from outside reaches it.
ONCE = {"migrate", "keeper", "backup"}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("read", [of_compose, of_systemd], ids=["compose", "systemd"])
def test_every_command_runs_as_it_is_written_and_carries_an_announcement(
    read: Callable[[Path], dict[str, Process]],
    folder: Path,
    place: Place,
    smtp: RecordingSmtp,
    tmp_path: Path,
) -> None:
    processes = read(folder)
    once = {name: processes.pop(name) for name in ONCE & processes.keys()}
    _runs_once(once.pop("migrate"), place, tmp_path)
    with ExitStack() as stack:
        started = {
            name: stack.enter_context(running(process, place, tmp_path / f"{name}.log"))
            for name, process in processes.items()
        }
        for address in (":8080", ":8081"):
            url = f"http://127.0.0.1{place.put_in(address)}/healthz"
            until(lambda url=url: answers(url), url)
        _carries_an_announcement(folder, place, processes["dispatcher"], smtp)
        for name, process in processes.items():
            assert started[name].poll() is None, (tmp_path / f"{name}.log").read_text()
            if process.health:
                _, environ = process.in_(place)
                health = [place.put_in(word) for word in process.health]
                asked = subprocess.run(health, env=environ, check=False, capture_output=True)
                assert asked.returncode == 0, (name, asked.stderr)
        (backup,) = once.values()
        assert "bytes" in _runs_once(backup, place, tmp_path)


def _runs_once(process: Process, place: Place, folder: Path) -> str:
    argv, environ = process.in_(place)
    done = subprocess.run(
        argv, env=environ, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _carries_an_announcement(
    folder: Path, place: Place, process: Process, smtp: RecordingSmtp
) -> None:
    """Two people from the lists that `init` wrote and the examples; one writes, one approves."""
    _, environ = process.in_(place)
    installation = install(Config.read(environ))
    first = {name: (folder / "first" / f"{name}.csv").read_bytes() for name in ("units", "staff")}
    assert [IMPORTS[name](installation, first[name]).findings for name in first] == [(), ()]
    for name in ("units", "staff", "press"):
        IMPORTS[name](installation, (EXAMPLES / "organisation" / f"{name}.csv").read_bytes())
    with installation.database.reading() as session:
        people = directory(session)
    chief = next(one for one in people if (one.unit, one.role) == ("bildning", "chef"))
    communicator = next(one for one in people if one.unit == "info")
    text = BESLUT.format(title="Biblioteket öppnar klockan 9", audience='["bibliotek"]')
    public_id = writing.submit(
        installation, chief, read_manuscript(text.encode(), lambda _: b"")
    ).public_id
    reviewing.approve(installation, communicator, public_id)

    def reached() -> bool:
        steps = {step.channel: step for step in of(installation, public_id).steps}
        return bool(steps["intranet"].confirmed_at and steps["email"].settled_at)

    until(reached, "the page is up and staff have the mail")
    assert smtp.messages
    assert all(r.endswith("@hallefors.example") for m in smtp.messages for r in m.recipients)
    installation.database.dispose()


def test_a_health_check_is_red_where_nobody_serves(folder: Path, place: Place) -> None:
    for name, process in of_compose(folder).items():
        if process.health:
            _, environ = process.in_(place)
            health = [place.put_in(word) for word in process.health]
            asked = subprocess.run(health, env=environ, check=False, capture_output=True)
            assert asked.returncode == 1, name
            assert asked.stderr, name


def test_no_service_has_more_rights_than_it_needs() -> None:
    for name, service in compose()["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"] is True, name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert not service.keys() & {"privileged", "network_mode", "pid", "ipc", "devices"}, name
        volumes = service.get("volumes", ())
        assert not any("docker.sock" in str(volume) for volume in volumes), name
        if "build" in service:
            assert service["user"].split(":")[0] != "0", name
            written = [volume for volume in volumes if not str(volume).endswith(":ro")]
            assert [volume["target"] for volume in written] == ["/backup"] * (name == "keeper")
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), "a proxy with TLS stands in front"


def test_every_service_says_how_it_is_or_ends_by_itself() -> None:
    for name, service in compose()["services"].items():
        assert ("healthcheck" in service) != (service.get("restart") == "no"), name


@pytest.mark.parametrize("read", [of_compose, of_systemd], ids=["compose", "systemd"])
def test_the_public_side_has_nothing_of_the_other_house(read, folder: Path) -> None:
    newsroom = read(folder)["newsroom"]
    assert newsroom.secrets == {"newsroom_url"}
    ours = {name for name in newsroom.environ if re.match("ANNOUNCER|.*DATABASE|.*REDIS", name)}
    assert ours == {"NEWSROOM_DATABASE_URL_FILE", "ANNOUNCER_POLICY", "ANNOUNCER_NEWSROOM_URL"}


def test_only_what_runs_once_gets_what_is_the_owners(folder: Path) -> None:
    for read in (of_compose, of_systemd):
        for name, process in read(folder).items():
            assert name in ONCE or not process.secrets & OWNERS, name


def test_the_newsroom_reaches_the_database_and_nothing_else_inside() -> None:
    services = compose()["services"]
    networks = {name: set(service["networks"]) for name, service in services.items()}
    shared = {
        name for name in networks if name != "newsroom" and networks[name] & networks["newsroom"]
    }
    assert shared == {"postgres"}


def test_each_house_has_a_user_of_its_own_and_a_fence() -> None:
    users = {}
    for file in UNITS.glob("*.service"):
        rows = dict(read_unit(file))
        users[file.stem] = rows["User"]
        for key, value in {
            "NoNewPrivileges": "yes",
            "ProtectSystem": "strict",
            "ProtectHome": "yes",
            "PrivateTmp": "yes",
            "CapabilityBoundingSet": "",
        }.items():
            assert rows[key] == value, (file.name, key)
        assert "ANNOUNCER_SECRET_KEY=" not in file.read_text(encoding="utf-8")
    assert users.pop("announcer-newsroom") == "announcer-newsroom"
    assert users.pop("announcer-backup") == "announcer-keeper"
    assert set(users.values()) == {"announcer"}
    target = (UNITS / "announcer.target").read_text(encoding="utf-8")
    assert all(f"{name}.service" in target for name in [*users, "announcer-newsroom"])


def test_the_image_holds_no_secret_and_nothing_that_is_not_named() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1] for line in lines if re.match("COPY (?!--from)", line)]
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in allowed
    assert all(f"!{name}" in allowed for name in copied)
    assert not {"secrets", "tests", ".git", ".", "deploy"} & set(copied)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert not any(re.match("(ARG|ENV).*(PASSWORD|SECRET|TOKEN|KEY)", line) for line in lines)


def test_the_roles_are_as_the_embedded_database_makes_them(server: EmbeddedPostgres) -> None:
    said = (ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8")
    with psycopg.connect(server.superuser_url.replace("+psycopg", "")) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolconnlimit, rolconfig"
            " FROM pg_roles WHERE rolname LIKE 'announcer%'"
        ).fetchall()
    assert len(rows) == 3
    for name, *powers, limit, settings in rows:
        assert powers == [False, False, False]
        made = re.search(rf"ALTER ROLE {name} LOGIN ([^;]+);", said)
        assert made
        assert f"NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT {limit}\n" in made[1]
        given = re.findall(rf"ALTER ROLE {name} SET (\w+) = '(\w+)';", said)
        assert [f"{key}={value}" for key, value in given] == (settings or [])


# announcer init ------------------------------------------------------------------------------


def test_a_second_init_keeps_every_secret_and_the_policy(folder: Path) -> None:
    def everything() -> dict[str, bytes]:
        files = [*(folder / "secrets").iterdir(), folder / "policy" / "policy.toml"]
        return {str(file): file.read_bytes() for file in files}

    before = everything()
    said = init(folder, name="Ett annat namn")
    assert everything() == before
    assert "0 new secrets" in said
    assert "policy.toml is there already" in said


def test_the_secrets_lie_behind_a_fence_and_differ(folder: Path) -> None:
    secrets = folder / "secrets"
    assert secrets.stat().st_mode & 0o777 == 0o700
    passwords = [path.read_text(encoding="utf-8") for path in secrets.glob("*_password")]
    assert len(set(passwords)) == len(passwords) == 5
    assert {len(password) >= 32 for password in passwords} == {True}
    for file in (folder / "announcer.env", folder / "newsroom.env"):
        assert not any(password in file.read_text(encoding="utf-8") for password in passwords)


def test_what_is_asked_for_again_is_what_was_wrong(tmp_path: Path) -> None:
    told = {name: value for name, value in ANSWERS.items() if name not in ("intranet", "email")}
    done = CliRunner().invoke(
        cli,
        ["init", f"--to={tmp_path}", "--no-mail-test", *(f"--{n}={v}" for n, v in told.items())],
        input="inte en adress\nkommun@exempel.example\n\n\nftp://fel\nhttps://intra.exempel.example\n\n\n",
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    assert done.output.count("Sender of all mail") == 2
    assert done.output.count("The intranet's public address") == 2
    env = (tmp_path / "announcer.env").read_text(encoding="utf-8")
    assert "ANNOUNCER_INTRANET_URL=https://intra.exempel.example\n" in env


def test_a_mail_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    port = free_port()
    options = [
        f"--{name}={value}"
        for name, value in {**ANSWERS, "smtp": f"smtp://127.0.0.1:{port}"}.items()
    ]
    defaults = ["--colour=#123456", "--accent=#654321", "--database-host=db", "--redis-host=redis"]
    done = CliRunner().invoke(cli, ["init", f"--to={tmp_path / 'x'}", *options, *defaults])
    assert done.exit_code != 0
    assert f"127.0.0.1:{port}" in str(done.exception)
    assert not (tmp_path / "x").exists()
