"""From nothing to the first approved announcement, by what the documents and the files advise."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from announcer.cli.installing import QUESTIONS
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.composed import Postgres, servers
from tests.functional.deployed import (
    ANSWERS,
    COMPOSE,
    PROGRAMS,
    Place,
    answers,
    compose,
    init,
    of_compose,
    running,
    until,
)
from tests.functional.visitor import Visitor
from tests.world import EXAMPLES, ROOT

OPERATOR = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.timeout(300)
ADVISED = re.compile(r"^[#$]? *(docker compose (?:-p \S+ )?run .*?)(?: {2,}.*)?$", re.MULTILINE)
TEXT = {
    "rubrik": "Nya tider i växeln",
    "sammanfattning": "Växeln öppnar 7.30.",
    "text": "Många ringer tidigt.",
    "kontakt": "Växelns chef, 0591-555 00",
    "malgrupp": ["alla"],
}


def advised(text: str) -> list[str]:
    """Every `docker compose run` that a text says to type."""
    return [line.strip() for line in ADVISED.findall(text)]


def typed(document: str) -> list[str]:
    """Every line after a prompt."""
    return re.findall(r"^\$ (.+)$", document, re.MULTILINE)


class Operator:
    """Types what is advised: here it runs with the environment that the service would have."""

    def __init__(self, folder: Path, place: Place) -> None:
        self.folder = folder
        self.place = place
        self.services = of_compose(folder)

    def types(self, line: str, said: str = "") -> str:
        """What the command prints; ``said`` is what it is answered when it asks."""
        words = shlex.split(line)
        words = words[words.index("run") + 1 :]
        here = Place(dict(self.place.replaced))
        while words[0].startswith("-"):
            if words[0] == "-v":
                source, target = words.pop(1).split(":")[:2]
                here.replaced[target] = str(self.folder / source)
            words.pop(0)
        service = self.services[words[0]]
        _, environ = service.in_(self.place)
        done = subprocess.run(
            [here.put_in(word) for word in words[1:] or service.argv],
            env=environ,
            cwd=self.folder.parent,
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return done.stdout

    def announcer(self, command: str) -> str:
        """A command that is typed every day."""
        return self.types(f"docker compose run --rm intranet python -m announcer {command}")

    def signs_in(self, person: str) -> Visitor:
        address = urlsplit(self.announcer(f"sign-in {person}").strip())
        browser = Visitor(f"{address.scheme}://{address.netloc}")
        browser.get(address.path)
        browser.press("Logga in som")
        assert (browser.page.status_code, browser.page.url.path) == (200, "/"), browser.text
        return browser


@pytest.fixture
def deployed(folder: Path, smtp: RecordingSmtp) -> Iterator[tuple[Place, Postgres]]:
    """PostgreSQL and Valkey as docker-compose.yml has them."""
    with servers(folder, smtp.port) as found:
        yield found


@pytest.fixture
def operator(deployed: tuple[Place, Postgres], folder: Path, tmp_path: Path) -> Iterator[Operator]:
    """Whoever has typed `docker compose up -d`: everything without a profile runs."""
    found = Operator(folder, deployed[0])
    found.types("docker compose run --rm migrate")
    with ExitStack() as stack:
        for name, process in found.services.items():
            if process.rest.get("restart") != "no":
                stack.enter_context(running(process, found.place, tmp_path / f"{name}.log"))
        for address in (":8080", ":8081"):
            url = f"http://127.0.0.1{found.place.put_in(address)}/healthz"
            until(lambda url=url: answers(url), url)
        yield found


def test_the_first_person_signs_in_and_the_first_text_is_approved(
    operator: Operator, tmp_path: Path, smtp: RecordingSmtp
) -> None:
    *imports, sign_in = advised(init(tmp_path / "again"))
    assert len(imports) == 2
    for line in imports:
        operator.types(line)
    assert sign_in.endswith(f"announcer sign-in {ANSWERS['person']}")
    first = operator.signs_in(ANSWERS["person"])
    assert first.get("/bevakning").status_code == 200
    _what_the_file_advises(operator)
    for name in ("units", "staff", "press"):
        operator.announcer(f"import {name} {EXAMPLES / 'organisation' / f'{name}.csv'}")
    chief, communicator = operator.signs_in("p0001"), operator.signs_in("p0030")
    chief.get("/skriv?klass=beslut")
    chief.press("Visa", **TEXT)
    chief.press("Lämna in")
    public_id = chief.page.url.path.rpartition("/")[2]
    communicator.get(f"/godkann/{public_id}")
    communicator.press("Godkänn")
    assert communicator.page.status_code == 200
    until(lambda: chief.get(f"/nyheter/{public_id}").status_code == 200, "the page is up")
    until(lambda: smtp.messages, "staff have the mail")


def _what_the_file_advises(operator: Operator) -> None:
    lines = advised(COMPOSE.read_text(encoding="utf-8"))
    assert len(lines) == 3
    (operator.folder / "backup").mkdir()
    doctor, sign_in, keeper = (operator.types(line) for line in lines)
    assert "FAULT" not in doctor
    assert "/logga-in/" in sign_in
    assert "bytes" in keeper


def test_a_backup_is_taken_and_brought_back_as_the_operators_page_says(
    deployed: tuple[Place, Postgres], folder: Path, smtp: RecordingSmtp
) -> None:
    operator = Operator(folder, deployed[0])
    operator.types("docker compose run --rm migrate")
    for name in ("units", "staff"):
        operator.announcer(f"import {name} {EXAMPLES / 'organisation' / f'{name}.csv'}")
    makes_folder = next(line for line in typed(OPERATOR) if line.endswith(" backup"))
    if os.geteuid() == 0:
        subprocess.run(shlex.split(makes_folder), cwd=folder, check=True)
        assert (folder / "backup").stat().st_uid == int(
            operator.services["keeper"].rest["user"].split(":")[0]
        )
    else:  # only root can give it to the containers' user
        (folder / "backup").mkdir(mode=0o700)
    backup, restore, shows, ends = (
        line for line in advised(OPERATOR) if "keeper" in line or "standstill" in line
    )
    operator.types(backup)
    before = operator.announcer("verify")
    assert (folder / "backup" / "announcer.dump").stat().st_mode & 0o777 == 0o600
    with servers(folder, smtp.port, again=True) as (place, _):
        again = Operator(folder, place)
        assert "Everything on record agrees" in again.types(restore)
        assert again.announcer("verify") == before
        assert "Allt står stilla" in again.types(shows)
        assert "Allt går vidare" in again.types(ends, said="y\n")
        assert "/logga-in/" in again.announcer("sign-in p0030")


def test_init_runs_as_the_image_is_told_to_run_it(tmp_path: Path) -> None:
    """With the answers that somebody types; what the image would mount is a folder here."""
    line = next(line for line in typed(OPERATOR) if line.startswith("docker run "))
    image = str(compose()["services"]["intranet"]["image"])
    options, _, inner = line.partition(f" {image} ")
    mounted = shlex.split(options)[shlex.split(options).index("-v") + 1]
    assert mounted.startswith("$PWD:")
    place = Place({mounted.split(":")[1]: str(tmp_path / "here")})
    (tmp_path / "here").mkdir()
    asked = [name for name, _, default, _ in QUESTIONS if default is None]
    said = [ANSWERS.get(name, "") for name, _, _, _ in QUESTIONS]
    assert set(asked) <= set(ANSWERS)
    done = subprocess.run(
        [place.put_in(word) for word in shlex.split(inner)],
        env={"PATH": str(PROGRAMS), "PYTHONPATH": str(ROOT), "HOME": "/tmp", "LC_ALL": "C.UTF-8"},
        cwd="/",
        # The mail server does not answer here, and one goes on all the same.
        input="\n".join([*said, "y", ""]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    written = {path.name for path in (tmp_path / "here").iterdir()}
    assert written == {"announcer.env", "newsroom.env", "policy", "secrets", "first"}


def test_the_servers_run_with_what_is_written(deployed: tuple[Place, Postgres]) -> None:
    """The roles that 10-roles.sh made sign in over the network with the passwords from the files,
    and the server has every setting of its command."""
    place, postgres = deployed
    for url in ("owner_url", "database_url", "newsroom_url"):
        address = Path(place.put_in(f"/run/secrets/{url}")).read_text(encoding="utf-8")
        psycopg.connect(address.replace("+psycopg", "")).close()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(re.sub(r":[^:@/]+@", ":wrong@", address.replace("+psycopg", "")))
    flags = [word for word in postgres.service["command"] if "=" in word]
    assert len(flags) >= 4
    for flag in flags:
        name, value = flag.split("=", 1)
        assert postgres.show(name) == value
    assert postgres.service["pids_limit"] > int(postgres.show("max_connections"))
    assert postgres.healthy()
