"""Finding what is no longer at the top: a search in every language there is a text in, and the
archive. Both show what the pages show to the same person, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from announcer.domain.change import CorrectionKind
from announcer.services import correcting, holding, reviewing, workplace_codes
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.integration.promise.test_corrections import in_force
from tests.integration.promise.way import policy_of
from tests.world import World

ABOUT_WATER = """+++
class = "information"
unit = "bildning"
title = "{title}"
summary = "Det gäller alla kök."
audience = {audience}
contact = "Chefen, 0591-555 10"
record_number = "KS 2026/77"
{more}
+++

Kranarna i Åkerbyn byts på **tisdag**. Ta med <b>egen</b> flaska & mugg.
"""


SPOKESPERSON = """
[[spokespersons]]
topic = "skolan"
title = "Skolchefen"
phone = "0591-555 12"
"""


@pytest.fixture
def world(app_url: str, owner_url: str, smtp: RecordingSmtp, tmp_path: Path) -> Iterator[World]:
    policy = policy_of(tmp_path, SPOKESPERSON)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        yield world


@pytest.fixture
def water(world: World, publish: Publish) -> str:
    text = ABOUT_WATER.format(title="Vattnet stängs av", audience='["alla"]', more="")
    return publish(world.submit(text, world.chief))


def titles(visitor: Visitor, path: str) -> list[str]:
    visitor.get(path)
    assert visitor.page.status_code == 200, path
    levels = visitor.tree.xpath("//ol[contains(@class, 'rows')]//*[self::h2 or self::h3]")
    return [" ".join(one.text_content().split()) for one in levels]


@pytest.mark.parametrize(
    "words",
    [
        "kran",
        "KRANARNA",
        "åkerby",
        "tisdagen vattnet",
        "åke",
        '"egen flaska"',
        "2026/77",
        "hästar or kök",
    ],
)
def test_a_page_is_found_by_its_words_in_any_form_and_by_a_word_that_has_only_begun(
    colleague: Visitor, water: str, words: str
) -> None:
    assert titles(colleague, f"/sok?q={words}") == ["Vattnet stängs av"]
    assert "1 träff" in colleague.text


@pytest.mark.parametrize(
    "words", ["hästar", "vattnet -kranarna", '"flaska egen"', "akerby", "'", "%"]
)
def test_what_is_not_there_is_not_found_and_the_page_says_what_to_try(
    colleague: Visitor, water: str, words: str
) -> None:
    assert titles(colleague, f"/sok?q={words}".replace("%", "%25")) == []
    assert f"Inget stämmer med ”{words}”." in colleague.text
    assert "Pröva med färre ord" in colleague.text


def test_the_words_are_marked_where_they_stand_and_nothing_in_a_text_is_taken_for_markup(
    colleague: Visitor, water: str
) -> None:
    colleague.get("/sok?q=flaskor")
    (place,) = colleague.tree.xpath("//p[@class='summary']")
    assert [one.text_content() for one in place.iter("mark")] == ["flaska"]
    assert "flaska & mugg" in place.text_content()
    assert not list(place.iter("b"))
    assert place.get("lang") == "sv"


def test_a_text_is_found_in_each_of_its_languages(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    publish(world.example("02"))
    (found,) = titles(colleague, "/sok?q=koulupäivät")
    assert "koulupäivä" in found
    heading = colleague.tree.xpath("//ol[contains(@class, 'rows')]//h2")[0]
    assert heading.get("lang") == "fi"


def test_what_is_withdrawn_is_not_found_and_not_in_the_archive(
    world: World, colleague: Visitor, water: str
) -> None:
    assert titles(colleague, "/nyheter") == ["Vattnet stängs av"]
    holding.withdraw(world.installation, world.communicator, water, "fel")
    assert titles(colleague, "/sok?q=kranarna") == []
    assert titles(colleague, "/nyheter") == []
    kept = world.owner.execute("SELECT count(*) FROM announcer.page_text").fetchone()
    assert kept == (0,)


def test_a_corrected_page_is_found_by_what_it_says_now(
    world: World, colleague: Visitor, water: str
) -> None:
    text = replace(in_force(world, water), body="Kranarna i Nyhyttan byts.")
    what = {"sv": "Det gäller Nyhyttan."}
    correcting.propose(world.installation, world.chief, water, text, CorrectionKind.REAL, what)
    assert titles(colleague, "/sok?q=Nyhyttan") == []
    reviewing.approve(world.installation, world.communicator, water)
    world.settle()
    assert titles(colleague, "/sok?q=Nyhyttan") == ["Vattnet stängs av"]
    assert titles(colleague, "/sok?q=Åkerbyn") == []


def test_whoever_may_not_read_a_page_finds_nothing_of_it(
    world: World, colleague: Visitor, sign_in: SignIn
) -> None:
    text = ABOUT_WATER.format(
        title="Fika i Åkerbyn", audience='["klockarskolan"]', more=""
    ).replace('class = "information"', 'class = "bara min enhet"')
    world.submit(text, world.chief)
    world.settle()
    waiting = world.decision("Fika som väntar")
    teacher = sign_in(world.somebody("klockarskolan", "medarbetare"))
    for path in ("/sok?q=fika", "/nyheter"):
        assert titles(teacher, path) == ["Fika i Åkerbyn"]
        assert titles(colleague, path) == []
        assert waiting not in colleague.page.text
    assert colleague.get("/nyheter?enhet=klockarskolan").status_code == 404


def test_a_shared_phone_finds_what_its_workplace_may_read(world: World, water: str) -> None:
    world.submit(
        ABOUT_WATER.format(title="Bara vi", audience='["klockarskolan"]', more="").replace(
            'class = "information"', 'class = "bara min enhet"'
        ),
        world.chief,
    )
    world.settle()
    code = workplace_codes.make(world.installation, world.communicator, "Fyllsta", "fyllsta")
    phone = Visitor(world.url)
    phone.get("/arbetsplats")
    phone.press("Visa nyheterna", kod=code)
    assert titles(phone, "/sok?q=åkerby") == ["Vattnet stängs av"]
    assert titles(phone, "/nyheter") == ["Vattnet stängs av"]


def test_the_answer_to_a_search_is_kept_by_nobody(colleague: Visitor, water: str) -> None:
    answer = colleague.get("/sok?q=kranarna")
    assert answer.headers["Cache-Control"] == "no-store"


# The archive ---------------------------------------------------------------------------------


def test_the_archive_has_everything_by_month_and_twenty_on_a_page(
    world: World, colleague: Visitor, sign_in: SignIn
) -> None:
    chief = world.somebody("bibliotek", "chef")
    text = ABOUT_WATER.replace("bildning", "bibliotek").replace("information", "bara min enhet")

    def put_up(title: str) -> None:
        world.submit(text.format(title=title, audience='["bibliotek"]', more=""), chief)
        world.settle(200)

    put_up("Den äldsta")
    world.advance(days=40)
    for number in range(21):
        put_up(f"Nyhet {number}")
    reader = sign_in(world.somebody("bibliotek", "medarbetare"))
    first = titles(reader, "/nyheter")
    assert (len(first), first[0]) == (20, "Nyhet 20")
    (onward,) = reader.tree.xpath("//a[@rel='next']/@href")
    assert titles(reader, onward) == ["Nyhet 0", "Den äldsta"]
    headings = [one.text_content() for one in reader.tree.xpath("//section/h2")]
    months = [one.text_content() for one in reader.tree.xpath("//nav[@class='months']//a")][1:]
    assert [one.rpartition(" ")[2] for one in months] == ["21", "1"]
    assert [one.rpartition(" ")[0] for one in months] == headings
    oldest = reader.tree.xpath("//nav[@class='months']//a/@href")[-1]
    assert titles(reader, oldest) == ["Den äldsta"]
    for path in ("sida=3", "sida=0", "sida=x", "manad=2026-13", "manad=x", "amne=x", "slag=x"):
        assert reader.get(f"/nyheter?{path}").status_code == 404, path
    assert titles(reader, "/nyheter?manad=2020-01") == []
    assert "Välj en annan månad" in reader.text


def test_the_archive_is_narrowed_by_unit_kind_and_what_questions_are_about(
    world: World, colleague: Visitor, publish: Publish, water: str
) -> None:
    about = ABOUT_WATER.format(
        title="Ett ämne", audience='["alla"]', more='topic = "skolan"'
    ).replace('contact = "Chefen, 0591-555 10"\n', "")
    publish(world.submit(about, world.chief))
    publish(world.decision("Ett beslut"))
    library = ABOUT_WATER.format(title="Böcker", audience='["alla"]', more="")
    chief = world.somebody("bibliotek", "chef")
    publish(world.submit(library.replace('"bildning"', '"bibliotek"'), chief))
    assert titles(colleague, "/nyheter?amne=skolan") == ["Ett ämne"]
    assert titles(colleague, "/nyheter?slag=beslut") == ["Ett beslut"]
    assert titles(colleague, "/nyheter?enhet=bibliotek") == ["Böcker"]
    assert set(titles(colleague, "/nyheter?enhet=bildning&slag=information")) == {
        "Vattnet stängs av",
        "Ett ämne",
    }
    colleague.get("/nyheter")
    assert [one.get("name") for one in colleague.tree.iter("select")] == ["enhet", "slag", "amne"]


def test_what_is_urgent_stands_first_for_two_days(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    chief = world.somebody("bergslagen", "chef")
    text = ABOUT_WATER.replace("information", "kris").replace('"bildning"', '"bergslagen"')
    publish(world.submit(text.format(title="Koka vattnet", audience='["alla"]', more=""), chief))
    world.advance(hours=1)
    publish(world.decision("Ett beslut"))

    def first() -> str:
        colleague.get("/")
        return str(next(colleague.tree.iter("h2")).text_content())

    assert first() == "Koka vattnet"
    world.advance(days=1)
    assert first() == "Koka vattnet"
    world.advance(days=1)
    assert first() == "Ett beslut"
