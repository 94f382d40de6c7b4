"""A text that some have had is corrected or withdrawn: told once, to exactly them, and nothing is told
before it is approved."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from announcer.domain.announcement import Content
from announcer.domain.change import CorrectionKind
from announcer.domain.errors import BadSubmission, NotAllowed, Refusal
from announcer.domain.translating import CHECKED
from announcer.services import (
    bringing_forward,
    correcting,
    holding,
    reader_token,
    records,
    reviewing,
    verifying,
)
from tests.doubles.recording_smtp import Rules
from tests.integration.promise.way import (
    SMALL,
    Disturbed,
    approve,
    decided,
    newsrooms,
    open_window,
    published,
    read,
    release,
    staff_of,
    to_staff,
    to_the_press,
    wsgi,
)
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import SECRET, World

TO_BOTH = '["bibliotek", "press"]'
WHAT = {"sv": "Tiden är 8.20, inte 8.30."}


def in_force(world: World, public_id: str) -> Content:
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        return records.content_of(session, records.text_in_force(session, row.id))


def corrected(
    world: World,
    public_id: str,
    body: str = "Det händer klockan 8.20.",
    kind: CorrectionKind = CorrectionKind.REAL,
    what: dict[str, str] = WHAT,
) -> correcting.Proposed:
    """Propose a correction, as its author, who has looked at the translations."""
    was = in_force(world, public_id)
    checked = {one: replace(words, of=CHECKED) for one, words in was.translations.items()}
    content = replace(was, body=body, translations=checked)
    return correcting.propose(world.installation, world.chief, public_id, content, kind, what)


def texts_to(world: World, address: str) -> list[str]:
    """What somebody was mailed, in order."""
    return [
        read(message).get_body(("plain",)).get_content()
        for message in world.smtp.messages
        if address in message.recipients
    ]


def test_who_had_the_wrong_text_gets_the_right_one_once_and_the_press_only_that(world: World):
    public_id = approve(world, world.decision(audience=TO_BOTH))
    world.settle()
    staff = staff_of(world, "bibliotek")
    assert set(world.staff_mail()) == staff
    release(world, public_id)
    proposed = corrected(world, public_id)
    assert not proposed.applied
    open_window(world, public_id)
    world.settle()
    assert world.press_mail() == [], "the press waits while a correction does"
    approve(world, public_id)
    world.settle()
    assert sorted(world.staff_mail()) == sorted([*staff, *staff])
    assert set(world.press_mail()) == newsrooms(world)
    assert len(world.press_mail()) == len(newsrooms(world))
    for address in newsrooms(world):
        (text,) = texts_to(world, address)
        assert "8.20" in text
        assert "Rättelse" not in text
    for address in staff:
        assert "8.20" in texts_to(world, address)[-1]
    world.advance(days=1)
    world.settle()
    assert world.status(public_id).state == "completed"


def test_a_minor_correction_tells_nobody_and_what_waits_goes_out_right(world: World):
    public_id = published(world)
    before = len(world.smtp.messages)
    corrected(world, public_id, kind=CorrectionKind.MINOR, what={})
    approve(world, public_id)
    world.settle()
    assert len(world.smtp.messages) == before
    assert "8.20" in page(world, public_id)
    assert world.status(public_id).state == "active", "the press has not been told yet"


def page(world: World, public_id: str) -> str:
    """The page as whoever may read everything sees it."""
    bearer = f"Bearer {reader_token.sign(SECRET, ('bibliotek',))}"
    answer = httpx.get(f"{world.url}/nyheter/{public_id}", headers={"Authorization": bearer})
    assert answer.status_code == 200
    return answer.text


def test_the_poster_that_can_be_printed_is_the_one_with_the_right_text(world: World):
    public_id = published(world)
    first = poster(world, public_id)
    corrected(world, public_id, kind=CorrectionKind.MINOR, what={})
    approve(world, public_id)
    world.settle()
    assert poster(world, public_id) != first


def poster(world: World, public_id: str) -> bytes:
    bearer = f"Bearer {reader_token.sign(SECRET, ('bibliotek',))}"
    (address,) = set(re.findall(r'href="([^"]*affisch[^"]*)"', page(world, public_id)))
    answer = httpx.get(f"{world.url}{address}", headers={"Authorization": bearer})
    assert answer.headers["Content-Type"] == "application/pdf"
    return answer.content


def test_who_asks_for_the_text_gets_the_one_in_force(world: World):
    public_id = published(world)
    corrected(world, public_id)
    handed = bringing_forward.hand_out(world.installation, world.communicator, public_id)
    assert handed.body == "Det här händer nu."
    approve(world, public_id)
    handed = bringing_forward.hand_out(world.installation, world.communicator, public_id)
    assert handed.body == "Det händer klockan 8.20."


def test_a_correction_while_it_is_paused_goes_when_that_is_over(world: World):
    public_id = published(world)
    holding.hold(world.installation, world.communicator, public_id, "Vi ser efter.")
    corrected(world, public_id)
    approve(world, public_id)
    world.settle()
    assert len(world.staff_mail()) == 7
    holding.resume(world.installation, world.communicator, public_id)
    world.settle()
    assert len(world.staff_mail()) == 14


def test_what_is_taken_back_leaves_the_text_and_the_plan_as_they_were(world: World):
    public_id = approve(world, world.decision(audience=TO_BOTH))
    world.settle()
    release(world, public_id)
    corrected(world, public_id)
    open_window(world, public_id)
    world.settle()
    assert world.press_mail() == []
    world.advance(days=2)
    world.settle()
    assert correcting.take_back(world.installation, world.chief, public_id)
    assert not correcting.take_back(world.installation, world.chief, public_id)
    world.settle()
    assert set(world.press_mail()) == newsrooms(world), "what stood still is not late"
    for address in newsrooms(world):
        assert "Det händer nu." not in texts_to(world, address)[0]
    assert len(world.staff_mail()) == len(staff_of(world, "bibliotek"))


def test_a_second_click_changes_nothing_and_another_text_takes_the_place_of_the_first(world: World):
    public_id = published(world)
    first = corrected(world, public_id)
    assert corrected(world, public_id).again
    second = corrected(world, public_id, body="Det händer klockan 8.10.")
    assert second.content_hash != first.content_hash
    with pytest.raises(Refusal, match="har ändrats"):
        reviewing.approve(world.installation, world.communicator, public_id, first.content_hash)
    approve(world, public_id)
    assert not reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    assert "8.10" in page(world, public_id)


def test_who_was_still_to_be_tried_gets_the_right_text_and_no_word_of_an_error(world: World):
    some = sorted(staff_of(world, "bibliotek"))[:3]
    world.smtp.rules = Rules(replies=dict.fromkeys(some, "451 4.7.1 Greylisted"))
    public_id = published(world)
    assert not set(some) & set(world.staff_mail())
    corrected(world, public_id)
    approve(world, public_id)
    world.smtp.rules = Rules()
    world.settle()
    for address in some:
        (text,) = texts_to(world, address)
        assert "8.20" in text
        assert WHAT["sv"] not in text
    for address in staff_of(world, "bibliotek") - set(some):
        assert len(texts_to(world, address)) == 2
        assert WHAT["sv"] in " ".join(texts_to(world, address)[1].split())
    world.advance(days=1)
    world.settle()
    assert len(world.staff_mail()) == 2 * 7 - 3


def test_whoever_is_being_sent_the_old_text_is_corrected_when_that_is_known(make_world):
    point = Disturbed()
    world = make_world(point=point)

    def at_this_moment() -> None:
        corrected(world, public_id)
        approve(world, public_id)

    point.at["email: before send"] = at_this_moment
    public_id = approve(world, world.decision(audience=SMALL))
    world.settle()
    assert sorted(world.staff_mail()) == sorted([*staff_of(world, "bibliotek")] * 2)
    assert "8.20" in texts_to(world, world.staff_mail()[-1])[-1]


def test_what_was_completed_is_corrected_everywhere_and_completed_again(make_world, newsroom_url):
    world = make_world()
    public_id = approve(world, world.decision(audience=TO_BOTH))
    world.settle()
    to_the_press(world, public_id)
    assert world.status(public_id).state == "completed"
    world.advance(days=3)
    corrected(world, public_id)
    approve(world, public_id)
    world.settle()
    assert world.status(public_id).state == "completed"
    for address in (*newsrooms(world), *staff_of(world, "bibliotek")):
        first, second = texts_to(world, address)
        assert "8.20" not in first
        assert "8.20" in second
        assert WHAT["sv"] in " ".join(second.split())
    with PublicHouse(newsroom_url) as newsroom:
        answer = Reader(newsroom.url).get(f"/nyheter/{public_id}")
        assert answer.status_code == 200
        assert "8.20" in answer.text
    assert list(faults(world)) == []


def faults(world: World) -> list[object]:
    with world.installation.database.reading() as session:
        return list(verifying.verify(session))


def test_a_second_correction_says_only_what_is_new(world: World):
    public_id = published(world)
    corrected(world, public_id)
    approve(world, public_id)
    world.settle()
    corrected(world, public_id, "Det händer klockan 8.10.", what={"sv": "Tiden är 8.10."})
    approve(world, public_id)
    world.settle()
    for address in staff_of(world, "bibliotek"):
        _, second, third = (" ".join(one.split()) for one in texts_to(world, address))
        assert WHAT["sv"] in second
        assert "Tiden är 8.10." in third
        assert WHAT["sv"] not in third


def test_two_corrections_before_the_first_is_out_are_told_as_one(world: World):
    public_id = published(world)
    world.liar = lambda _: wsgi("503 Later", b"later")
    corrected(world, public_id)
    approve(world, public_id)
    world.settle()
    corrected(world, public_id, "Det händer klockan 8.10.", what={"sv": "Rummet är ett annat."})
    approve(world, public_id)
    world.settle()
    world.liar = lambda _: None
    world.advance(minutes=10)
    world.settle()
    for address in staff_of(world, "bibliotek"):
        _, second = (" ".join(one.split()) for one in texts_to(world, address))
        assert WHAT["sv"] in second
        assert "Rummet är ett annat." in second
        assert "8.10" in second


def test_the_right_text_waits_for_its_page(world: World):
    public_id = approve(world, world.decision(audience=TO_BOTH))
    world.settle()
    release(world, public_id)
    corrected(world, public_id)
    world.liar = lambda _: wsgi("503 Later", b"later")
    approve(world, public_id)
    open_window(world, public_id)
    world.settle()
    assert world.press_mail() == []
    assert len(world.staff_mail()) == 7
    world.liar = lambda _: None
    world.advance(minutes=10)
    world.settle()
    assert set(world.press_mail()) == newsrooms(world)
    assert len(world.staff_mail()) == 14


def test_only_those_who_may_rewrite_it_correct_it_and_only_its_text(world: World):
    public_id = published(world)
    content = replace(in_force(world, public_id), body="Nytt.")
    stranger = world.somebody("bibliotek")
    real, house = CorrectionKind.REAL, world.installation
    with pytest.raises(NotAllowed):
        correcting.propose(house, stranger, public_id, content, real, WHAT)
    with pytest.raises(BadSubmission):
        correcting.propose(house, world.chief, public_id, content, real, {})
    with pytest.raises(Refusal, match="densamma"):
        corrected(world, public_id, body=in_force(world, public_id).body)
    elsewhere = replace(content, audience=("bildning",))
    with pytest.raises(Refusal, match="målgrupper"):
        correcting.propose(house, world.chief, public_id, elsewhere, real, WHAT)


def test_the_author_does_not_approve_their_own_correction(world: World):
    public_id = published(world)
    content = replace(in_force(world, public_id), body="Nytt.")
    real = CorrectionKind.REAL
    correcting.propose(world.installation, world.communicator, public_id, content, real, WHAT)
    with pytest.raises(NotAllowed):
        reviewing.approve(world.installation, world.communicator, public_id)


def test_a_withdrawal_tells_exactly_those_who_had_it_staff_first(world: World):
    public_id = approve(world, world.decision(audience=TO_BOTH))
    world.settle()
    to_the_press(world, public_id)
    had = len(world.smtp.messages)
    holding.withdraw(
        world.installation, world.communicator, public_id, "Fel beslut.", {"sv": "Nytt kommer."}
    )
    world.settle()
    told = world.smtp.messages[had:]
    assert {a for m in told for a in m.recipients} == (
        staff_of(world, "bibliotek") | newsrooms(world)
    )
    outside = [not to_staff(message) for message in told]
    assert outside == sorted(outside), "inside first"
    for message in told:
        text = read(message).get_body(("plain",)).get_content()
        assert ("Nytt kommer." in text) is to_staff(message), "nobody has approved it"
        assert "tillbaka" in text
        assert "Det här händer nu." not in text
        assert "Fel beslut." not in text
    world.advance(days=3)
    world.settle()
    assert len(world.smtp.messages) == had + len(told)


def test_what_is_withdrawn_while_a_correction_waits_tells_of_the_withdrawal_alone(world: World):
    public_id = published(world)
    corrected(world, public_id)
    holding.withdraw(world.installation, world.communicator, public_id, "Fel.")
    world.settle()
    for address in staff_of(world, "bibliotek"):
        _, notice = texts_to(world, address)
        assert "8.20" not in notice
    with pytest.raises(Refusal):
        corrected(world, public_id)
    assert list(faults(world)) == []


def test_a_withdrawal_at_night_is_told_at_night(world: World):
    public_id = published(world)
    world.set_time(datetime(2026, 12, 9, 1, 0, tzinfo=UTC))
    holding.withdraw(world.installation, world.communicator, public_id, "Fel.")
    world.settle()
    assert len(world.staff_mail()) == 14


def test_what_was_never_out_is_withdrawn_without_a_word(world: World):
    public_id = world.decision(audience=TO_BOTH)
    holding.withdraw(world.installation, world.communicator, public_id, "Fel.", {"sv": "Nej."})
    world.settle()
    assert world.smtp.messages == []


def test_the_newest_text_is_the_last_one_also_where_the_clock_was_set_back(world: World):
    public_id = decided(world)
    for hour in ("8.20", "8.10"):
        corrected(world, public_id, f"Det händer klockan {hour}.")
        approve(world, public_id)
        world.advance(hours=-2)
    world.advance(hours=5)
    world.settle()
    assert set(world.staff_mail()) == staff_of(world, "bibliotek")
    assert all("8.10" in texts_to(world, one)[0] for one in staff_of(world, "bibliotek"))
