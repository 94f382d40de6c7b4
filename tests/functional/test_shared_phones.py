"""A phone that a workplace shares: it reads what everybody there may read, names nobody, changes
nothing, and stops when its code is stopped."""

import pytest

from announcer.domain.errors import NotAllowed, NotFound, Refusal
from announcer.services import holding, workplace_codes
from tests.functional.conftest import Publish, SignIn
from tests.functional.test_who_may_see_what import doors
from tests.functional.visitor import Visitor
from tests.world import World

OWN = (
    '+++\nclass = "bara min enhet"\nunit = "{unit}"\ntitle = "{title}"\n'
    'audience = ["{unit}"]\ncontact = "Chefen, 0591-555 20"\n+++\nKlockan tre.\n'
)
#: What a phone with a code may open, and with which method.
READS = ("/arbetsplats/nyheter", "/overlamning", "/nyheter", "/sok")


@pytest.fixture
def code(world: World) -> str:
    return workplace_codes.make(world.installation, world.somebody("fyllsta", "chef"), "Fyllsta")


@pytest.fixture
def phone(world: World, code: str) -> Visitor:
    found = Visitor(world.url)
    found.get("/arbetsplats")
    found.press("Visa nyheterna", kod=code.lower().replace("-", " "))
    assert found.page.status_code == 200, found.text
    return found


def own(world: World, unit: str, title: str) -> str:
    public_id = world.submit(OWN.format(unit=unit, title=title))
    world.settle()
    return public_id


def test_it_reads_what_everybody_of_the_unit_there_may_read(
    world: World, phone: Visitor, publish: Publish
) -> None:
    everybody = publish(world.decision("Skolan börjar senare"))
    theirs = own(world, "fyllsta", "Ny tvättid")
    others = own(world, "bibliotek", "Fika på biblioteket")
    waiting = world.decision("Inte godkänd än")
    shown = phone.get("/").text  # the way home leads to the news
    assert str(phone.page.url).endswith("/arbetsplats/nyheter")
    assert "Skolan börjar senare" in shown
    assert "Ny tvättid" in shown
    assert "Fika" not in shown
    assert "Inte godkänd" not in shown
    for public_id in (everybody, theirs):
        assert phone.ask("GET", f"/nyheter/{public_id}").status_code == 200
    for public_id in (others, waiting, "0" * 18):
        assert phone.ask("GET", f"/nyheter/{public_id}").status_code == 404
    assert "Ny tvättid" in phone.get("/overlamning").text
    poster = f"/nyheter/{everybody}/affisch.pdf?sprak=sv"
    assert phone.ask("GET", poster).status_code == 200
    holding.withdraw(world.installation, world.communicator, everybody, "fel")
    assert "Skolan" not in phone.get("/arbetsplats/nyheter").text


def test_it_opens_nothing_else_and_changes_nothing(world: World, phone: Visitor) -> None:
    for method, path in doors(world):
        if path.startswith(READS) and method == "GET":
            continue
        answer = phone.ask(method, path)
        if method == "POST":
            assert answer.status_code == 401, path
        else:
            assert answer.status_code in (302, 401), path


def test_it_names_nobody_and_no_address_holds_the_code(
    world: World, phone: Visitor, code: str, publish: Publish
) -> None:
    publish(world.decision())
    for path in ("/arbetsplats/nyheter", "/overlamning"):
        page = phone.get(path)
        assert "p0" not in phone.text
        assert "Logga ut" not in phone.text
        assert code not in page.text
        assert code not in str(page.url)
    stored = world.owner.execute("SELECT t::text FROM announcer.workplace_code t").fetchall()
    assert all(code not in row and code.replace("-", "") not in row for (row,) in stored)


def test_reading_leaves_no_trace(world: World, phone: Visitor) -> None:
    rows = "SELECT md5(string_agg(t::text, '')) FROM announcer.workplace_code t"
    before = world.owner.execute(rows).fetchone()
    phone.get("/arbetsplats/nyheter")
    assert world.owner.execute(rows).fetchone() == before


def test_a_stopped_or_old_code_reads_nothing_in_the_very_next_answer(
    world: World, phone: Visitor, code: str, sign_in: SignIn
) -> None:
    assert phone.ask("GET", "/arbetsplats/nyheter").status_code == 200
    chief = sign_in(world.somebody("fyllsta", "chef"))
    chief.get("/arbetsplatskoder")
    chief.press("Stoppa koden")
    assert phone.ask("GET", "/arbetsplats/nyheter").status_code == 302
    phone.get("/arbetsplats")
    phone.press("Visa nyheterna", kod=code)
    assert phone.page.status_code == 422
    another = workplace_codes.make(world.installation, world.somebody("fyllsta", "chef"), "Fyllsta")
    phone.press("Visa nyheterna", kod=another)
    assert phone.ask("GET", "/arbetsplats/nyheter").status_code == 200
    world.advance(days=181)
    assert phone.ask("GET", "/arbetsplats/nyheter").status_code == 302


def test_a_manager_makes_codes_for_the_own_unit_and_the_desk_for_all(
    world: World, sign_in: SignIn, colleague: Visitor
) -> None:
    house = world.installation
    chief = sign_in(world.somebody("fyllsta", "chef"))
    assert "Bibliotek" not in chief.get("/arbetsplatskoder").text
    chief.press("Gör koden", plats="fyllsta:Fyllsta")
    (shown,) = chief.tree.xpath("//p[@class='code']/text()")
    assert len(shown) == 24
    assert "Fyllsta, Äldreboendet Fyllsta" in chief.text[chief.text.index("Den nya koden") :][:60]
    assert shown not in chief.get("/arbetsplatskoder").text, "shown once"
    for unit, place in (("bibliotek", "Biblioteket"), ("fyllsta", "Biblioteket")):
        with pytest.raises(Refusal):
            workplace_codes.make(house, world.somebody("fyllsta", "chef"), place, unit)
    workplace_codes.make(house, world.communicator, "Biblioteket", "bibliotek")
    others = workplace_codes.listed(house, world.communicator)
    assert {one.place.unit for one in others} == {"bibliotek", "fyllsta"}
    library = next(one for one in others if one.place.unit == "bibliotek")
    with pytest.raises(NotFound):
        workplace_codes.revoke(house, world.somebody("fyllsta", "chef"), library.fingerprint)
    assert colleague.ask("GET", "/arbetsplatskoder").status_code == 403
    assert (
        colleague.ask("POST", "/arbetsplatskoder", plats="bibliotek:Biblioteket").status_code == 403
    )
    with pytest.raises(NotAllowed):
        workplace_codes.make(house, world.somebody("bibliotek", "medarbetare"), "Biblioteket")


def test_whoever_signs_in_on_the_phone_is_themselves_and_not_the_workplace(
    world: World, phone: Visitor
) -> None:
    own(world, "fyllsta", "Ny tvättid")
    phone.sign_in(world.somebody("kost", "medarbetare").directory_id)
    assert "Ny tvättid" not in phone.get("/").text
    assert phone.get("/arbetsplats/nyheter").text.count("Ny tvättid") == 0
