"""A board where visitors pass is outside the house: nothing is for it before the inside was ahead."""

import io
import re
from collections.abc import Iterator
from uuid import UUID

import httpx
import pikepdf
import pytest
from psycopg import errors

from announcer.domain.errors import PolicyError
from announcer.domain.policy import load_policy
from announcer.services import boards, holding
from announcer.services.importing import import_boards
from tests.functional.test_boards import HEADER, corrected, newest, out, pressed, workplace
from tests.functional.visitor import Visitor
from tests.integration.promise.way import policy_of
from tests.unit.render.pdf_text import page_text
from tests.world import World

STEP = """
[events."uppe på tavlorna"]
opened_by = ["informationsenheten"]
percent = 1
[classes.beslut.steps.press]
gates = ["uppe på tavlorna"]
[classes.beslut.steps.besokstavla]
channel = "visitors_board"
audience = "press"
when = "audience"
after = ["intranet"]
"""
WINDOW = 'window = { duration = "2 h" }\n'
CARD = "Sätt upp på besökstavlan: Nya öppettider"


@pytest.fixture
def world(app_url, owner_url, smtp, tmp_path) -> Iterator[World]:
    policy = policy_of(tmp_path, STEP + WINDOW)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        line = f"{workplace(world)},Entré,visitors,a3,sv,mon-sun"
        assert not import_boards(world.installation, (HEADER + line).encode()).findings
        yield world


def entrance(world: World) -> boards.BoardStatus:
    (board,) = boards.at_my_workplace(world.installation, world.communicator)
    return board


def test_visitors_read_it_when_the_house_has_had_its_time(world: World, colleague: Visitor) -> None:
    stranger = httpx.Client(base_url=world.url, trust_env=False)
    code = f"/tavla/{entrance(world).code}"
    nothing = stranger.get(code).content
    public_id = out(world, audience='["alla", "press"]')
    poster = f"/nyheter/{public_id}/affisch.pdf?sprak=sv&tavla=visitors"
    world.advance(minutes=119)
    world.settle()
    assert CARD not in colleague.get("/personaltavlor").text
    assert colleague.ask("GET", poster).status_code == 404
    assert stranger.get(code).content == nothing

    world.advance(minutes=2)
    world.settle()
    page = colleague.get("/personaltavlor")
    assert CARD in " ".join(colleague.text.split())
    (link,) = re.findall(r'href="(/nyheter/[^"]+tavla=visitors)"', page.text)
    pdf = colleague.ask("GET", link.replace("&amp;", "&")).content
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert float(document.pages[0].mediabox[2]) > 800, "A3"
    assert "intranät" not in page_text(pdf)
    assert "Tack. Det är antecknat." in pressed(stranger, stranger.get(code)).text

    corrected(world, public_id)
    assert "Byt ut: Nyare öppettider" not in colleague.get("/personaltavlor").text
    world.advance(hours=2)
    world.settle()
    colleague.get("/personaltavlor")
    assert "Byt ut: Nyare öppettider" in " ".join(colleague.text.split())
    colleague.press("Den är utbytt")
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    colleague.get("/personaltavlor")
    assert "Ta ner: Nyare öppettider" in " ".join(colleague.text.split())


def test_what_names_nobody_outside_hangs_nowhere_outside(world: World) -> None:
    out(world)
    world.advance(days=1)
    world.settle()
    assert entrance(world).tasks == ()


def test_the_database_takes_no_word_about_what_has_not_left_the_house(world: World) -> None:
    public_id = out(world, audience='["alla", "press"]')
    about, revision = UUID(str(world.status(public_id).id)), newest(world)
    query = "INSERT INTO announcer.board_tick (board, announcement, revision) VALUES (%s, %s, %s)"
    board = entrance(world).id
    with pytest.raises(errors.CheckViolation, match="no poster of this text"):
        world.owner.execute(query, (board, about, revision))
    world.advance(hours=3)
    world.settle()
    world.owner.execute(query, (board, about, revision))
    assert entrance(world).tasks == ()


def test_what_hangs_where_visitors_pass_opens_nothing(world: World, colleague: Visitor) -> None:
    public_id = out(world, audience='["alla", "press"]')
    world.advance(days=1)
    world.settle()
    colleague.get("/personaltavlor")
    colleague.press("Den sitter uppe")
    holding.release(world.installation, world.communicator, public_id)
    world.settle()
    assert world.press_mail() == []


def test_a_policy_that_puts_visitors_first_does_not_load(tmp_path) -> None:
    with pytest.raises(PolicyError, match="say how long staff are ahead"):
        load_policy(policy_of(tmp_path, STEP))
