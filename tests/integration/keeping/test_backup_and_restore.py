"""A backup under load, the machine wiped, everything brought back: nothing lost, nothing twice."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.engine import make_url

from announcer.cli.main import cli
from announcer.db import schema
from announcer.db.engine import Database, GateClosed
from announcer.domain.errors import NotAllowed, Refusal, SetupError
from announcer.domain.plan import Wait
from announcer.embedded import postgres
from announcer.embedded.archive import dump, load
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.services import (
    dispatching,
    holding,
    resolving,
    restoring,
    reviewing,
    status,
    stopped,
    verifying,
)
from announcer.services.resolving import Exit
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.newsroom_way import out
from tests.integration.promise.way import announced, newsrooms, open_window, staff_of
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import World


@dataclass
class Machine:
    """One database server and what runs on it, until it is wiped."""

    server: EmbeddedPostgres
    smtp: RecordingSmtp
    folder: Path
    stack: ExitStack
    names: Iterator[str] = field(default_factory=lambda: iter(("second", "third")))

    def restored(self, file: Path, old: World) -> World:
        """A new machine from the backup, at the moment the old one was wiped; the mail server
        outside is the same."""
        name = f"restored_{next(self.names)}_{abs(hash(self.folder)):x}"
        self.server.create_database(name)
        self.stack.callback(self.server.drop_database, name)
        owner_url = self.server.url(postgres.OWNER, name)
        load(owner_url, file)
        owner = Database(owner_url)
        restoring.stand_still(owner)
        with owner.reading() as session:
            assert list(verifying.verify(session)) == []
        owner.dispose()
        app_url = self.server.url(postgres.APP, name)
        world = self.stack.enter_context(World(app_url, owner_url, self.smtp, self.folder))
        world.set_time(old.now())
        return world


@pytest.fixture
def machine(server, smtp, tmp_path) -> Iterator[Machine]:
    with ExitStack() as stack:
        yield Machine(server, smtp, tmp_path, stack)


@contextmanager
def under_load(world: World) -> Iterator[None]:
    """Rounds go on in another thread; what it refuses to swallow comes out at the end."""
    done, faults = threading.Event(), []

    def work() -> None:
        try:
            while not done.is_set():
                world.round()
        except Exception as fault:  # noqa: BLE001 - told below
            faults.append(fault)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    assert faults == []


def decided_for_all(world: World) -> str:
    public_id = world.decision(audience='["alla"]')
    reviewing.approve(world.installation, world.communicator, public_id)
    return public_id


def mailed(world: World) -> Counter[str]:
    """Who of the staff was mailed an announcement, and how often; calls are not counted."""
    return Counter(recipient for one in announced(world) for recipient in one.recipients)


def ask_the_mail_server_about_every_doubt(world: World) -> int:
    """What a person does who can look into the mail server's log; how many had to go again."""
    got = {*mailed(world), *world.press_mail()}
    again = 0
    for doubt in status.doubts(world.installation):
        arrived = doubt.recipient in {one.casefold() for one in got}
        exit_ = Exit.SENT if arrived else Exit.AGAIN
        again += exit_ is Exit.AGAIN
        resolving.resolve(world.installation, world.communicator, str(doubt.id), exit_)
    return again


def test_what_was_in_flight_is_neither_lost_nor_sent_twice(world: World, machine: Machine):
    everyone = staff_of(world)
    public_id = decided_for_all(world)
    with under_load(world):
        file = machine.folder / "backup"
        _until(world, "SELECT count(*) > 0 FROM announcer.delivery WHERE channel = 'email'")
        dump(world.owner_url, file)
    world.settle()  # the old machine went on for a while after the backup
    assert set(world.staff_mail()) == everyone
    before = mailed(world)

    second = machine.restored(file, world)
    second.settle()
    assert mailed(second) == before, "nothing is sent before a person says so"
    assert second.press_mail() == []
    restoring.go_on(second.installation, second.communicator)
    second.advance(minutes=10)
    second.settle()
    assert mailed(second) == before, "what is in doubt waits for a person"
    assert ask_the_mail_server_about_every_doubt(second) == 0
    holding.resume(second.installation, second.communicator, public_id)
    holding.release(second.installation, second.communicator, public_id)
    open_window(second, public_id)
    second.settle()
    assert mailed(second) == before
    assert Counter(second.press_mail()) == Counter(newsrooms(second))


