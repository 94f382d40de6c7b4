"""Before release, and after the withdrawal of something never sent, the newsroom is the same as if
the announcement did not exist: every page, feed, list, search and guess, byte for byte."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote, unquote_plus

from announcer.services import holding
from tests.functional.newsroom_costs import PUBLIC_ID as RANDOM
from tests.functional.newsroom_costs import costs
from tests.functional.newsroom_way import correct, out, out_with_files, with_files
from tests.integration.promise.test_corrections import corrected
from tests.integration.promise.way import approve, open_window, release
from tests.public_house import PublicHouse
from tests.public_visitor import Answer, Reader, searches
from tests.world import World

TITLE = "Kvarnhjulsfärden"
BODY = "Sandstensmuren rivs i vår."
PICTURE = "lavskrikan.svg"
#: As it is kept: ours changes nothing in it.
DRAWING = (
    b"<?xml version='1.0' encoding='UTF-8'?>\n"
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Sidensvansen</title>'
    b'<circle r="4"/></svg>'
)
DIGEST = hashlib.sha256(DRAWING).hexdigest()
WORDS = (TITLE, "sandstensmuren", "lavskrikan", "Kvarnhjul", '"rivs i vår"')
#: What stands in the draft and nowhere else.
UNIQUE = (TITLE, "Kvarnhjul", "Sandstensmuren", "rivs i vår", "lavskrikan", "Sidensvansen", DIGEST)
#: Nobody has written it.
NONSENSE = "Skrattmåsarnas11"
#: What somebody would ask for again who once had it.
KEPT = ("/", "/sitemap.xml", *(f"/floden/nyheter.{one}" for one in ("rss", "atom", "json")))


def draft_of(world: World) -> str:
    """The draft that must not be seen; its public id."""
    return with_files(world, TITLE, BODY, PICTURE, DRAWING)


def stages(world: World) -> Iterator[tuple[str, str]]:
    """A draft's way to its withdrawal without ever having been out: its id, and where it is."""
    draft = draft_of(world)
    yield draft, "in review"
    approve(world, draft)
    world.settle()
    assert world.step(draft, "intranet").confirmed_at
    yield draft, "while staff are first"
    holding.hold(world.installation, world.communicator, draft, "Fel datum")
    yield draft, "held"
    holding.resume(world.installation, world.communicator, draft)
    what = dict.fromkeys(("sv", "fi", "en"), "Nu rätt.")
    corrected(world, draft, f"{BODY} Nu rätt.", what=what)
    yield draft, "while a correction waits"
    approve(world, draft)
    release(world, draft)
    world.settle()
    yield draft, "corrected and released, with the window open"
    holding.withdraw(world.installation, world.communicator, draft, "Upphävt")
    open_window(world, draft)
    world.settle()
    yield draft, "withdrawn and never sent"


def guesses(public_id: str) -> list[str]:
    """What somebody would ask for who knows or guesses names."""
    page = f"/nyheter/{public_id}"
    return [
        *(page, f"{page}?sprak=fi", f"{page}/", f"{page}/filer/{PICTURE}"),
        *(f"{page}/filer/tider.pdf", f"{page}/filer/", f"{page}/bilagor/{PICTURE}"),
        *(f"{page}/affisch.pdf", f"{page}.json", f"/floden/{public_id}.rss"),
    ]


def seen(newsroom: PublicHouse, public_id: str) -> dict[str, Answer]:
    """Everything there is to see, with guesses under the name ``RANDOM`` whatever they were."""
    reader = Reader(newsroom.url)
    found = reader.crawl(*searches(*WORDS), *guesses(public_id))
    for path in (*KEPT, *guesses(public_id)):
        tag = dict(found[path].headers).get("etag", f'"{DIGEST}"')
        found[f"AGAIN {path}"] = reader.answer(path, **{"If-None-Match": tag})
    return {path.replace(public_id, RANDOM): answer for path, answer in found.items()}


def test_nothing_shows_before_release_nor_after_the_withdrawal_of_what_was_never_sent(
    world: World, newsroom: PublicHouse
) -> None:
    out(world)
    correct(world, out_with_files(world), "Klockan 8.30, inte 8.40.")
    before = seen(newsroom, RANDOM)
    assert before[f"/nyheter/{RANDOM}"].status == 404
    assert [before[f"AGAIN {path}"].status for path in KEPT] == [304] * len(KEPT)
    assert len([path for path in before if path.startswith("/nyheter/")]) > 8  # it did read
    assert told(before, RANDOM) == set()
    for draft, stage in stages(world):
        now = seen(newsroom, draft)
        assert told(now, draft) == set(), stage
        assert now == before, stage


def told(answers: dict[str, Answer], public_id: str) -> set[tuple[str, str]]:
    """Where something of the draft stands in an answer: its address, and what.

    A page of hits repeats the words that it was asked for, and those alone; that it is the page
    which was there before the draft is for `seen` to say.
    """
    found = set()
    for path, answer in answers.items():
        said = b"\n".join([answer.body, *(f"{k}: {v}".encode() for k, v in answer.headers)])
        asked = unquote_plus(path).casefold() if "/sok?" in path else ""
        found |= {
            (path, unique)
            for unique in (*UNIQUE, public_id)
            if unique.casefold() not in asked and spelled(unique, said)
        }
    return found


def spelled(unique: str, said: bytes) -> bool:
    """Whether it stands there in any case, as it is, percent-encoded or in base64."""
    plain = said.decode("utf-8", "replace").casefold()
    if unique.casefold() in plain or quote(unique).casefold() in plain:
        return True
    return any(inside in said for inside in in_base64(unique.encode()))


