"""Events, hours reckoned backwards, and steps that need not be waited for, on the database's time."""

from datetime import timedelta

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from announcer.domain.errors import NotAllowed, NotFound, Refusal
from announcer.domain.step import StepState
from announcer.services import bringing_forward, happening, holding, records, verifying
from tests.integration.promise.way import approve, policy_of, wsgi
from tests.world import World

#: The page waits for a negotiation and its hour, the press for boards and the decision.
RECKONED = (
    '[events."förhandling klar"]',
    'opened_by = ["chef"]',
    'needs = "reference"',
    '[events."beslut fattat"]',
    'opened_by = ["informationsenheten"]',
    '[events."tavlor uppe"]',
    'opened_by = ["informationsenheten"]',
    "percent = 60",
    "[classes.beslut.steps.mote]",
    'channel = "meeting"',
    "before_intranet = true",
    'ticked_by = ["chef"]',
    'at = { days_before = 1, clock = "13:00", hours = "vaxeln" }',
    'greatest_lateness = "30 d"',
    "[classes.beslut.steps.intranet]",
    'after = ["mote"]',
    'gates = ["förhandling klar"]',
    'at = { before_known = "90 min" }',
    "[classes.beslut.steps.epost]",
    'strength = "should"',
    "[classes.beslut.steps.affisch]",
    'strength = "if_practical"',
    "[classes.beslut.steps.press]",
    'gates = ["beslut fattat", "tavlor uppe"]',
    'window = { duration = "30 min" }',
    'at = { before_known = "0 s" }',
    'release = { by = ["informationsenheten"], out_of_hours = ["krisledning"], hours = "vaxeln" }',
    "[classes.beslut.steps.nyhetsrum]",
    'window = { same_time_as = "press" }',
)
TEXT = """+++
class = "beslut"
unit = "ks"
title = "Äldreboendet Fyllsta flyttar"
summary = "Boendet flyttar i mars."
audience = ["alla", "press"]
contact = "Socialchef, 0591-555 10"
known_at = {known}
+++
Flytten börjar den 1 mars.
"""


@pytest.fixture
def world(make_world, tmp_path) -> World:
    # A step at the same time as another has no release of its own: taken out of the copy.
    file = policy_of(tmp_path, *RECKONED)
    base = file.with_name("hallefors.toml")
    text = base.read_text(encoding="utf-8")
    section = "[classes.beslut.steps.nyhetsrum]"
    before, _, after = text.partition(section)
    after = after.replace('release = { by = ["informationsenheten"] }\n', "", 1)
    base.write_text(before + section + after, encoding="utf-8")
    return make_world(policy=file)


def soon_known(world: World, hours: float = 24) -> str:
    known = world.now() + timedelta(hours=hours)
    return world.submit(TEXT.format(known=known.isoformat()), world.somebody("ks", "chef"))


def negotiated(world: World, public_id: str) -> None:
    assert happening.happened(
        world.installation, world.chief, public_id, "förhandling klar", "MBL 2026/7"
    )


def held(world: World, public_id: str) -> None:
    holding.tick(world.installation, world.chief, public_id, "mote")


def up(world: World, public_id: str) -> StepState:
    return world.step(public_id, "intranet").state


def test_the_page_waits_for_the_meeting_the_negotiation_and_its_hour(world: World) -> None:
    public_id = approve(world, soon_known(world))
    world.settle()
    assert up(world, public_id) == "waiting"
    held(world, public_id)
    world.settle()
    assert up(world, public_id) == "waiting"
    negotiated(world, public_id)
    world.settle()
    assert up(world, public_id) == "waiting"
    hour = world.step(public_id, "intranet").meant_for
    assert hour == world.status(public_id).known_at - timedelta(minutes=90)
    world.set_time(hour - timedelta(seconds=5))
    world.settle()
    assert world.staff_mail() == []
    world.set_time(hour + timedelta(seconds=1))
    world.settle()
    assert world.step(public_id, "intranet").confirmed_at
    assert len(world.staff_mail()) > 100
    assert world.press_mail() == []


def test_what_has_happened_may_be_said_before_the_text_is_approved(world: World) -> None:
    public_id = soon_known(world)
    negotiated(world, public_id)
    assert not happening.happened(
        world.installation, world.chief, public_id, "förhandling klar", "MBL 2026/7"
    ), "a second click changes nothing"
    approve(world, public_id)
    held(world, public_id)
    world.set_time(world.step(public_id, "intranet").meant_for + timedelta(seconds=1))
    world.settle()
    assert world.step(public_id, "intranet").confirmed_at