def test_what_the_old_machine_never_sent_goes_when_a_person_has_looked(world, machine):
    public_id = decided_for_all(world)
    file = machine.folder / "backup"
    world.round()
    dispatching.look(world.installation)  # the mail has begun, and no batch was carried out
    assert world.step(public_id, "email").recipients == {"pending": len(staff_of(world))}
    sent = mailed(world)
    dump(world.owner_url, file)
    second = machine.restored(file, world)
    restoring.go_on(second.installation, second.communicator)
    second.settle()
    assert mailed(second) == sent
    missing = len(staff_of(second)) - len(sent)
    assert ask_the_mail_server_about_every_doubt(second) == missing > 0
    second.settle()
    assert mailed(second) == Counter(staff_of(second))


def test_a_press_mail_that_may_have_gone_out_since_waits_for_a_person(world, machine):
    public_id = decided_for_all(world)
    world.settle()
    holding.release(world.installation, world.communicator, public_id)
    open_window(world, public_id)
    file = machine.folder / "backup"
    dump(world.owner_url, file)
    world.settle()  # after the backup the press gets it
    assert set(world.press_mail()) == newsrooms(world)
    second = machine.restored(file, world)
    found = restoring.standing(second.installation)
    assert found
    press = next(one for one in found.going if one.channel == "press")
    restoring.go_on(second.installation, second.communicator)
    second.settle()
    assert Counter(second.press_mail()) == Counter(newsrooms(second)), "not a second time"
    assert press.recipients == len(newsrooms(second))
    listed = {one.step: one for one in stopped.waiting(second.installation, second.communicator)}
    assert listed["press"].reason == restoring.MAYBE_OUT
    stopped.give_up(second.installation, second.communicator, public_id, "press", "Det gick ut")
    second.settle()
    assert Counter(second.press_mail()) == Counter(newsrooms(second))


def test_while_everything_stands_still_the_gate_says_so_and_the_database_refuses(world, machine):
    public_id = decided_for_all(world)
    file = machine.folder / "backup"
    dump(world.owner_url, file)
    second = machine.restored(file, world)
    waits = {r.wait for step in second.status(public_id).steps for r in step.reasons}
    assert Wait.STANDSTILL in waits
    with pytest.raises(psycopg.errors.CheckViolation, match="everything stands still"):
        second.owner.execute(
            "UPDATE announcer.step SET state = 'sending' WHERE channel = 'intranet'"
        )
    with pytest.raises(NotAllowed):
        restoring.go_on(second.installation, second.chief)
    restoring.go_on(second.installation, second.communicator)
    with pytest.raises(Refusal, match="Ingenting står stilla"):
        restoring.go_on(second.installation, second.communicator)
    second.settle()
    assert second.step(public_id, "intranet").confirmed_at


def shown(machine: Machine, world: World, public_id: str) -> int:
    """What a reader of the newsroom on that database is answered."""
    name = world.owner.info.dbname
    with PublicHouse(machine.server.url(postgres.NEWSROOM, name)) as newsroom:
        reader = Reader(newsroom.url)
        pages = ("/", "/floden/nyheter.atom", "/sitemap.xml", "/sok?q=biblioteket")
        answers = {reader.get(page).status_code for page in (f"/nyheter/{public_id}", *pages)}
    (answer,) = answers
    return answer


def test_the_newsroom_does_not_guess_what_is_still_public_until_somebody_has_looked(world, machine):
    """It may have been withdrawn after the backup: nobody here knows."""
    public_id = out(world)
    file = machine.folder / "backup"
    dump(world.owner_url, file)
    assert shown(machine, world, public_id) == 200
    holding.withdraw(world.installation, world.communicator, public_id, "Fel")
    second = machine.restored(file, world)
    assert shown(machine, second, public_id) == 503
    found = restoring.standing(second.installation)
    assert found
    assert [one for one, _ in found.public] == [public_id]
    holding.withdraw(second.installation, second.communicator, public_id, "Var det redan")
    found = restoring.standing(second.installation)
    assert found
    assert found.public == ()
    restoring.go_on(second.installation, second.communicator)
    with PublicHouse(machine.server.url(postgres.NEWSROOM, second.owner.info.dbname)) as newsroom:
        assert Reader(newsroom.url).get(f"/nyheter/{public_id}").status_code == 410


