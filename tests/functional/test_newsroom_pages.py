"""The newsroom as its readers meet it, over HTTP, on the newsroom's own role."""

import logging
import re
from datetime import UTC, datetime

import html5lib
import httpx
import lxml.html
import psycopg
import pytest

from announcer.embedded.postgres import EmbeddedPostgres
from announcer.services import holding
from tests.functional.every_page import of_the_newsroom
from tests.functional.newsroom_way import correct, out, out_with_files
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import World
from web.newsroom.feeds import expires

NOWHERE = "postgresql+psycopg://announcer_newsroom:x@/announcer?host=/nonexistent"


@pytest.fixture
def reader(newsroom: PublicHouse) -> Reader:
    """A Swedish reader."""
    return Reader(newsroom.url, **{"Accept-Language": "sv"})


def tree(page: httpx.Response) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(page.text)


def test_an_empty_newsroom_says_so_and_where_to_ask(reader: Reader) -> None:
    assert "Här är det tomt än så länge" in reader.text("/")
    assert tree(reader.get("/")).xpath("//main//a[@href='/presskontakt']")


def test_the_newest_stands_first_and_older_ones_on_pages_of_twenty(
    world: World, reader: Reader
) -> None:
    first = out(world, "Den första nyheten")
    for number in range(20):  # as copies of the first: only the list is asked here
        _copy(world, first, f"{number:018x}", f"Nyhet {number}", hours=number + 1)
    page = tree(reader.get("/"))
    titles = [h.text_content().strip() for h in page.xpath("//main//li//h2")]
    assert titles == [f"Nyhet {n}" for n in range(19, -1, -1)]
    assert page.xpath("string(//a[@rel='next']/@href)") == "/?sida=2"
    second = tree(reader.get("/?sida=2"))
    assert [h.text_content().strip() for h in second.xpath("//main//li//h2")] == [
        "Den första nyheten"
    ]
    assert second.xpath("string(//a[@rel='prev']/@href)") == "/"
    assert not second.xpath("//a[@rel='next']")


def _copy(world: World, public_id: str, new_id: str, title: str, hours: int) -> None:
    """Another item like this one, by the owner, in the place of its announcement."""
    world.owner.execute("ALTER TABLE newsroom.item DISABLE TRIGGER gate")
    world.owner.execute("ALTER TABLE newsroom.item DROP CONSTRAINT IF EXISTS uq_item_announcement")
    world.owner.execute(
        "WITH i AS (INSERT INTO newsroom.item SELECT gen_random_uuid(), %(new)s, announcement, step,"
        " delivery, revision, unit_name, language, contact, record_number, content_hash,"
        " published_at + make_interval(hours => %(hours)s), corrected_at, correction, withdrawn_at"
        " FROM newsroom.item WHERE public_id = %(old)s RETURNING id)"
        " INSERT INTO newsroom.text SELECT i.id, t.language, %(title)s, t.summary, t.html, t.search"
        " FROM i, newsroom.text t JOIN newsroom.item o ON o.id = t.item"
        " WHERE o.public_id = %(old)s",
        {"new": new_id, "old": public_id, "title": title, "hours": hours},
    )


def test_an_article_has_every_language_its_contact_its_number_and_its_files(
    world: World, reader: Reader
) -> None:
    public_id = out_with_files(world)
    page = reader.get(f"/nyheter/{public_id}")
    assert page.status_code == 200
    article = tree(page).xpath("//article")[0]
    assert article.xpath("string(.//h1[@lang='sv'])") == "Klockarskolan börjar senare"
    for tongue, word in (("fi", "Klockarskolanin"), ("en", "Lessons")):
        assert word in article.xpath(f"string(.//section[@lang='{tongue}'])")
        assert article.xpath(f".//a[@href='#{tongue}']")
    said = " ".join(article.text_content().split())
    assert "Rektor, Klockarskolan, 0591-555 10" in said
    assert "BN 2026-00456" in said
    assert re.search(r"karta\.svg SVG, \d+ kB", said)
    assert re.search(r"tider\.pdf PDF, \d+ kB", said)
    picture = article.xpath(".//img")[0]
    assert picture.get("alt") == "En karta över skolgården"
    assert b"<circle" in reader.get(picture.get("src")).content