def on_the_web(world: World, public_id: str) -> None:
    """Everything inside is out."""
    negotiated(world, public_id)
    held(world, public_id)
    world.set_time(world.step(public_id, "intranet").meant_for + timedelta(seconds=1))
    world.settle()


def boards(world: World, public_id: str, share: float) -> tuple[int, int]:
    rows = world.owner.execute(
        "SELECT DISTINCT workplace FROM announcer.person WHERE left_at IS NULL AND workplace <> ''"
    ).fetchall()
    places = sorted(place for (place,) in rows)
    some = places[: round(len(places) * share)]
    for place in some:
        found = happening.board_up(world.installation, world.communicator, public_id, place)
    return found


def test_the_press_waits_for_its_events_and_its_release(world: World) -> None:
    public_id = approve(world, soon_known(world))
    on_the_web(world, public_id)
    world.set_time(world.step(public_id, "press").meant_for + timedelta(minutes=1))
    assert holding.release(world.installation, world.communicator, public_id) == [
        "press", "nyhetsrum",
    ]  # fmt: skip
    world.settle()
    assert world.press_mail() == []
    assert happening.happened(world.installation, world.communicator, public_id, "beslut fattat")
    world.settle()
    assert world.press_mail() == []
    count, of = boards(world, public_id, 0.5)
    world.settle()
    assert (count * 100 < 60 * of, world.press_mail()) == (True, [])
    boards(world, public_id, 0.7)
    world.settle()
    assert world.press_mail()
    assert world.step(public_id, "newsroom").state == "settled"
    with world.installation.database.reading() as session:
        assert list(verifying.verify(session)) == []
        row = records.find(session, public_id)
        said = [e["detail"] for e in records.events(session, row.id) if e["what"] == "happened"]
    assert said[-1]["event"] == "tavlor uppe"
    assert said[-1]["boards"] * 100 >= 60 * said[-1]["of"]


def test_go_now_tells_staff_at_once_and_leaves_the_press_its_window(world: World) -> None:
    public_id = approve(world, soon_known(world, hours=3))
    negotiated(world, public_id)
    world.settle()
    moved = bringing_forward.go_now(
        world.installation, world.communicator, public_id, "Ute klockan nio"
    )
    assert set(moved) == {"mote", "intranet", "epost", "affisch"}
    world.settle()
    confirmed = world.step(public_id, "intranet").confirmed_at
    assert confirmed
    assert world.staff_mail()
    for event in ("beslut fattat", "tavlor uppe"):
        happening.happened(world.installation, world.communicator, public_id, event)
    holding.release(world.installation, world.communicator, public_id)
    world.settle()
    assert world.press_mail() == []
    assert world.step(public_id, "press").earliest >= confirmed + timedelta(minutes=30)
    world.set_time(world.step(public_id, "press").earliest + timedelta(seconds=1))
    world.settle()
    assert world.press_mail()


def test_go_now_does_not_say_that_anything_has_happened(world: World) -> None:
    public_id = approve(world, soon_known(world))
    bringing_forward.go_now(world.installation, world.communicator, public_id, "Ute klockan nio")
    world.settle()
    assert up(world, public_id) == "waiting"
    status = world.step(public_id, "intranet")
    assert [(one.event, one.roles) for one in status.openings] == [("förhandling klar", ("chef",))]
    negotiated(world, public_id)
    world.settle()
    assert world.step(public_id, "intranet").confirmed_at


def test_what_is_not_practical_in_time_is_gone_ahead_of_and_that_is_on_record(
    world: World,
) -> None:
    public_id = approve(world, soon_known(world))
    # The printer's step is stopped; nothing else keeps the press.
    world.owner.execute(
        "UPDATE announcer.step s SET held_at = announcer.announcer_now(), held_reason = 'trasig'"
        " FROM announcer.announcement a WHERE a.id = s.announcement AND a.public_id = %s"
        " AND s.key = 'affisch'",
        (public_id,),
    )
    on_the_web(world, public_id)
    for event in ("beslut fattat", "tavlor uppe"):
        happening.happened(world.installation, world.communicator, public_id, event)
    holding.release(world.installation, world.communicator, public_id)
    world.set_time(world.step(public_id, "press").earliest + timedelta(seconds=1))
    world.settle()
    assert world.press_mail()
    assert world.step(public_id, "poster").state == "waiting"
    assert world.step(public_id, "press").ahead_of == ("poster",)
    holding.resume(world.installation, world.communicator, public_id)
    world.settle()
    assert world.step(public_id, "poster").state == "settled"
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        begun = [e["detail"] for e in records.events(session, row.id) if e["what"] == "step begun"]
    assert {"step": "press", "ahead_of": ["affisch"]} in begun