def test_what_may_have_been_approved_since_does_not_go_a_second_time_by_an_approval(world, machine):
    public_id = world.decision()
    file = machine.folder / "backup"
    dump(world.owner_url, file)
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()  # after the backup it was approved, and staff got it
    sent = Counter(world.staff_mail())
    assert sent
    second = machine.restored(file, world)
    found = restoring.standing(second.installation)
    assert found
    assert [one for one, _ in found.unapproved] == [public_id]
    restoring.go_on(second.installation, second.communicator)
    reviewing.approve(second.installation, second.communicator, public_id)
    second.settle()
    assert Counter(second.staff_mail()) == sent
    holding.resume(second.installation, second.communicator, public_id)
    second.settle()
    assert Counter(second.staff_mail()) == sent + sent, "a person said so"


@pytest.fixture
def empty(machine: Machine) -> str:
    """The owner's address of a new database."""
    name = f"empty_{abs(hash(machine.folder)):x}"
    machine.server.create_database(name)
    machine.stack.callback(machine.server.drop_database, name)
    return machine.server.url(postgres.OWNER, name)


def may_connect(machine: Machine, owner_url: str) -> bool:
    try:
        psycopg.connect(
            machine.server.url(postgres.APP, make_url(owner_url).database).replace("+psycopg", "")
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def announcer(*words: str, **environ: str) -> str:
    """What an operator types; what it says."""
    done = CliRunner().invoke(cli, words, env=environ)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_backup_and_restore_as_an_operator_types_them(world, machine, empty, monkeypatch):
    public_id = decided_for_all(world)
    file = machine.folder / "announcer.dump"
    assert "bytes" in announcer("backup", str(file), DATABASE_OWNER_URL=world.owner_url)
    assert may_connect(machine, empty)
    seen = []
    monkeypatch.setattr(
        restoring, "stand_still", lambda owner: seen.append(may_connect(machine, empty)) or 0
    )
    announcer("restore", str(file), DATABASE_OWNER_URL=empty)
    assert seen == [False], "no program sees it before it stands still"
    monkeypatch.undo()
    assert may_connect(machine, empty)
    said = announcer("standstill", "--begin", DATABASE_OWNER_URL=empty)
    assert "stands still" in said
    second = machine.stack.enter_context(
        World(
            machine.server.url(postgres.APP, make_url(empty).database),
            empty,
            machine.smtp,
            machine.folder,
        )
    )
    assert {r.wait for step in second.status(public_id).steps for r in step.reasons} >= {
        Wait.STANDSTILL
    }


def test_a_restore_that_fails_lets_no_program_in(world, machine, empty, monkeypatch):
    file = machine.folder / "announcer.dump"
    announcer("backup", str(file), DATABASE_OWNER_URL=world.owner_url)

    def fails(_: object) -> int:
        raise SetupError("the power went")

    monkeypatch.setattr(restoring, "stand_still", fails)
    done = CliRunner().invoke(cli, ["restore", str(file)], env={"DATABASE_OWNER_URL": empty})
    assert isinstance(done.exception, SetupError)
    assert not may_connect(machine, empty)
    monkeypatch.undo()
    announcer("standstill", "--begin", DATABASE_OWNER_URL=empty)
    assert may_connect(machine, empty)


def test_a_standstill_is_not_ended_by_nobody_nor_twice(world, machine):
    file = machine.folder / "backup"
    dump(world.owner_url, file)
    second = machine.restored(file, world)
    with pytest.raises(GateClosed), second.installation.database.transaction("end") as session:
        session.execute(text("UPDATE announcer.standstill SET ended_at = now()"))


def test_a_backup_is_whole_or_not_there_and_only_its_owner_may_read_it(world, machine):
    file = machine.folder / "backup"
    size = dump(world.owner_url, file)
    assert (size, file.stat().st_mode & 0o777) == (file.stat().st_size, 0o600)
    with pytest.raises(SetupError, match="pg_dump"):
        dump(world.owner_url.replace("announcer_owner:", "announcer_owner:x"), file)
    assert file.stat().st_size == size, "the earlier one stands"


def test_a_broken_backup_is_refused_and_leaves_the_new_database_empty(world, machine):
    file = machine.folder / "backup"
    dump(world.owner_url, file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    name = f"broken_{abs(hash(machine.folder)):x}"
    machine.server.create_database(name)
    machine.stack.callback(machine.server.drop_database, name)
    url = machine.server.url(postgres.OWNER, name)
    with pytest.raises(SetupError, match="pg_restore"):
        load(url, file)
    assert schema.found_revision(url) is None


def _until(world: World, question: str) -> None:
    for _ in range(10_000):
        row = world.owner.execute(question).fetchone()
        if row and row[0]:
            return
    raise AssertionError(f"never true: {question}")
