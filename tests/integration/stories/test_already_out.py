"""Already out. Wednesday 5 May 2027: on the intranet at 15.10, the press due on the next working day
at 09.00. Thursday is Ascension Day and Friday closed, so that is Monday 10. On Thursday at 07.28 the
radio has it, and at 07.30 they call."""

import pytest

from announcer.domain.errors import NotAllowed
from announcer.services import bringing_forward, holding, records, reviewing, verifying
from announcer.services.importing import import_shifts
from tests.doubles.gateway import Gateway
from tests.functional.visitor import Visitor
from tests.integration.promise.way import newsrooms
from tests.integration.stories.conftest import Day
from tests.world import EXAMPLES, World

TITLE = "Simhallen stänger i sommar"
TEXT = f"""+++
class = "besked"
unit = "ks"
title = "{TITLE}"
summary = "Simhallen är stängd från den 14 juni till den 15 augusti."
audience = ["alla", "press"]
contact = "Kanslichef, 0591-555 20"
+++
Beslutet är taget i dag.
"""
#: Of the example's shifts: the fire station, Fyllsta by day, Sikfors and the home care are on at
#: 07.30 on Ascension Day; Fyllsta by night, the kitchen and the technical store are not.
AT_WORK = ["+46701740605", "+46701740607", "+46701740609", "+46701740610"]
PHONES_OFF = {"+46701740606", "+46701740608", "+46701740611"}


#: What a reader leaves behind them elsewhere.
BROWSER, ADDRESS = "Telefon-som-bara-en-har/7", "203.0.113.77"
TOKEN = "a token that is long enough for whoever measures"


@pytest.fixture
def day(at, gateway: Gateway) -> Day:
    return at("2027-05-05 15:10", "already_out.toml", channels=gateway.settings)


def on_the_intranet(day: Day) -> str:
    world = day.world
    file = EXAMPLES / "organisation" / "shifts.csv"
    assert import_shifts(world.installation, file.read_bytes()).findings == ()
    public_id = world.submit(TEXT, world.somebody("ks", "chef"))
    assert reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    assert day.is_read(public_id)
    return public_id


def test_the_press_would_wait_until_monday_the_10th(day: Day, gateway: Gateway) -> None:
    public_id = on_the_intranet(day)
    day.comes("2027-05-10 08:00")
    day.comes("2027-05-10 08:59")
    assert day.got(TITLE) == set()
    reached = {one.number for one in gateway.sent}
    assert {"+46701740606", "+46701740611"} <= reached, "an ordinary Monday: the kitchen is at work"
    assert "+46701740608" not in reached, "whoever worked by night is asleep"
    day.comes("2027-05-10 09:00")
    assert day.got(TITLE) == set(), "nobody has released it"
    assert holding.release(day.world.installation, day.world.communicator, public_id)
    day.world.settle()
    assert day.got(TITLE) == newsrooms(day.world)


def test_the_duty_phone_says_already_out_and_only_those_at_work_get_a_message(
    day: Day, gateway: Gateway
) -> None:
    public_id = on_the_intranet(day)
    day.comes("2027-05-06 07:28")
    assert gateway.sent == []
    world = day.world
    stranger = world.somebody("kost", "medarbetare")
    with pytest.raises(NotAllowed):
        bringing_forward.already_out(world.installation, stranger, public_id)

    day.comes("2027-05-06 07:30")
    officer = world.somebody("ks", "chef")
    moved = bringing_forward.already_out(world.installation, officer, public_id)
    assert moved == ["sms", "press", "nyhetsrum"]
    assert day.got(TITLE) == set()
    world.settle()

    assert sorted(one.number for one in gateway.sent) == AT_WORK
    assert PHONES_OFF.isdisjoint(one.number for one in gateway.sent)
    assert all(TITLE in text for text in gateway.texts())
    assert day.got(TITLE) == newsrooms(world), "without a minute of waiting"
    sms, press = (world.step(public_id, channel) for channel in ("sms", "press"))
    assert sms.settled_at <= press.started_at, "the inside first"
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        noted = [e for e in records.events(session, row.id) if e["what"] == "redan ute"]
        assert list(verifying.verify(session)) == []
    assert [e["who"] for e in noted] == [str(officer.pseudonym)]

    day.comes("2027-05-10 09:00")
    assert sorted(one.number for one in gateway.sent) == AT_WORK, "nobody gets it twice"


def test_the_director_asks_who_opened_the_page_and_nothing_can_answer(
    day: Day, gateway: Gateway, capfd: pytest.CaptureFixture[str]
) -> None:
    """Everything that is kept is the same, to the byte, whether somebody has read or not."""
    public_id, world = on_the_intranet(day), day.world
    world.metrics_token(TOKEN)
    reader = world.somebody("kost", "medarbetare")
    phone = Visitor(world.url).sign_in(reader.directory_id)
    phone.client.headers.update({"User-Agent": BROWSER, "X-Forwarded-For": ADDRESS})
    day.comes("2027-05-05 16:00")
    kept, figures = everything(world), measured(world)
    capfd.readouterr()
    for place in (
        "/",
        f"/nyheter/{public_id}",
        f"/nyheter/{public_id}/affisch.pdf",
        "/?q=simhallen",
    ):
        phone.get(place)
    assert TITLE in phone.get(f"/nyheter/{public_id}").text, "it was read"
    assert everything(world) == kept
    assert measured(world) == figures
    logged = "".join(capfd.readouterr())

    day.comes("2027-05-06 07:30")
    officer = world.somebody("ks", "chef")
    bringing_forward.already_out(world.installation, officer, public_id)
    bringing_forward.hand_out(world.installation, officer, public_id)
    world.settle()
    desk = Visitor(world.url).sign_in(world.communicator.directory_id)
    screens = "".join(
        desk.get(place).text
        for place in (f"/meddelanden/{public_id}", "/bevakning", "/driftlage", "/du-behovs")
    )
    logged += "".join(capfd.readouterr())
    written = "".join(line for table in everything(world).values() for line in table)
    assert TITLE in screens
    assert str(officer.pseudonym) in written, "who decided is on record"
    assert "tried" in logged, "what the programs did is logged"
    for trace in (BROWSER, ADDRESS):
        assert trace not in screens + logged + written
    for name in (reader.directory_id, str(reader.pseudonym)):
        assert name not in logged
    after = everything(world)
    for table in set(after) - {"announcer.person", "announcer.delivery", "announcer.batch"}:
        assert not any(str(reader.pseudonym) in line for line in after[table]), table


def everything(world: World) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    tables = world.owner.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    ).fetchall()
    assert len(tables) > 30
    return {
        name: sorted(row for (row,) in world.owner.execute(f"SELECT t::text FROM {name} t"))
        for (name,) in tables
    }


def measured(world: World) -> list[str]:
    """What is measured, but for what grows with time alone."""
    answer = Visitor(world.url).client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert "announcer_" in answer.text
    clocks = ("seconds", "process_", "python_", "age", "#")
    return [line for line in answer.text.splitlines() if not any(one in line for one in clocks)]
