"""A person says stop, or two people say the same at once."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from announcer.domain.announcement import AnnouncementState
from announcer.domain.errors import NotFound, Refusal
from announcer.domain.manuscript import read_manuscript
from announcer.services import holding, reading, reviewing, writing
from tests.integration.promise.way import (
    SMALL,
    Disturbed,
    approve,
    decided,
    newsrooms,
    open_window,
    policy_of,
    published,
    release,
    staff_of,
    to_the_press,
)
from tests.world import BESLUT, World


def hold(world: World, public_id: str) -> int:
    return holding.hold(world.installation, world.communicator, public_id, "Fel datum")


def withdraw(world: World, public_id: str) -> int:
    return holding.withdraw(world.installation, world.communicator, public_id, "Gäller inte")


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of it at the same moment, each in a thread; what each gave or raised."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def act(number: int) -> None:
        barrier.wait()
        try:
            results[number] = acts[number]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error

    threads = [threading.Thread(target=act, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def content(title: str, audience: str = SMALL):
    return read_manuscript(BESLUT.format(title=title, audience=audience).encode(), _no_file)


def _no_file(_: str) -> bytes:
    raise AssertionError


@pytest.mark.parametrize("where", ["approved", "staff have it"])
def test_nothing_starts_while_it_is_held_and_all_of_it_when_it_is_resumed(world: World, where):
    public_id = published(world) if where == "staff have it" else decided(world)
    before = len(world.smtp.messages)
    hold(world, public_id)
    if where == "staff have it":
        release(world, public_id)
        open_window(world, public_id)
    for _ in range(3):
        world.settle()
        world.advance(hours=20)
    assert len(world.smtp.messages) == before
    holding.resume(world.installation, world.communicator, public_id)
    world.settle()
    if where == "approved":
        to_the_press(world, public_id)
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))
    assert Counter(world.press_mail()) == Counter(newsrooms(world))


def test_a_hold_while_a_batch_goes_out_stops_the_batches_after_it(make_world):
    point = Disturbed()
    world = make_world(point=point)
    public_id = decided(world, audience='["fyllsta", "bibliotek", "klockarskolan"]')
    out: list[int] = []
    point.at["email: before send"] = lambda: out.append(hold(world, public_id))
    world.settle()
    assert out[0] >= 1, "the answer says how many were going out already"
    assert len(world.smtp.messages) == 1
    world.advance(days=2)
    world.settle()
    assert len(world.smtp.messages) == 1
    holding.resume(world.installation, world.communicator, public_id)
    world.settle()
    everybody = staff_of(world, "fyllsta", "bibliotek", "klockarskolan")
    assert Counter(world.staff_mail()) == Counter(everybody), "a pause does not make it too late"


def test_a_hold_between_newsrooms_stops_the_next_newsroom(make_world):
    point = Disturbed()
    world = make_world(point=point)
    public_id = published(world)
    point.at["press: after send"] = lambda: hold(world, public_id)
    release(world, public_id)
    open_window(world, public_id)
    world.settle()
    assert len(world.press_mail()) == 1
    holding.resume(world.installation, world.communicator, public_id)
    world.settle()
    assert Counter(world.press_mail()) == Counter(newsrooms(world))


def test_a_withdrawal_while_newsrooms_are_told_tells_no_more_of_them(make_world):
    point = Disturbed()
    world = make_world(point=point)
    public_id = published(world)
    point.at["press: before send"] = lambda: withdraw(world, public_id)
    release(world, public_id)
    open_window(world, public_id)
    world.settle()
    (told,) = set(world.press_mail())
    assert len(world.press_mail()) == 2, "and the one that was told is told of the withdrawal"
    world.advance(days=1)
    world.settle()
    assert world.press_mail() == [told, told]
    assert world.step(public_id, "press").recipients == {"accepted": 1, "abandoned": 9}


@pytest.mark.parametrize(("when", "page"), [("before", "deferred"), ("after", "accepted")])
def test_a_withdrawal_while_the_page_is_read_back_tells_nobody(make_world, when: str, page: str):
    point = Disturbed()
    world = make_world(point=point)
    point.at[f"intranet: {when} send"] = lambda: withdraw(world, public_id)
    public_id = decided(world)
    world.settle()
    world.advance(days=1)
    world.settle()
    assert world.smtp.connections == 0
    assert world.step(public_id, "intranet").recipients == {page: 1}


@pytest.mark.parametrize("when", ["in review", "approved"])
def test_what_is_withdrawn_before_anything_left_leaves_no_trace(world: World, when: str):
    public_id = world.decision(audience=SMALL)
    if when == "approved":
        approve(world, public_id)
    assert withdraw(world, public_id) == 0
    world.advance(days=1)
    world.settle()
    assert world.smtp.connections == 0
    reader = reading.reader_of(world.somebody("bibliotek"))
    with world.installation.database.reading() as session, pytest.raises(NotFound):
        reading.page(session, world.installation, reader, public_id)


def test_two_who_approve_at_once_make_one_plan(world: World):
    public_id = world.decision(audience=SMALL)
    colleague = world.somebody("info")
    installation = world.installation
    said = at_once(
        lambda: reviewing.approve(installation, world.communicator, public_id),
        lambda: reviewing.approve(installation, colleague, public_id),
    )
    assert sorted(map(str, said)) == ["False", "True"]
    world.settle()
    assert Counter(world.staff_mail()) == Counter(staff_of(world, "bibliotek"))


@pytest.mark.parametrize("concurrently", [False, True])
def test_a_text_handed_in_twice_is_one_announcement(world: World, concurrently: bool):
    text, chief = content("En gång"), world.chief
    submit = [lambda: writing.submit(world.installation, chief, text)] * 3
    said = at_once(*submit) if concurrently else [one() for one in submit]
    assert len({one.public_id for one in said}) == 1
    assert sorted(one.again for one in said) == [False, True, True]


def test_an_approval_of_the_text_of_before_is_refused(world: World):
    text = content("Ett utkast")
    public_id = writing.submit(world.installation, world.chief, text).public_id
    writing.edit(world.installation, world.chief, public_id, replace(text, summary="Ny text."))
    with pytest.raises(Refusal, match="ändrats"):
        reviewing.approve(world.installation, world.communicator, public_id, text.content_hash)
    world.settle()
    assert world.status(public_id).state is AnnouncementState.IN_REVIEW
    assert world.smtp.connections == 0


def test_what_is_read_is_the_text_that_was_approved(world: World):
    text = content("Ett utkast")
    public_id = writing.submit(world.installation, world.chief, text).public_id
    writing.edit(world.installation, world.chief, public_id, replace(text, title="Det färdiga"))
    approve(world, public_id)
    world.settle()
    assert all(b"Det f" in message.content for message in world.smtp.messages)
    assert not any(b"Ett utkast" in message.content for message in world.smtp.messages)


def test_an_approved_text_is_not_rewritten(world: World):
    public_id = decided(world, "Godkänd")
    with pytest.raises(Refusal, match="redan godkänd"):
        writing.edit(world.installation, world.chief, public_id, content("Smyg in"))


def test_the_author_does_not_approve_and_a_stranger_does_not_either(world: World):
    public_id = world.decision(audience=SMALL)
    for person in (world.chief, world.somebody("bibliotek", "medarbetare")):
        with pytest.raises(Refusal):
            reviewing.approve(world.installation, person, public_id)


# One step, and whether the countdown goes on -----------------------------------------------------


def test_one_step_is_paused_and_the_others_go_on(world: World) -> None:
    public_id = published(world)
    release(world, public_id)
    holding.hold(world.installation, world.communicator, public_id, "Fel bild", "press")
    open_window(world, public_id)
    world.settle()
    assert world.press_mail() == []
    assert world.step(public_id, "newsroom").state == "settled"
    (reason,) = world.step(public_id, "press").reasons
    assert reason.say(str) == "Steget är stoppat: Fel bild"
    holding.resume(world.installation, world.communicator, public_id, "press")
    world.settle()
    assert set(world.press_mail()) == newsrooms(world)


def test_a_step_that_is_paused_by_itself_stays_so_until_it_is_resumed(world: World) -> None:
    public_id = published(world)
    for key in ("press", "nyhetsrum"):
        holding.hold(world.installation, world.communicator, public_id, "Fel bild", key)
    holding.resume(world.installation, world.communicator, public_id, "nyhetsrum")
    assert world.step(public_id, "press").held
    assert not world.step(public_id, "newsroom").held
    holding.resume(world.installation, world.communicator, public_id)
    assert not world.step(public_id, "press").held


@pytest.mark.parametrize(
    ("key", "words"), [("epost", "redan klart"), ("radio", "finns inget steg")]
)
def test_what_cannot_be_paused_is_refused_in_words(world: World, key: str, words: str) -> None:
    public_id = published(world)
    with pytest.raises(Refusal, match=words):
        holding.hold(world.installation, world.communicator, public_id, "Fel bild", key)


@pytest.mark.parametrize("step", ["", "press"])
@pytest.mark.parametrize("countdown", ["goes_on", "stops"])
def test_the_policy_says_whether_staff_are_ahead_by_so_much_longer(
    make_world, tmp_path, countdown: str, step: str
) -> None:
    lines = ("[classes.beslut]", f'countdown_when_held = "{countdown}"')
    world = make_world(policy=policy_of(tmp_path, *lines))
    public_id = published(world)
    opens = world.step(public_id, "press").earliest
    holding.hold(world.installation, world.communicator, public_id, "Fel bild", step)
    world.advance(minutes=45)
    holding.resume(world.installation, world.communicator, public_id, step)
    later = world.step(public_id, "press").earliest - opens
    if countdown == "stops":
        assert timedelta(minutes=45) <= later < timedelta(minutes=46)
        release(world, public_id)
        world.set_time(opens + timedelta(minutes=44))
        world.settle()
        assert world.press_mail() == []
        world.advance(minutes=2)
        world.settle()
        assert world.press_mail()
    else:
        assert later == timedelta(0)
