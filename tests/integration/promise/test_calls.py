"""A person is called instead of waiting for ever; judged by the mail that came."""

import email
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import datetime
from email.policy import default
from pathlib import Path

import psycopg
import pytest

from announcer.db.engine import GateClosed
from announcer.domain.errors import NotAllowed, NotFound
from announcer.services import calling, calling_by_mail, erasing, holding, records, verifying
from announcer.services.importing import import_staff
from announcer.services.installation import Installation
from tests.doubles.recording_smtp import Message, Rules, Stage
from tests.integration.promise.way import Died
from tests.world import EXAMPLES, ROOT, World

LATE = "Mötet skulle ha varit hållet {when}."


def call(world: World, public_id: str, what: str = "meeting", *roles: str) -> bool:
    """Calls the unit's own manager, or those with the roles that are named."""
    with world.installation.database.transaction("tick") as session:
        row = records.find(session, public_id, lock=True)
        when = datetime.fromisoformat("2026-12-08T12:00+00:00")
        return calling.call(session, row, what, roles or ("enhetschef",), LATE, when=when)


def words(message: Message) -> tuple[str, str]:
    """Subject and plain text."""
    parsed = email.message_from_bytes(message.content, policy=default)
    body = parsed.get_body(("plain",))
    assert body is not None
    return str(parsed["subject"]), " ".join(body.get_content().split())


def about(world: World, public_id: str) -> list[str]:
    """What the chain of events says of calls."""
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        return [e["what"] for e in records.events(session, row.id) if "call" in e["what"]]


@pytest.fixture
def address(world: World) -> str:
    """Where the manager of the unit reads mail."""
    row = world.owner.execute(
        "SELECT email FROM announcer.person WHERE directory_id = %s", [world.chief.directory_id]
    ).fetchone()
    assert row is not None
    return str(row[0])


def test_whoever_has_the_role_gets_one_mail_that_says_why_and_where(world: World, address: str):
    public_id = world.decision("Skolan börjar senare")
    assert call(world, public_id)
    world.settle()
    assert world.staff_mail() == [address]
    subject, text = words(world.smtp.messages[0])
    assert subject == "Enhetens chef: Skolan börjar senare"
    assert "Mötet skulle ha varit hållet 8 december 2026 klockan 13.00." in text
    assert f"{world.url}/du-behovs" in text
    assert "Det här händer nu." not in text, "the text is read where rights are asked"
    assert about(world, public_id) == ["called", "call mailed"]


def test_the_same_thing_is_called_for_once(world: World, address: str):
    public_id = world.decision()
    assert call(world, public_id)
    assert not call(world, public_id)
    world.settle()
    assert not call(world, public_id)
    world.advance(days=1)
    world.settle()
    assert world.staff_mail() == [address]
    assert call(world, public_id, "another thing")
    world.settle()
    assert world.staff_mail() == [address] * 2


def test_a_call_is_made_with_what_it_is_about_or_not_at_all(world: World):
    public_id = world.decision()

    def fail() -> None:
        with world.installation.database.transaction("tick") as session:
            row = records.find(session, public_id, lock=True)
            calling.call(session, row, "meeting", ("enhetschef",), LATE, when=world.now())
            raise Died

    with pytest.raises(Died):
        fail()
    world.settle()
    assert world.staff_mail() == []
    assert calling.waiting(world.installation) == []


def test_everyone_reads_it_in_their_own_language_and_sees_nobody_else(world: World):
    staff = (EXAMPLES / "organisation" / "staff.csv").read_text(encoding="utf-8")
    import_staff(
        world.installation,
        (staff + "x1,info,Kommunhuset,informatör,x1@hallefors.example,fi\n").encode(),
    )
    call(world, world.decision(), "who answers", "informationsenheten")
    world.settle()
    assert len(world.smtp.messages) == 2
    assert set(Counter(world.staff_mail()).values()) == {1}
    finnish = next(m for m in world.smtp.messages if m.recipients == ("x1@hallefors.example",))
    assert "Content-Language: fi" in finnish.content.decode()
    assert all("To: undisclosed-recipients:;" in m.content.decode() for m in world.smtp.messages)