def in_base64(text: bytes) -> Iterator[bytes]:
    """What base64 makes of it, wherever in the encoded bytes it begins (RFC 4648 section 4)."""
    for before in range(3):
        written = b64encode(b"\0" * before + text)
        # The first and the last characters depend on the neighbours.
        yield written[(0, 2, 3)[before] : -4]


def test_the_secrets_are_found_however_they_are_written() -> None:
    for unique in UNIQUE:
        for before in ("", "a", "ab", "abc"):
            text = f"{before}{unique}, and more"
            for said in (text, text.upper(), quote(text), quote(text).lower()):
                assert spelled(unique, said.encode()), said
            assert spelled(unique, b64encode(text.encode()))
        assert not spelled(unique, b"Skolan")


def test_the_same_eyes_see_it_once_it_is_out(world: World, newsroom: PublicHouse) -> None:
    """Or the test above would prove nothing."""
    draft = approve(world, draft_of(world))
    world.settle()
    before = seen(newsroom, draft)
    release(world, draft)
    open_window(world, draft)
    world.settle()
    after = seen(newsroom, draft)
    changed = {path for path in after if before.get(path) != after[path]}
    page = f"/nyheter/{RANDOM}"
    assert {"/", "/sitemap.xml", page, f"HEAD {page}", f"{page}/filer/{PICTURE}"} <= changed
    assert {f"/floden/nyheter.{one}" for one in ("rss", "atom", "json")} <= changed
    assert set(searches(*WORDS[:2])) <= changed
    assert after[f"{page}/filer/{PICTURE}"].body == DRAWING
    assert {unique for _, unique in told(after, draft)} == {*UNIQUE, draft}


def test_what_is_not_out_costs_the_database_the_same_as_what_is_not(
    world: World, newsroom: PublicHouse
) -> None:
    """Nobody learns from the time that an answer takes what is being prepared."""
    out(world)
    out_with_files(world)
    before = costs(newsroom, RANDOM, TITLE, PICTURE, DIGEST)
    assert costs(newsroom, "77aa", NONSENSE, PICTURE, DIGEST) == before
    assert all(before.values())
    for draft, stage in stages(world):
        assert costs(newsroom, draft, TITLE, PICTURE, DIGEST) == before, stage
        assert costs(newsroom, RANDOM, NONSENSE, PICTURE, DIGEST) == before, stage


def test_the_costs_tell_of_a_draft_that_lies_hidden_in_the_tables(
    world: World, newsroom: PublicHouse
) -> None:
    """Or the test above would prove nothing: no page shows it, but it costs."""
    draft = approve(world, draft_of(world))
    world.settle()
    before = costs(newsroom, RANDOM, NONSENSE, PICTURE, DIGEST)
    pages = seen(newsroom, RANDOM)
    hide(world, draft)
    assert seen(newsroom, draft) == pages
    after = costs(newsroom, draft, TITLE, PICTURE, DIGEST)
    dearer = {name for name in before if before[name] != after[name]}
    assert {re.sub(r"^\w+[\w ]*: ", "", name) for name in dearer} >= {
        *KEPT,
        *(f"/nyheter/{RANDOM}", f"/nyheter/{RANDOM}/filer/{PICTURE}", "/sok?q=ord"),
    }


def hide(world: World, public_id: str) -> None:
    """Lay the draft into the newsroom's tables too early, as their owner, past all triggers."""
    tables = ("item", "text", "file")
    for table in tables:
        world.owner.execute(f"ALTER TABLE newsroom.{table} DISABLE TRIGGER USER")
    world.owner.execute(
        "INSERT INTO newsroom.item (id, public_id, announcement, step, delivery, revision,"
        " unit_name, language, contact, record_number, content_hash, published_at)"
        " SELECT gen_random_uuid(), a.public_id, a.id, s.id, d.id, s.revision, 'Enheten', 'sv', '',"
        " '', repeat('0', 64), now()"
        " FROM announcer.announcement a JOIN announcer.step s ON s.announcement = a.id"
        " JOIN announcer.delivery d ON d.channel = 'intranet' AND d.revision = s.revision"
        " WHERE a.public_id = %s AND s.channel = 'newsroom' LIMIT 1",
        (public_id,),
    )
    world.owner.execute(
        "INSERT INTO newsroom.text (item, language, title, summary, html, search)"
        " SELECT id, 'sv', %s, '', '', to_tsvector('swedish', %s) FROM newsroom.item"
        " WHERE public_id = %s",
        (TITLE, TITLE, public_id),
    )
    world.owner.execute(
        "INSERT INTO newsroom.file (item, name, position, media_type, alt, sha256, content)"
        " SELECT id, %s, 1, 'image/svg+xml', '', %s, %s FROM newsroom.item WHERE public_id = %s",
        (PICTURE, DIGEST, DRAWING, public_id),
    )
    for table in tables:
        world.owner.execute(f"ALTER TABLE newsroom.{table} ENABLE TRIGGER USER")


def test_nothing_public_is_counted_before_it_is_out(world: World, newsroom: PublicHouse) -> None:
    """The number that the newsroom's pages are kept by moves with what is public, and only so."""

    def number() -> int:
        row = world.owner.execute("SELECT number FROM newsroom.change").fetchone()
        assert row
        return int(row[0])

    before = number()
    draft = approve(world, draft_of(world))
    world.settle()
    holding.withdraw(world.installation, world.communicator, draft, "Upphävt")
    assert number() == before
    gone = out(world)
    shown = number()
    assert shown > before
    holding.withdraw(world.installation, world.communicator, gone, "Fel")
    assert number() > shown
