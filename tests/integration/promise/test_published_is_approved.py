"""Whoever has the app's credentials publishes the approved text and files, or nothing."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from announcer.render.release import release as released
from announcer.services import records
from tests.functional.newsroom_way import with_files
from tests.integration.promise.way import approve, open_window, published, release
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import World

Article = dict[str, Any]
SECRET = "Sandstensmuren rivs"


@pytest.fixture
def app(world: World, app_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody who broke into a program, with its credentials."""
    with psycopg.connect(app_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def ready(world: World) -> str:
    """Confirmed, released, its window over; not in the newsroom yet."""
    public_id = published(world)
    release(world, public_id)
    open_window(world, public_id)
    return public_id


def article_of(world: World, public_id: str) -> Article:
    """What the channel itself would hand over."""
    with world.installation.database.reading() as session:
        row = records.find(session, public_id)
        content = records.content_of(session, records.newest_revision(session, row.id))
    found: Article = json.loads(released(content, public_id))
    return found


def hand_over(app: psycopg.Connection[Any], public_id: str, article: Article) -> None:
    """Past every program, by hand: begin the step, make its delivery, have it accepted."""
    written = json.dumps(article).encode()
    sha256 = hashlib.sha256(written).hexdigest()
    app.execute("INSERT INTO announcer.blob VALUES (%s, %s)", (sha256, written))
    found = app.execute(
        "UPDATE announcer.step SET state = 'sending' WHERE channel = 'newsroom' AND announcement ="
        " (SELECT id FROM announcer.announcement WHERE public_id = %s) RETURNING id, revision",
        (public_id,),
    ).fetchone()
    assert found
    step, revision = found
    app.execute(
        "WITH b AS (INSERT INTO announcer.batch (id, step, number, language, urgent)"
        "  VALUES (gen_random_uuid(), %(step)s, 1, 'sv', false) RETURNING id)"
        " INSERT INTO announcer.delivery"
        "  (id, batch, step, revision, channel, recipient, address, language, message_id)"
        " SELECT gen_random_uuid(), id, %(step)s, %(revision)s, 'newsroom', 'r', '', 'sv', 'm' FROM b",
        {"step": step, "revision": revision},
    )
    for state in ("sending", "accepted"):
        app.execute(
            "UPDATE announcer.delivery SET state = %s, artefact = %s WHERE step = %s",
            (state, sha256, step),
        )


def test_the_approved_article_is_published_that_way(
    world: World, app: psycopg.Connection[Any], newsroom: PublicHouse
) -> None:
    """Or the refusals below would prove nothing."""
    public_id = ready(world)
    hand_over(app, public_id, article_of(world, public_id))
    assert Reader(newsroom.url).get(f"/nyheter/{public_id}").status_code == 200


def other_words(article: Article) -> None:
    article["texts"][0]["title"] = SECRET


def other_summary(article: Article) -> None:
    article["texts"][0]["summary"] = SECRET


def other_text(article: Article) -> None:
    article["content_hash"] = "0" * 64


def other_contact(article: Article) -> None:
    article["contact"] = SECRET


def another_language(article: Article) -> None:
    article["texts"].append({**article["texts"][0], "language": "fi"})


def a_file(article: Article) -> None:
    file = {"name": "x.svg", "media_type": "image/svg+xml", "alt": "x", "sha256": "0" * 64}
    article["files"].append(file)


@pytest.mark.parametrize(
    "change", [other_words, other_summary, other_text, other_contact, another_language, a_file]
)
def test_another_article_than_the_approved_one_is_refused(
    world: World,
    app: psycopg.Connection[Any],
    newsroom: PublicHouse,
    change: Callable[[Article], None],
) -> None:
    public_id = ready(world)
    article = article_of(world, public_id)
    change(article)
    with pytest.raises(psycopg.errors.CheckViolation, match="not what was approved"):
        hand_over(app, public_id, article)
    assert Reader(newsroom.url).get(f"/nyheter/{public_id}").status_code == 404


def test_a_draft_gives_its_files_to_no_other_text(
    world: World, app: psycopg.Connection[Any]
) -> None:
    draft = with_files(world, "Utkast", SECRET)
    public_id = ready(world)
    with pytest.raises(psycopg.errors.CheckViolation, match="no other files"):
        app.execute(
            "INSERT INTO announcer.revision_blob (revision, sha256)"
            " SELECT r.id, b.sha256 FROM announcer.revision r JOIN announcer.announcement a"
            " ON a.id = r.announcement AND a.public_id = %s,"
            " announcer.revision_blob b JOIN announcer.revision d ON d.id = b.revision"
            " JOIN announcer.announcement o ON o.id = d.announcement AND o.public_id = %s",
            (public_id, draft),
        )


def test_a_script_that_was_put_into_the_article_is_not_run_by_the_newsroom(
    world: World, app: psycopg.Connection[Any], newsroom: PublicHouse
) -> None:
    """The database cannot make the text's HTML; the newsroom cleans it once more."""
    public_id = ready(world)
    article = article_of(world, public_id)
    evil = '<script>alert(1)</script><p onclick="x">Hej</p><img src="https://other.example/x.png">'
    article["texts"][0]["html"] = evil
    hand_over(app, public_id, article)
    reader = Reader(newsroom.url)
    pages = (f"/nyheter/{public_id}", "/floden/nyheter.rss", "/floden/nyheter.json")
    for page in pages:
        text = reader.get(page).text
        assert "Hej" in text, page
        for word in ("<script", "&lt;script", "alert(1)", "onclick", "other.example"):
            assert word not in text, (page, word)


def test_no_other_role_can_keep_the_work_from_being_handed_out(
    world: World, newsroom_url: str
) -> None:
    public_id = approve(world, world.decision())
    with (
        psycopg.connect(newsroom_url.replace("+psycopg", ""), autocommit=True) as thief,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        thief.execute("SELECT FROM announcer.turn FOR UPDATE")
    world.owner.execute("SELECT pg_advisory_lock(hashtextextended('claim', 0))")
    world.settle()
    world.owner.execute("SELECT pg_advisory_unlock_all()")
    assert world.step(public_id, "intranet").confirmed_at