def test_one_takes_it_and_the_others_need_not(world: World):
    public_id = world.decision()
    call(world, public_id)
    (open_,) = calling.waiting_for(world.installation, world.chief)
    assert open_.say(str) == f"Mötet skulle ha varit hållet {open_.values['when']}."
    assert calling.answer(world.installation, world.chief, str(open_.id))
    assert not calling.answer(world.installation, world.communicator, str(open_.id))
    assert calling.waiting(world.installation) == []
    world.settle()
    assert world.staff_mail() == [], "taken before the mail went"
    with world.installation.database.reading() as session:
        events = records.events(session, records.find(session, public_id).id)
    assert [e["who"] for e in events if e["what"] == "call answered"] == [
        str(world.chief.pseudonym)
    ]


def test_nobody_takes_what_is_somebody_elses(world: World):
    call(world, world.decision())
    (open_,) = calling.waiting(world.installation)
    stranger = world.somebody("bibliotek", "medarbetare")
    assert calling.waiting_for(world.installation, stranger) == []
    with pytest.raises(NotAllowed, match="Enhetens chef"):
        calling.answer(world.installation, stranger, str(open_.id))
    for reference in ("nonsense", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(NotFound):
            calling.answer(world.installation, world.chief, reference)
    assert calling.waiting(world.installation) == [open_]


def test_the_database_lets_a_call_be_answered_once(world: World):
    call(world, world.decision())
    (open_,) = calling.waiting(world.installation)
    calling.answer(world.installation, world.chief, str(open_.id))
    with (
        pytest.raises(GateClosed, match="answered once"),
        world.installation.database.transaction("tick") as session,
    ):
        session.connection().exec_driver_sql(
            "UPDATE announcer.call SET answered_by = %s", (world.communicator.pseudonym,)
        )


def test_what_is_withdrawn_needs_nobody_any_more(world: World):
    public_id = world.decision()
    call(world, public_id)
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    world.settle()
    assert world.staff_mail() == []
    assert calling.waiting(world.installation) == []
    call(world, public_id, "boards")
    assert len(calling.waiting(world.installation)) == 1


@pytest.mark.parametrize(
    ("rules", "copies"),
    [
        (Rules(greeting="421 4.3.2 Closing"), 1),
        (Rules(data="451 4.3.0 Try later"), 1),
        (Rules(hang_up=Stage.AFTER_DOT), 2),
    ],
    ids=["421", "451", "nobody knows"],
)
def test_a_mail_server_in_trouble_is_asked_until_it_takes_it(
    world: World, address: str, rules: Rules, copies: int
):
    world.smtp.rules = rules
    call(world, world.decision())
    world.settle()
    assert len(world.staff_mail()) == copies - 1
    world.smtp.rules = Rules()
    world.advance(hours=1)
    world.settle()
    assert world.staff_mail() == [address] * copies
    assert len({m.content for m in world.smtp.messages}) == 1


def test_one_who_is_refused_does_not_keep_the_others_from_it(world: World):
    world.smtp.rules = Rules(replies={"info.001@hallefors.example": "550 5.1.1 No such user"})
    call(world, world.decision(), "who answers", "informationsenheten")
    world.settle()
    once = world.staff_mail()
    assert len(once) == 3
    world.advance(days=1)
    world.settle()
    assert world.staff_mail() == once


def test_one_who_is_deferred_gets_it_later_and_the_others_only_once(world: World):
    world.smtp.rules = Rules(replies={"info.001@hallefors.example": "450 4.2.1 Busy"})
    call(world, world.decision(), "who answers", "informationsenheten")
    world.settle()
    assert len(world.staff_mail()) == 3
    world.smtp.rules = Rules()
    world.advance(hours=1)
    world.settle()
    assert len(world.staff_mail()) == 4
    assert set(Counter(world.staff_mail()).values()) == {1}


def test_when_nobody_has_the_role_the_lists_are_asked_again(world: World, address: str):
    staff = (EXAMPLES / "organisation" / "staff.csv").read_text(encoding="utf-8")
    without = "\n".join(row for row in staff.splitlines() if address not in row)
    public_id = world.decision()
    import_staff(world.installation, without.encode())
    call(world, public_id)
    world.settle()
    assert world.staff_mail() == []
    assert len(calling.waiting(world.installation)) == 1
    import_staff(world.installation, staff.encode())
    world.advance(minutes=11)
    world.settle()
    assert world.staff_mail() == [address]


def test_whoever_is_erased_is_not_in_a_call(world: World):
    call(world, world.decision())
    world.settle()
    erasing.erase_person(world.installation, world.communicator, world.chief.directory_id)
    row = world.owner.execute("SELECT c::text FROM announcer.call c").fetchone()
    assert row is not None
    assert "@" not in row[0]


def test_a_call_without_its_event_is_found_out(world: World):
    public_id = world.decision()
    world.owner.execute(
        "INSERT INTO announcer.call (id, announcement, what, message, message_values, roles, due_at)"
        " SELECT gen_random_uuid(), id, 'x', 'y', '{}', '{chef}', now() FROM announcer.announcement"
    )
    with world.installation.database.reading() as session:
        (fault,) = verifying.verify(session)
    assert fault.what == "a row in call without its event"
    assert public_id


@pytest.mark.parametrize(
    ("point", "copies"),
    [
        ("claim calls: after commit", 1),
        ("take call: after commit", 1),
        ("email: before send", 1),
        ("email: after send", 2),
        ("record call: before commit", 2),
        ("record call: after commit", 1),
    ],
)
def test_a_worker_that_is_really_killed_loses_no_call(
    world: World, address: str, point: str, copies: int
):
    call(world, world.decision())
    _killed_at(world, point)
    world.settle()
    world.advance(minutes=2)
    world.settle()
    assert world.staff_mail() == [address] * copies
    ids = {email.message_from_bytes(m.content)["message-id"] for m in world.smtp.messages}
    assert len(ids) == 1
    assert len({m.content for m in world.smtp.messages}) == 1


def _killed_at(world: World, point: str) -> None:
    settings = [world.config.database_url, world.url, world.smtp.port]
    script = Path(__file__).with_name("dying_caller.py")
    died = subprocess.run(
        [sys.executable, str(script), point, json.dumps(settings)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr


def test_a_message_that_comes_twice_does_nothing_the_second_time(world: World, address: str):
    call(world, world.decision())
    (claimed,) = calling_by_mail.claim(world.installation)
    calling_by_mail.deliver(world.installation, claimed)
    calling_by_mail.deliver(world.installation, claimed)
    assert world.staff_mail() == [address]


def test_what_is_leased_is_leased_to_nobody_else(make_world):
    taken: list[object] = []
    at: dict[str, Installation] = {}

    def point(name: str) -> None:
        if name == "email: before send":
            taken.extend(calling_by_mail.claim(at["installation"]))

    world = make_world(point=point)
    at["installation"] = world.installation
    call(world, world.decision())
    (claimed,) = calling_by_mail.claim(world.installation)
    assert calling_by_mail.claim(world.installation) == [], "it is in the queue"
    world.advance(seconds=61)
    calling_by_mail.deliver(world.installation, claimed)
    assert taken == [], "it is in a worker's hands"


def test_what_became_of_a_mail_is_written_down_without_standing_in_anybodys_way(world: World):
    """Whoever waits for the announcement's row has not locked the call: one who takes the call locks
    them in that order, and the two would each wait for the other."""
    call(world, world.decision())
    (claimed,) = calling_by_mail.claim(world.installation)
    worker = threading.Thread(target=calling_by_mail.deliver, args=(world.installation, claimed))
    with psycopg.connect(world.owner_url.replace("+psycopg", "")) as busy:
        busy.execute("SELECT FROM announcer.announcement FOR NO KEY UPDATE")
        worker.start()
        looks = 0
        while looks < 2000:  # two seconds; the mail is written down some milliseconds after it left
            if world.smtp.messages:  # before that, the call is being taken
                world.owner.execute("SELECT FROM announcer.call FOR UPDATE NOWAIT")
                looks += 1
        assert worker.is_alive(), "it waits for the announcement"
    worker.join(30)
    assert len(world.staff_mail()) == 1
    assert calling_by_mail.claim(world.installation) == [], "written down"