def test_the_head_tells_programs_what_the_page_is(world: World, reader: Reader) -> None:
    public_id = out(world)
    page = reader.get(f"/nyheter/{public_id}?sprak=en")
    head = tree(page)
    here = f"https://nyheter.hallefors.example/nyheter/{public_id}"
    assert head.xpath("string(//link[@rel='canonical']/@href)") == here
    named = {m.get("property"): m.get("content") for m in head.xpath("//meta[@property]")}
    assert named["og:title"] == "Biblioteket öppnar klockan 9"
    assert named["og:description"] == "Bildningsnämnden beslutade det i dag."
    assert named["og:url"] == here
    assert {link.get("type") for link in head.xpath("//link[@rel='alternate']")} == {
        *("application/rss+xml", "application/atom+xml", "application/feed+json"),
    }
    assert "x-robots-tag" not in page.headers
    assert "set-cookie" not in page.headers


def test_the_frame_speaks_the_language_asked_for_else_the_browsers(
    world: World, newsroom: PublicHouse
) -> None:
    public_id = out_with_files(world)
    finn = Reader(newsroom.url, **{"Accept-Language": "fi, en;q=0.5"})
    assert tree(finn.get("/")).get("lang") == "fi"
    assert tree(finn.get("/?sprak=sv")).get("lang") == "sv"
    assert tree(finn.get("/?sprak=xx")).get("lang") == "fi"
    page = tree(finn.get(f"/nyheter/{public_id}"))
    assert "Klockarskolanin" in page.xpath("string(//h1[@lang='fi'])")
    other = page.xpath("//footer//a[@hreflang='en']")[0].get("href")
    english = finn.get(other)
    assert tree(english).get("lang") == "en"
    assert tree(english).xpath("//header//a[@href='/presskontakt?sprak=en']")
    assert "accept-language" in english.headers["vary"].lower()


def test_what_was_withdrawn_is_gone_at_once_from_every_process(
    world: World, newsroom: PublicHouse, newsroom_url: str
) -> None:
    public_id = out_with_files(world)
    paths = (f"/nyheter/{public_id}", f"/nyheter/{public_id}/filer/karta.svg")
    with PublicHouse(newsroom_url) as another:
        readers = [Reader(one.url, **{"Accept-Language": "sv"}) for one in (newsroom, another)]
        for reader in readers:
            assert [reader.get(path).status_code for path in paths] == [200, 200]
            assert "Fler elever" in reader.text(paths[0])
        holding.withdraw(world.installation, world.communicator, public_id, "Fel")
        for reader in readers:
            gone = reader.get(paths[0])
            assert gone.status_code == 410
            assert gone.headers["cache-control"] == "no-store"
            said = reader.text(paths[0])
            assert "Det här pressmeddelandet drogs tillbaka" in said
            assert "2026 klockan" in said
            assert "Fler elever" not in said
            assert reader.get(paths[1]).status_code == 404
            assert "Klockarskolan börjar senare Tillbakadraget" in reader.text("/")
            assert "Skolskjutsarna" not in reader.text("/")
            assert "Inget stämmer" in reader.text("/sok?q=Klockarskolan")
            assert public_id not in reader.get("/sitemap.xml").text


def test_what_was_corrected_says_when_and_what(world: World, reader: Reader) -> None:
    public_id = out(world)
    assert "Rättelse" not in reader.text("/")
    correct(world, public_id, "Biblioteket öppnar 9, inte 8.")
    day = (world.now()).day + 1
    words = f"Rättelse {day} december 2026: Biblioteket öppnar 9, inte 8."
    assert words in reader.text("/")
    assert words in reader.text(f"/nyheter/{public_id}")


def test_a_search_knows_grammar_parts_of_words_and_every_language(
    world: World, reader: Reader
) -> None:
    public_id = out_with_files(world)
    for words in (
        "lektioner",
        "Klockarskola",
        "skolan",
        "lessons",
        "Koulukuljetukset",
        "elev -xyz",
    ):
        page = reader.get(f"/sok?q={words}")
        assert f"/nyheter/{public_id}" in page.text, words
        assert "1 träff" in reader.text(f"/sok?q={words}"), words
        assert page.headers["cache-control"] == "no-store"
    mixed = tree(reader.get("/sok?q=Klockarskola"))  # in the title in each language alike
    assert mixed.xpath("string(//main//li//h2)") == "Klockarskolan börjar senare"
    assert "Inget stämmer med ”hästar”." in reader.text("/sok?q=h%C3%A4star")
    assert "Inget stämmer" not in reader.text("/sok")


