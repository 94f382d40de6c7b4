"""The handover sheet: what came since the shift took over, and nothing that is not up."""

from datetime import UTC, datetime

import pytest

from announcer.services import holding
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.unit.render.pdf_text import page_text
from tests.world import World

OWN = (
    '+++\nclass = "bara min enhet"\nunit = "{unit}"\ntitle = "{title}"\n'
    'audience = ["{unit}"]\ncontact = "Chefen, 0591-555 20"\n+++\nKlockan tre.\n'
)


@pytest.fixture
def nurse(world: World, sign_in: SignIn) -> Visitor:
    """At Fyllsta shifts hand over at 06.45, 13.30 and 20.45; it is a Tuesday at ten."""
    return sign_in(world.somebody("fyllsta", "medarbetare"))


def own(world: World, unit: str, title: str) -> str:
    public_id = world.submit(OWN.format(unit=unit, title=title))
    world.settle()
    return public_id


def sheet(visitor: Visitor, name: str = "") -> str:
    """What is printed; the page says the same."""
    address = f"/overlamning/{name}/overlamning.pdf" if name else "/overlamning/overlamning.pdf"
    answer = visitor.get(address)
    assert answer.status_code == 200, address
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    return page_text(answer.content)


def test_it_has_what_came_since_the_shift_took_over_and_only_what_is_theirs(
    world: World, nurse: Visitor, publish: Publish
) -> None:
    publish(world.decision("Skolan börjar senare"))
    own(world, "fyllsta", "Ny tvättid")
    own(world, "bibliotek", "Fika på biblioteket")
    printed, page = sheet(nurse), nurse.get("/overlamning").text
    for words in ("Skolan börjar senare", "Ny tvättid", "Fyllsta", "13.30", "06.45"):
        assert words in printed
        assert words in page
    assert "Fika" not in printed + page
    # The next shift: what the last one told is no longer new, and can be printed again.
    world.set_time(datetime(2026, 12, 8, 13, 0, tzinfo=UTC))
    own(world, "fyllsta", "Nya nycklar")
    later = sheet(nurse)
    assert "Nya nycklar" in later
    assert "Ny tvättid" not in later
    assert "Ny tvättid" in sheet(nurse, "2026-12-08T13:30")
    assert "Nya nycklar" not in sheet(nurse, "2026-12-08T13:30")


def test_what_is_not_confirmed_is_not_on_it(world: World, nurse: Visitor) -> None:
    world.liar = lambda environ: _down if "/nyheter/" in environ["PATH_INFO"] else None
    public_id = own(world, "fyllsta", "Ny tvättid")
    assert world.step(public_id, "intranet").confirmed_at is None
    assert world.step(public_id, "intranet").started_at
    assert "Ny tvättid" not in sheet(nurse)
    gone = own(world, "fyllsta", "Ny torktid")
    holding.withdraw(world.installation, world.communicator, gone, "fel")
    assert "drogs tillbaka" not in sheet(nurse), "nobody was told of it"
    world.liar = lambda _: None
    world.advance(minutes=10)
    world.settle()
    assert "Ny tvättid" in sheet(nurse)


def _down(_environ, start_response):
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"later"]


def test_what_was_withdrawn_is_told_without_its_words(
    world: World, nurse: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision("Fel siffror"))
    assert "Fel siffror" in sheet(nurse)
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    for words in (sheet(nurse), nurse.get("/overlamning").text):
        assert "Fel siffror" not in words
        assert "Ett meddelande från Bildningsförvaltningen drogs tillbaka" in words


def test_an_urgent_text_stands_first(world: World, nurse: Visitor, publish: Publish) -> None:
    publish(world.decision("Skolan börjar senare"))
    publish(world.example("04"))
    printed = sheet(nurse)
    assert printed.index("dricksvatt") < printed.index("Skolan börjar senare")


def test_an_office_hands_nothing_over_and_no_other_hour_has_a_sheet(
    world: World, nurse: Visitor, colleague: Visitor
) -> None:
    assert "lämnar inget skift över" in colleague.get("/overlamning").text
    assert colleague.get("/overlamning/overlamning.pdf").status_code == 404
    for name in ("2026-12-08T13:31", "2027-12-08T13:30", "x", "2026-12-08"):
        assert nurse.get(f"/overlamning/{name}/overlamning.pdf").status_code == 404