def test_what_should_come_first_is_passed_over_by_the_information_unit_only(world: World) -> None:
    public_id = approve(world, soon_known(world))
    with pytest.raises(NotAllowed):
        bringing_forward.pass_over(world.installation, world.chief, public_id, "epost", "Sent")
    for key, words in (("mote", "kräver"), ("intranet", "kräver"), ("radio", "finns inget steg")):
        with pytest.raises(Refusal, match=words):
            bringing_forward.pass_over(
                world.installation, world.communicator, public_id, key, "Sent"
            )
    with pytest.raises(Refusal, match="Skriv varför"):
        bringing_forward.pass_over(world.installation, world.communicator, public_id, "epost", " ")
    bringing_forward.pass_over(
        world.installation, world.communicator, public_id, "epost", "Servern nere"
    )
    assert world.step(public_id, "email").passed_over


@pytest.mark.parametrize(
    ("event", "note", "words"),
    [
        ("förhandling klar", " ", "var det står"),
        ("beslutet fattat", "x", "Den väntar på: beslut fattat, förhandling klar, tavlor uppe"),
    ],
)
def test_what_cannot_have_happened_is_refused_in_words(world: World, event, note, words) -> None:
    public_id = soon_known(world)
    with pytest.raises(Refusal, match=words):
        happening.happened(world.installation, world.chief, public_id, event, note)


def test_only_the_roles_of_the_policy_say_that_something_has_happened(world: World) -> None:
    public_id = soon_known(world)
    with pytest.raises(NotAllowed, match="Det är Chef som säger till"):
        happening.happened(
            world.installation, world.communicator, public_id, "förhandling klar", "x"
        )
    with pytest.raises(NotFound):
        happening.happened(world.installation, world.chief, "0" * 18, "förhandling klar", "x")


def test_a_board_is_ticked_by_those_who_work_there(world: World) -> None:
    public_id = soon_known(world)
    here, there = world.somebody("bibliotek"), world.somebody("bildning", "chef")
    with pytest.raises(Refusal, match="inte godkänd"):
        happening.board_up(world.installation, here, public_id, here.workplace)
    approve(world, public_id)
    assert here.workplace != there.workplace
    with pytest.raises(NotAllowed, match="de som arbetar där"):
        happening.board_up(world.installation, there, public_id, here.workplace)
    with pytest.raises(Refusal, match="Månen"):
        happening.board_up(world.installation, here, public_id, "Månen")
    first = happening.board_up(world.installation, here, public_id, here.workplace)
    assert first[0] == 1
    assert happening.board_up(world.installation, here, public_id, here.workplace) == first


def test_the_officer_on_duty_releases_out_of_hours_only(world: World) -> None:
    public_id = approve(world, soon_known(world))
    on_the_web(world, public_id)
    duty = world.somebody("ks", "chef")
    with pytest.raises(NotAllowed, match="Informationsenheten"):
        holding.release(world.installation, duty, public_id)
    world.advance(hours=12)
    assert holding.release(world.installation, duty, public_id) == ["press", "nyhetsrum"]


# The database by itself ------------------------------------------------------------------------