@pytest.mark.parametrize(
    "words",
    ["%25", "_", "'", '"', "&|!():*<->", "a" * 5000, "%F0%9F%90%B4", "%ED%A0%80", "-", "%27--"],
)
def test_a_search_takes_whatever_is_typed(world: World, reader: Reader, words: str) -> None:
    out(world)
    page = reader.get(f"/sok?q={words}")
    assert page.status_code == 200
    assert "1 träff" not in page.text
    assert "a" * 200 not in page.text


@pytest.mark.parametrize(
    "path",
    [
        *("/nyheter/%00", "/sok?q=%00", "/nyheter/" + "a" * 3000, "/?sida=0", "/?sida=x"),
        *(
            "/?sida=99999999999999999999",
            "/?sida=-1",
            "/?sida=2",
            "/?sida=%D9%A3",
            "/nyheter/a%2Fb",
        ),
        *("/floden/nyheter.exe", "/intranet", "/..%2f..%2fetc/passwd", "/typsnitt/fel.ttf"),
    ],
)
def test_an_address_that_leads_nowhere_is_a_plain_404(reader: Reader, path: str) -> None:
    page = reader.get(path)
    assert page.status_code == 404
    assert page.headers["cache-control"] == "no-store"
    assert "Sidan finns inte" in page.text
    assert page.content == reader.get("/finns-inte").content


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_sent_in(reader: Reader, method: str) -> None:
    answer = reader.client.request(method, "/", content=b"x" * 5000)
    assert answer.status_code in (405, 413)
    assert "Det gick inte" in answer.text
    assert "GET" in answer.headers["allow"]


