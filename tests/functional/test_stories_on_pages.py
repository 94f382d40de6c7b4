"""What belongs together is linked both ways, for those who may read it and once it is out."""

from announcer.services import holding, writing
from tests.functional.conftest import Publish, SignIn
from tests.functional.newsroom_way import out
from tests.functional.visitor import Visitor
from tests.integration.promise.test_stories import LATER, going_on
from tests.integration.promise.way import approve, published, to_the_press
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import World

EARLIER = "Biblioteket öppnar klockan 9"
TOGETHER = "Hör ihop med"


def goes_on(world: World, earlier: str, audience: str = '["bibliotek", "press"]') -> str:
    content = going_on(earlier, audience, "beslut")
    return writing.submit(world.installation, world.chief, content).public_id


def test_pages_are_linked_both_ways_for_whoever_may_read_both(
    world: World, publish: Publish, sign_in: SignIn, colleague: Visitor
) -> None:
    earlier = publish(world.decision(EARLIER, '["bibliotek"]'))
    later = goes_on(world, earlier, '["alla"]')
    assert TOGETHER not in colleague.get(f"/nyheter/{earlier}").text, "nothing of what is not up"
    publish(later)
    assert LATER in colleague.get(f"/nyheter/{earlier}").text
    page = colleague.get(f"/nyheter/{later}").text
    assert TOGETHER in page
    assert f"/nyheter/{earlier}" in page
    stranger = sign_in(world.somebody("raddning", "medarbetare"))
    page = stranger.get(f"/nyheter/{later}").text
    assert LATER in page
    assert TOGETHER not in page
    assert earlier not in page
    holding.withdraw(world.installation, world.communicator, earlier, "fel")
    assert TOGETHER not in colleague.get(f"/nyheter/{later}").text


def test_the_newsroom_links_what_is_out_and_shows_no_trace_of_what_is_not(
    world: World, newsroom: PublicHouse
) -> None:
    reader = Reader(newsroom.url)
    hidden = published(world, "Hemliga planer")
    later = goes_on(world, hidden)
    holding.withdraw(world.installation, world.communicator, later, "fel")
    earlier = out(world, EARLIER)
    alone = reader.crawl()
    later = goes_on(world, earlier)
    approve(world, later)
    world.settle()
    assert reader.crawl() == alone, "no trace before it is out"
    to_the_press(world, later)
    assert LATER in reader.get(f"/nyheter/{earlier}").text
    assert EARLIER in reader.get(f"/nyheter/{later}").text
    holding.withdraw(world.installation, world.communicator, later, "fel")
    assert TOGETHER not in reader.get(f"/nyheter/{earlier}").text


def test_what_goes_on_from_something_that_is_not_out_stands_alone(
    world: World, newsroom: PublicHouse
) -> None:
    hidden = published(world, "Hemliga planer")
    later = goes_on(world, hidden)
    approve(world, later)
    world.settle()
    to_the_press(world, later)
    reader = Reader(newsroom.url)
    page = reader.get(f"/nyheter/{later}").text
    assert LATER in page
    assert TOGETHER not in page
    assert hidden not in repr(reader.crawl())
    assert "Hemliga" not in repr(reader.crawl())


def test_a_writer_chooses_from_what_they_may_see(
    world: World, publish: Publish, sign_in: SignIn
) -> None:
    earlier = publish(world.decision(EARLIER))
    writer = sign_in(world.chief)
    writer.get(f"/meddelanden/{earlier}")
    writer.get(f"/skriv?klass=information&fortsatter={earlier}")
    assert writer.value("fortsatter") == earlier
    writer.press(
        "Visa vad som händer",
        rubrik=LATER,
        sammanfattning="Så blev det.",
        text="Från i dag.",
        kontakt="Rektor, 0591-555 10",
        malgrupp="bibliotek",
        diarienummer="BN 2026-1",
    )
    assert "Alla anställda fick veta det förra och får det här också." in writer.text
    assert "Medierna fick det förra: ska de få det här?" in writer.text
    writer.press("Lämna in")
    assert LATER in writer.text
