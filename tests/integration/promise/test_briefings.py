"""What whoever leads a meeting has in their hand: who can read it, from when, and nobody else."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from announcer.domain.change import CorrectionKind
from announcer.services import correcting, holding, records, reviewing
from tests.functional.visitor import Visitor
from tests.integration.promise.way import policy_of
from tests.world import World

LINES = (
    '[classes."kommande beslut".steps.mote]',
    'held = "per unit"',
    'ticked_by = ["enhetschef"]',
    'briefing = { before = "1 h", for = ["enhetschef"] }',
    'at = { before_known = "20 h" }',
)
KNOWN = datetime(2026, 12, 10, 9, 0, tzinfo=ZoneInfo("Europe/Stockholm"))
MEETING = KNOWN - timedelta(hours=20)
#: Words that stand in the briefing and in nothing else.
MARKED = ("stympningskvarn", "falkljudkälla", "ormgranspromenad")
COMING = f"""+++
class = "kommande beslut"
unit = "bildning"
title = "Nya öppettider"
summary = "Nämnden beslutar i januari."
audience = ["bibliotek", "press"]
contact = "Rektor, 0591-555 10"
decision_at = 2027-01-15T18:00:00+01:00
known_at = {KNOWN.isoformat()}
record_number = "BN 2026-1"
not_to_promise = "Något om {MARKED[0]}"
questions = [ {{ question = "Varför {MARKED[1]}?", answer = "För att {MARKED[2]}." }} ]
+++

