"""What is typed on a server with systemd: the roles from the files, and `announcer` as root does it."""

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from announcer.embedded.mail import free_port
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.composed import Postgres, postgres_as_written
from tests.functional.deployed import PROGRAMS, Place, init
from tests.functional.test_first_day import OPERATOR, typed
from tests.world import ROOT

COMMAND = (ROOT / "deploy" / "systemd" / "announcer").read_text(encoding="utf-8")
#: Whoever runs the tests has no such users to become.
BECOMES = (
    'setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs --bounding-set=-all'
)


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    """A server without our roles."""
    with postgres_as_written(folder / "secrets", free_port(), first_start=False) as found:
        yield found


@pytest.fixture
def etc(folder: Path, postgres: Postgres, smtp: RecordingSmtp) -> Path:
    """/etc/announcer, as `announcer init` writes it for this server."""
    place = folder.parent / "server" / "etc"
    init(
        place,
        **{"database-host": f"127.0.0.1:{postgres.port}", "redis-host": "localhost"},
        smtp=f"smtp://127.0.0.1:{smtp.port}?helo=test.example",
    )
    return place


def types(line: str, place: Place, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", place.put_in(line)],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


def test_the_roles_and_the_command_work_as_they_are_typed(
    etc: Path, postgres: Postgres, tmp_path: Path
) -> None:
    lines = typed(OPERATOR)
    roles = next(line for line in lines if "roles.sql" in line and "runuser" in line)
    here = Place(
        {
            "/etc/announcer": str(etc),
            "/opt/announcer/deploy": str(ROOT / "deploy"),
            # The superuser may be asked over the network here, with the password that the image got.
            "runuser -u postgres -- ": "",
        }
    )
    made = types(roles, here, postgres.as_superuser())
    assert made.returncode == 0, made.stderr
    assert not made.stdout.count("ERROR")
    for who in ("owner", "database", "newsroom"):
        url = (etc / "secrets" / f"{who}_url").read_text(encoding="utf-8")
        psycopg.connect(url.replace("+psycopg", "")).close()

    program = tmp_path / "announcer"
    assert BECOMES in COMMAND
    program.write_text(
        COMMAND.replace("etc=/etc/announcer", f"etc={shlex.quote(str(etc))}")
        .replace("opt=/opt/announcer", f"opt={shlex.quote(str(ROOT))}")
        .replace('"$opt/venv/bin/python"', str(PROGRAMS / "python"))
        .replace(BECOMES, 'env BECAME="$user"'),
        encoding="utf-8",
    )
    program.chmod(0o755)

    def announcer(words: str) -> str:
        done = types(
            f"{program} {words}", Place({"/etc/announcer": str(etc)}), {"PATH": os.defpath}
        )
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    assert "schema" in announcer("migrate")
    first = lines[lines.index(roles) :]
    commands = [line for line in first if line.startswith("announcer ")][:3]
    assert [command.split()[1] for command in commands] == ["import", "import", "sign-in"]
    said = [announcer(command.removeprefix("announcer ")) for command in commands]
    assert "/logga-in/" in said[-1]
    assert "bytes" in announcer(f"backup {tmp_path / 'announcer.dump'}")
    here.replaced["/var/lib/announcer/backup"] = str(tmp_path)
    begin = next(number for number, line in enumerate(lines) if "announcer_before" in line)
    for line in lines[begin : begin + 2]:
        made = types(line, here, postgres.as_superuser())
        assert made.returncode == 0, made.stderr
        assert "ERROR" not in made.stderr
    restore = here.put_in(lines[begin + 2]).removeprefix("announcer ")
    assert "Everything on record agrees" in announcer(restore)
    assert "stands still" in announcer("standstill --begin")
    assert "Allt står stilla" in announcer("standstill")
    assert "Allt går vidare" in announcer("--as p0001 standstill --end --yes")


def test_nothing_that_the_owner_may_is_in_the_reach_of_the_other_commands(
    etc: Path, tmp_path: Path
) -> None:
    """Which user it becomes, and which secrets it has then."""
    program = tmp_path / "announcer"
    shows = "sh -c 'echo $0; env' \"$user\""
    program.write_text(
        COMMAND.replace("etc=/etc/announcer", f"etc={shlex.quote(str(etc))}").replace(
            BECOMES, shows
        ),
        encoding="utf-8",
    )
    program.chmod(0o755)
    for words, user in {
        "migrate": "announcer-keeper",
        "backup x": "announcer-keeper",
        "restore x": "announcer-keeper",
        "weed": "announcer-keeper",
        "standstill --begin": "announcer-keeper",
        "standstill": "announcer",
        "--as p0001 standstill --end": "announcer",
        "sign-in backup": "announcer",
        "status": "announcer",
        "": "announcer",
    }.items():
        done = types(f"{program} {words}", Place({}), {"PATH": os.defpath})
        assert done.returncode == 0, done.stderr
        became, *environ = done.stdout.splitlines()
        names = {line.partition("=")[0] for line in environ}
        assert became == user, words
        secrets = {"DATABASE_URL", "REDIS_URL", "ANNOUNCER_SECRET_KEY", "ANNOUNCER_SMTP_URL"}
        expected = {"DATABASE_OWNER_URL"} if user.endswith("keeper") else secrets
        assert names & {*secrets, "DATABASE_OWNER_URL"} == expected, words
