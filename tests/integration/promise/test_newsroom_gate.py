"""The newsroom stands behind three places of the gate: what the plan says, what the database
refuses, and what the newsroom's own views show. Any one and any two of them may be gone and nothing
is seen too soon; without all three the oracle, which reads the newsroom over HTTP, sees it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from tests.integration.promise.test_gates import TABLES, always_allow, database_refuses_nothing
from tests.integration.promise.way import decided, open_window, policy_of, published, release, wsgi
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import World


@contextmanager
def views_show_everything(world: World) -> Iterator[None]:
    """The third place of the gate, gone."""
    was = world.owner.execute(
        "SELECT pg_get_functiondef('newsroom.is_out(uuid)'::regprocedure)"
    ).fetchone()
    assert was
    world.owner.execute(
        "CREATE OR REPLACE FUNCTION newsroom.is_out(asked uuid) RETURNS boolean"
        " LANGUAGE sql STABLE AS 'SELECT true'"
    )
    yield
    world.owner.execute(was[0])


@contextmanager
def triggers_off(world: World) -> Iterator[None]:
    """The second place, gone in the other way: no trigger of the gate looks."""
    world.owner.execute("ALTER TABLE newsroom.item DISABLE TRIGGER gate")
    with world.trigger_off(*TABLES):
        yield
    world.owner.execute("ALTER TABLE newsroom.item ENABLE TRIGGER gate")


#: By right, or because a view of several tables takes nothing.
REFUSED = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ObjectNotInPrerequisiteState,
    psycopg.errors.WrongObjectType,
)
SWITCHES = {
    "refusals": database_refuses_nothing,
    "triggers": triggers_off,
    "views": views_show_everything,
}


def without_page(world: World) -> str:
    """Days of a page that is not up, with everything else given."""
    world.liar = lambda _: wsgi("503 Service Unavailable", b"")
    public_id = decided(world)
    release(world, public_id)
    world.round()
    world.advance(hours=30)
    return public_id


def without_window(world: World) -> str:
    """Confirmed and released, with the window still open."""
    public_id = published(world)
    release(world, public_id)
    return public_id


def without_release(world: World) -> str:
    """Confirmed and long past the window, and nobody let it go."""
    public_id = published(world)
    open_window(world, public_id)
    world.advance(hours=2)
    return public_id


def without_event(world: World) -> str:
    """Everything else given, and nobody said that the minutes are approved."""
    public_id = published(world)
    release(world, public_id)
    open_window(world, public_id)
    world.advance(hours=2)
    return public_id


WAYS = {
    "page": without_page,
    "window": without_window,
    "release": without_release,
    "event": without_event,
}
#: What must have happened before the newsroom and the press, where a way is about that.
MINUTES = (
    '[events."protokollet godkänt"]',
    'opened_by = ["informationsenheten"]',
    "[classes.beslut.steps.nyhetsrum]",
    'gates = ["protokollet godkänt"]',
    "[classes.beslut.steps.press]",
    'gates = ["protokollet godkänt"]',
)


def shows(newsroom: PublicHouse, public_id: str) -> bool:
    """Whether a reader can tell, anywhere."""
    reader = Reader(newsroom.url)
    pages = (
        "/",
        "/sitemap.xml",
        "/floden/nyheter.rss",
        "/floden/nyheter.atom",
        "/sok?q=Biblioteket",
    )
    told = any(public_id in reader.get(page).text for page in pages)
    return told or reader.get(f"/nyheter/{public_id}").status_code != 404


def carry_on(world: World, missing: str, off: tuple[str, ...], newsroom: PublicHouse) -> bool:
    """Go the way with some places of the gate off; whether it was seen."""
    with ExitStack() as stack:
        # The triggers stamp the confirmation too: switched off from the start there is none.
        late = missing != "page"
        public_id = WAYS[missing](world) if late else ""
        for name in off:
            if name in SWITCHES:
                stack.enter_context(SWITCHES[name](world))
        public_id = public_id or WAYS[missing](world)
        for _ in range(4):
            world.round()
            world.advance(seconds=3)
        return shows(newsroom, public_id)


@pytest.fixture
def house(make_world, newsroom_url: str, tmp_path):
    def make(missing: str, off: tuple[str, ...]) -> tuple[World, PublicHouse]:
        options = {"gate": always_allow} if "domain" in off else {}
        if missing == "event":
            options["policy"] = policy_of(tmp_path, *MINUTES)
        return make_world(**options), PublicHouse(newsroom_url)

    return make


FEWER = [
    *((), ("domain",), ("refusals",), ("triggers",), ("views",)),
    *(("domain", "refusals"), ("domain", "triggers"), ("domain", "views")),
    *(("refusals", "views"), ("triggers", "views"), ("domain", "refusals", "triggers")),
]


@pytest.mark.parametrize("missing", WAYS)
@pytest.mark.parametrize("off", FEWER, ids="+".join)
def test_with_some_places_gone_nothing_is_seen_too_soon(house, missing: str, off: tuple[str, ...]):
    world, newsroom = house(missing, off)
    with newsroom:
        assert not carry_on(world, missing, off, newsroom)


@pytest.mark.parametrize("missing", WAYS)
@pytest.mark.parametrize("second", ["refusals", "triggers"])
def test_with_all_three_gone_the_oracle_sees_the_violation(house, missing: str, second: str):
    off = ("domain", second, "views")
    world, newsroom = house(missing, off)
    with newsroom:
        assert carry_on(world, missing, off, newsroom)


def test_the_programs_cannot_write_what_is_public(world: World, app_url: str):
    public_id = published(world)
    tables = [
        name
        for (name,) in world.owner.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'newsroom'::regnamespace"
            " AND relkind IN ('r', 'v')"
        ).fetchall()
    ]
    assert {"item", "text", "file", "change", "released_item"} <= set(tables)
    with psycopg.connect(app_url.replace("+psycopg", ""), autocommit=True) as app:
        for table in tables:
            for statement in (
                f"INSERT INTO newsroom.{table} DEFAULT VALUES",
                f"UPDATE newsroom.{table} SET {_column(world, table)} = NULL",
                f"DELETE FROM newsroom.{table}",
                f"TRUNCATE newsroom.{table}",
            ):
                with pytest.raises(REFUSED):
                    app.execute(statement)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE newsroom.mine ()")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(
                "CREATE OR REPLACE FUNCTION newsroom.is_out(asked uuid) RETURNS boolean"
                " LANGUAGE sql AS 'SELECT true'"
            )
    assert world.owner.execute("SELECT count(*) FROM newsroom.item").fetchone() == (0,)
    assert world.step(public_id, "newsroom").state == "waiting"


def _column(world: World, table: str) -> str:
    row = world.owner.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1",
        (f"newsroom.{table}",),
    ).fetchone()
    assert row
    return str(row[0])


def test_the_programs_cannot_publish_by_writing_down_that_it_was_accepted(
    world: World, newsroom_url: str, app_url: str
):
    """The app role may write a delivery's state; the gate looks at every move."""
    public_id = published(world)
    with psycopg.connect(app_url.replace("+psycopg", ""), autocommit=True) as app:
        step = "(SELECT s.id FROM announcer.step s JOIN announcer.announcement a ON a.id ="
        step += f" s.announcement WHERE a.public_id = '{public_id}' AND s.channel = 'newsroom')"
        with pytest.raises(psycopg.errors.CheckViolation, match="gate:"):
            app.execute(f"UPDATE announcer.step SET state = 'sending' WHERE id = {step}")
    with PublicHouse(newsroom_url) as newsroom:
        assert not shows(newsroom, public_id)