Så här blir det.
"""


@pytest.fixture
def house(app_url, owner_url, smtp, tmp_path):
    with World(app_url, owner_url, smtp, tmp_path, policy=policy_of(tmp_path, *LINES)) as world:
        yield world


@pytest.fixture
def coming(house: World) -> str:
    """Approved; its meeting is on the next day at 13.00."""
    public_id = house.submit(COMING)
    reviewing.approve(house.installation, house.communicator, public_id)
    house.settle()
    return public_id


def visitor(world: World, unit: str, role: str) -> Visitor:
    return Visitor(world.url).sign_in(world.somebody(unit, role).directory_id)


def code(browser: Visitor, public_id: str) -> int:
    pdf = browser.get(f"/genomgang/{public_id}/genomgang.pdf").status_code
    assert browser.get(f"/genomgang/{public_id}").status_code == pdf
    return pdf


def test_a_leader_reads_it_from_an_hour_before_and_their_staff_never(house, coming) -> None:
    leader = visitor(house, "bibliotek", "chef")
    others = [visitor(house, "bibliotek", "medarbetare"), visitor(house, "kost", "chef")]
    house.set_time(MEETING - timedelta(minutes=61))
    house.settle()
    assert code(leader, coming) == 404
    assert "Genomgångar att hålla" not in leader.get("/mina").text
    house.set_time(MEETING - timedelta(minutes=59))
    assert code(leader, coming) == 200
    assert all(word in leader.page.text for word in MARKED)
    assert "Berätta, men lämna inget skriftligt." in leader.text
    assert "meddelarfriheten" in leader.text
    assert coming in leader.get("/mina").text
    assert f"/genomgang/{coming}" in leader.get(f"/meddelanden/{coming}").text
    for other in others:
        assert code(other, coming) == 404
        assert coming not in other.get("/mina").text
    assert code(visitor(house, "bildning", "chef"), coming) == 200, "its author"
    assert code(Visitor(house.url).sign_in(house.communicator.directory_id), coming) == 200


def test_what_is_paused_withdrawn_or_not_approved_is_in_nobody_s_hand(house, coming) -> None:
    leader = visitor(house, "bibliotek", "chef")
    house.set_time(MEETING)
    house.settle()
    assert code(leader, coming) == 200
    holding.hold(house.installation, house.communicator, coming, "frågor")
    assert code(leader, coming) == 404
    holding.resume(house.installation, house.communicator, coming)
    assert code(leader, coming) == 200
    holding.withdraw(house.installation, house.communicator, coming, "fel")
    for one in (leader, Visitor(house.url).sign_in(house.communicator.directory_id)):
        assert code(one, coming) == 404
    unread = house.submit(
        COMING.replace("Nya", "Andra").replace(KNOWN.isoformat(), "2026-12-11T09:00:00+01:00")
    )
    assert code(leader, unread) == 404


def test_a_text_that_is_being_corrected_is_in_nobody_s_hand_and_then_the_right_one_is(
    house, coming
) -> None:
    leader = visitor(house, "bibliotek", "chef")
    house.set_time(MEETING)
    house.settle()
    with house.installation.database.reading() as session:
        row = records.find(session, coming)
        content = records.content_of(session, records.text_in_force(session, row.id))
    correcting.propose(
        house.installation,
        house.chief,
        coming,
        replace(content, summary="Nämnden beslutar i februari."),
        CorrectionKind.REAL,
        {"sv": "Februari, inte januari."},
    )
    assert code(leader, coming) == 404
    reviewing.approve(house.installation, house.communicator, coming)
    house.settle()
    assert code(leader, coming) == 200
    assert "i februari" in leader.text
    assert MARKED[1] in leader.page.text


def test_nothing_of_it_comes_out_anywhere_else(house, coming, newsroom_url) -> None:
    holding.tick(house.installation, house.somebody("bibliotek", "chef"), coming, "mote")
    holding.release(house.installation, house.communicator, coming)
    for moment in (KNOWN, KNOWN + timedelta(days=5)):
        house.set_time(moment)
        house.settle()
    assert house.press_mail(), "the press has it"
    assert house.staff_mail()
    reader = visitor(house, "bibliotek", "medarbetare")
    came_out = [reader.get(f"/nyheter/{coming}").text, reader.get("/floden/bibliotek.atom").text]
    came_out += [reader.get("/").text, *(m.content.decode() for m in house.smtp.messages)]
    chief = Visitor(house.url).sign_in(house.communicator.directory_id)
    chief.ask("POST", f"/meddelanden/{coming}/begard-ut")
    came_out.append(chief.get(f"/meddelanden/{coming}/utlamnad").text)
    came_out.append(chief.get(f"/meddelanden/{coming}").text)
    rows = house.owner.execute("SELECT row_to_json(t)::text FROM newsroom.item t").fetchall()
    rows += house.owner.execute("SELECT row_to_json(t)::text FROM newsroom.text t").fetchall()
    assert rows
    artefacts = house.owner.execute("SELECT content FROM announcer.blob").fetchall()
    came_out += [row for (row,) in rows] + [bytes(row).decode("latin-1") for (row,) in artefacts]
    events = house.owner.execute("SELECT payload FROM announcer.event").fetchall()
    came_out += [json.dumps(json.loads(row), ensure_ascii=False) for (row,) in events]
    assert "Nya öppettider" in came_out[0]
    for words in came_out:
        assert not [word for word in MARKED if word in words]


def test_reading_and_printing_leave_no_trace(house, coming) -> None:
    leader = visitor(house, "bibliotek", "chef")
    house.set_time(MEETING)
    house.settle()
    tables = [
        name
        for (name,) in house.owner.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'announcer'"
        )
    ]

    def everything() -> dict[str, object]:
        return {
            name: house.owner.execute(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM announcer.{name} t"
            ).fetchone()
            for name in tables
        }

    before = everything()
    assert code(leader, coming) == 200
    assert everything() == before


def test_a_refused_text_says_which_question_lacks_its_answer(house) -> None:
    from announcer.domain.errors import BadSubmission

    with pytest.raises(BadSubmission, match="behöver både fråga och svar"):
        house.submit(COMING.replace(f"För att {MARKED[2]}.", ""))
    with pytest.raises(BadSubmission, match="Inför mötet innehåller ”embargo”"):
        house.submit(COMING.replace(MARKED[1], "embargo"))


def test_the_form_takes_questions_keeps_them_and_shows_them_to_who_approves(house) -> None:
    author = visitor(house, "bildning", "chef")
    author.get("/skriv?klass=kommande+beslut")
    author.press(
        "Visa vad som händer",
        rubrik="Nya öppettider",
        sammanfattning="Nämnden beslutar.",
        text="Så här.",
        kontakt="Rektor, 0591-555 10",
        malgrupp=["bibliotek"],
        fraga_1="Får jag sluta tidigare?",
        svar_1="Nej.",
        lova_inte="Lediga fredagar",
    )
    assert "Får jag sluta tidigare?" in author.text
    author.press("Lämna in")
    public_id = str(author.page.url).rsplit("/", 1)[1]
    desk = Visitor(house.url).sign_in(house.communicator.directory_id)
    assert "Lediga fredagar" in desk.get(f"/godkann/{public_id}").text
    author.get(f"/skriv?meddelande={public_id}")
    assert author.value("fraga_1") == "Får jag sluta tidigare?"
    assert author.value("lova_inte") == "Lediga fredagar"