@pytest.fixture
def app(world: World, app_url: str):
    with psycopg.connect(app_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def begin(app: psycopg.Connection, public_id: str, key: str) -> None:
    app.execute(
        "UPDATE announcer.step s SET state = 'sending' FROM announcer.announcement a"
        " WHERE a.id = s.announcement AND a.public_id = %s AND s.key = %s",
        (public_id, key),
    )


def step_id(world: World, public_id: str, key: str) -> str:
    row = world.owner.execute(
        "SELECT s.id FROM announcer.step s JOIN announcer.announcement a ON a.id = s.announcement"
        " WHERE a.public_id = %s AND s.key = %s",
        (public_id, key),
    ).fetchone()
    assert row
    return row[0]


def test_the_database_lets_no_step_begin_before_what_it_waits_for(world: World, app) -> None:
    public_id = approve(world, soon_known(world))
    with pytest.raises(CheckViolation, match="earlier step"):
        begin(app, public_id, "intranet")
    held(world, public_id)
    with pytest.raises(CheckViolation, match="not happened"):
        begin(app, public_id, "intranet")
    negotiated(world, public_id)
    with pytest.raises(CheckViolation, match="hour"):
        begin(app, public_id, "intranet")
    world.set_time(world.step(public_id, "intranet").meant_for)
    begin(app, public_id, "intranet")


@pytest.mark.parametrize("key", ["intranet", "press", "nyhetsrum"])
def test_the_database_passes_over_nothing_that_must_be_waited_for(world: World, app, key) -> None:
    public_id = approve(world, soon_known(world))
    pseudonym = world.communicator.pseudonym
    insert = "INSERT INTO announcer.passed_over (step, actor, ground) VALUES (%s, %s, 'nej')"
    with pytest.raises(CheckViolation, match="must wait"):
        app.execute(insert, (step_id(world, public_id, key), pseudonym))
    app.execute(insert, (step_id(world, public_id, "mote"), pseudonym))


@pytest.mark.parametrize(
    "change", ["gates = '{}'", "strength = 'if_practical'", "meant_for = NULL", "meant_for = now()"]
)
def test_a_plan_is_not_made_weaker_afterwards(world: World, app, change: str) -> None:
    public_id = approve(world, soon_known(world))
    update = f"UPDATE announcer.step SET {change} WHERE id = %s"
    with pytest.raises(InsufficientPrivilege):
        app.execute(update, (step_id(world, public_id, "intranet"),))
    with pytest.raises(CheckViolation, match="a plan does not change"):
        world.owner.execute(update, (step_id(world, public_id, "intranet"),))


def test_what_happened_is_stamped_and_cannot_be_taken_back(world: World, app) -> None:
    public_id = soon_known(world)
    negotiated(world, public_id)
    (at,) = world.owner.execute("SELECT at FROM announcer.happened").fetchone()
    assert abs((at - world.now()).total_seconds()) < 60
    for statement in ("DELETE FROM announcer.happened", "UPDATE announcer.happened SET note = ''"):
        with pytest.raises(InsufficientPrivilege):
            app.execute(statement)


def test_nobody_is_told_before_the_page_even_when_staff_must_go_now(world: World) -> None:
    world.liar = lambda _: wsgi("503 Service Unavailable", b"")
    public_id = approve(world, soon_known(world))
    negotiated(world, public_id)
    bringing_forward.go_now(world.installation, world.communicator, public_id, "Ute klockan nio")
    world.advance(hours=1)
    world.settle()
    assert world.smtp.messages == []
    assert up(world, public_id) == "sending"


def test_the_mail_waits_for_the_morning_and_the_page_does_not(make_world, tmp_path) -> None:
    lines = ("[quiet]", 'begins = "21:00"', 'ends = "06:00"')
    world = make_world(policy=policy_of(tmp_path, *lines))
    world.set_time(world.now().replace(hour=21, minute=0))  # 22.00 in Hällefors
    public_id = approve(world, world.decision(audience='["bibliotek"]'))
    world.settle()
    assert world.step(public_id, "intranet").confirmed_at
    assert world.staff_mail() == []
    (reason,) = world.step(public_id, "email").reasons
    assert reason.say(str).startswith("Inget skickas nattetid.")
    world.advance(hours=8, minutes=1)
    world.settle()
    assert world.staff_mail()


def test_what_is_already_out_goes_at_night_too(make_world, tmp_path) -> None:
    lines = ("[quiet]", 'begins = "21:00"', 'ends = "06:00"')
    world = make_world(policy=policy_of(tmp_path, *lines))
    world.set_time(world.now().replace(hour=21, minute=0))  # 22.00 in Hällefors
    public_id = approve(world, world.decision(audience='["bibliotek"]'))
    world.settle()
    assert world.staff_mail() == []
    bringing_forward.already_out(world.installation, world.communicator, public_id)
    world.settle()
    assert world.staff_mail()
    assert world.press_mail()