def test_who_has_a_page_gets_it_again_only_when_it_has_changed(
    world: World, reader: Reader
) -> None:
    public_id = out_with_files(world)
    paths = [
        *("/", f"/nyheter/{public_id}", f"/nyheter/{public_id}/filer/karta.svg"),
        *("/floden/nyheter.rss", "/floden/nyheter.atom", "/floden/nyheter.json", "/sitemap.xml"),
    ]
    tags = {}
    for path in paths:
        page = reader.get(path)
        tags[path] = page.headers["etag"]
        assert page.headers["cache-control"] == "public, no-cache"
        for tag in (tags[path], f"W/{tags[path]}"):  # proxies that compress weaken a tag
            again = reader.get(path, **{"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b""), path
            assert again.headers["etag"] == tags[path]
        head = reader.client.head(path)
        assert head.headers["content-length"] == str(len(page.content)), path
    out(world, "En nyhet till")
    for path in set(paths) - {paths[1], paths[2]}:
        assert reader.get(path, **{"If-None-Match": tags[path]}).status_code == 200, path


def test_a_file_is_served_as_it_is_and_can_do_nothing(world: World, reader: Reader) -> None:
    public_id = out_with_files(world)
    picture = reader.get(f"/nyheter/{public_id}/filer/karta.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in picture.headers["content-security-policy"]
    assert picture.headers["content-disposition"].startswith("inline; filename=")
    document = reader.get(f"/nyheter/{public_id}/filer/tider.pdf")
    assert document.content.startswith(b"%PDF-")
    assert document.headers["content-type"] == "application/pdf"
    for answer in (picture, document):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "public, no-cache"
    world.owner.execute(
        "UPDATE newsroom.file SET media_type = 'text/html' WHERE name = 'tider.pdf'"
    )
    other = reader.get(f"/nyheter/{public_id}/filer/tider.pdf")
    assert other.headers["content-disposition"].startswith("attachment; filename=")
    assert "sandbox" in other.headers["content-security-policy"]


def test_the_press_finds_whom_to_call_and_everyone_how_to_complain(reader: Reader) -> None:
    said = reader.text("/presskontakt")
    for words in ("0591-555 00", "kommun@hallefors.example", "Sikforsvägen 15"):
        assert words in said
    assert "Myndigheten för digital förvaltning" in reader.text("/tillganglighet")
    assert "/floden/nyheter.atom" in reader.get("/floden").text


def test_whoever_finds_a_hole_is_told_where_to_say_so(reader: Reader) -> None:
    lines = reader.get("/.well-known/security.txt").text.splitlines()
    assert "Contact: mailto:kommun@hallefors.example" in lines
    named = dict(line.split(": ", 1) for line in lines)
    left = datetime.fromisoformat(named["Expires"]) - datetime.now(UTC)
    assert 100 < left.days < 200


def test_the_same_month_has_the_same_last_day() -> None:
    assert expires(datetime(2026, 11, 1, tzinfo=UTC)) == datetime(2027, 5, 1, tzinfo=UTC)
    assert expires(datetime(2026, 11, 30, 23, tzinfo=UTC)) == datetime(2027, 5, 1, tzinfo=UTC)
    assert expires(datetime(2026, 6, 30, tzinfo=UTC)) == datetime(2026, 12, 1, tzinfo=UTC)


def test_every_page_is_valid_html_with_one_heading_and_nothing_from_elsewhere(
    world: World, reader: Reader
) -> None:
    for path in of_the_newsroom(world, "Klockan 8.30 & inte <8.40>."):
        answer = reader.get(path)
        html5lib.HTMLParser(strict=True).parse(answer.content)
        page = tree(answer)
        assert len(list(page.iter("h1"))) == 1, path
        assert page.get("lang") == ("fi" if path.endswith("sprak=fi") else "sv"), path
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        for moment in page.xpath("//time/@datetime"):
            assert re.fullmatch(r"2026-12-\d\dT\d\d:\d\d:\d\d\+00:00", moment), path
        assert not page.xpath("//script | //style | //@style"), path
        assert not page.xpath("//@*[starts-with(name(), 'on')]"), path
        sources = page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href | //img/@src")
        assert all(source.startswith("/") for source in sources), path
        assert all(image.get("alt") is not None for image in page.iter("img")), path


def test_without_its_database_the_newsroom_says_that_it_is_closed(world: World) -> None:
    with PublicHouse(NOWHERE) as closed:
        reader = Reader(closed.url, **{"Accept-Language": "sv"})
        for path in ("/", "/nyheter/0011", "/nyheter/0011/filer/a.pdf", "/floden/nyheter.rss"):
            page = reader.get(path)
            assert page.status_code == 503, path
            assert page.headers["retry-after"] == "60"
            assert page.headers["cache-control"] == "no-store"
            assert "Nyhetsrummet är stängt en stund." in page.text
        assert reader.get("/presskontakt").status_code == 200
        assert [reader.get(path).status_code for path in ("/healthz", "/readyz")] == [503, 503]


def test_it_opens_again_by_itself_when_the_database_is_back(
    world: World, server: EmbeddedPostgres, reader: Reader
) -> None:
    public_id = out(world)
    assert reader.get(f"/nyheter/{public_id}").status_code == 200
    _close_sessions(world, server)
    assert reader.get(f"/nyheter/{public_id}").status_code == 200
    assert reader.get("/sok?q=Biblioteket").status_code == 200
    assert [reader.get(path).text for path in ("/healthz", "/readyz")] == ["ok\n", "ready\n"]


def _close_sessions(world: World, server: EmbeddedPostgres) -> None:
    """As a restart of PostgreSQL does."""
    with psycopg.connect(server.superuser_url.replace("+psycopg", "")) as superuser:
        ended = superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'announcer_newsroom' AND datname = %s",
            [world.owner.info.dbname],
        ).fetchall()
    assert ended


def test_another_schema_is_not_ready(world: World, reader: Reader) -> None:
    world.owner.execute("UPDATE announcer.alembic_version SET version_num = '9999'")
    assert reader.get("/readyz").status_code == 503
    assert reader.get("/healthz").status_code == 200


def test_what_breaks_is_noted_without_who_read_what(
    world: World,
    reader: Reader,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    public_id = out(world)
    capfd.readouterr()
    world.owner.execute("ALTER VIEW newsroom.released_text RENAME TO released_text_gone")
    page = reader.get(f"/nyheter/{public_id}?q=hemligt-ord")
    assert page.status_code == 500
    assert "Något gick fel hos oss" in page.text
    assert "released_text" not in page.text
    written = "".join(capfd.readouterr())
    assert "ProgrammingError" in written
    for secret in (public_id, "/nyheter", "hemligt-ord", "127.0.0.1"):
        assert secret not in written
        ours = [r.getMessage() for r in caplog.records if not r.name.startswith("httpx")]
        assert not [line for line in ours if secret in line and "GET" in line]
