"""Whoever reads in English or Finnish meets no Swedish of ours, and hears what is Swedish as Swedish."""

import re
from collections.abc import Iterator
from functools import cache

import lxml.html
import pytest
from babel.messages.pofile import read_po

from tests.functional.conftest import Publish, SignIn
from tests.functional.every_page import of_the_intranet, of_the_newsroom
from tests.public_house import PublicHouse
from tests.public_visitor import Reader
from tests.world import ROOT, World

READ_ALOUD = ("alt", "aria-label", "placeholder", "title", "label")
#: A place in a sentence, as the pages and as the domain write it.
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
#: Fewer letters than this around the places of a sentence say nothing about whose it is.
ENOUGH = 8


@cache
def swedish(language: str) -> tuple[frozenset[str], re.Pattern[str]]:
    """Our sentences that are said otherwise in ``language``: whole ones, and those with places."""
    file = ROOT / "announcer" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=language)
    ids, said = set(), set()
    for message in catalogue:
        both = [
            [one] if isinstance(one, str) else list(one) for one in (message.id, message.string)
        ]
        ids |= set(both[0])
        said |= set(both[1])
    ours = {" ".join(one.split()) for one in ids - said if one}
    placed = {one for one in ours if PLACE.search(one)}
    patterns = (
        ".+?".join(map(re.escape, PLACE.split(one)))
        for one in sorted(placed)
        if len(re.sub(r"\W", "", PLACE.sub("", one))) >= ENOUGH
    )
    return frozenset(ours - placed), re.compile("|".join(f"(?:{one})" for one in patterns))


def words_of(page: str) -> Iterator[tuple[str, str]]:
    """Every piece of text that is read out, with the language it is read out in."""
    for element in lxml.html.fromstring(page).iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        said = element.xpath("string(ancestor-or-self::*[@lang][1]/@lang)")
        for piece in element.xpath("text()"):
            yield " ".join(piece.split()), said
        for name in READ_ALOUD:
            yield " ".join(element.get(name, "").split()), said


def left_swedish(page: str, language: str) -> list[str]:
    whole, placed = swedish(language)
    return [
        words
        for words, said in words_of(page)
        if words and said == language and (words in whole or placed.fullmatch(words))
    ]


def test_it_finds_what_was_left_in_swedish() -> None:
    """Or the tests below would prove nothing."""
    page = '<html lang="en"><p>Något gick fel hos oss</p><p lang="sv">Något gick fel hos oss</p>'
    assert left_swedish(page, "en") == ["Något gick fel hos oss"]
    assert left_swedish('<html lang="fi"><p>Uppe på 3 av 4 personaltavlor.</p>', "fi")


@pytest.mark.parametrize("language", ["en", "fi"])
def test_no_page_of_the_intranet_has_swedish_of_ours_left(
    world: World, publish: Publish, sign_in: SignIn, language: str
) -> None:
    pages = of_the_intranet(world, publish)
    world.owner.execute("UPDATE announcer.person SET language = %s", (language,))
    left = []
    for person in (world.communicator, world.chief, world.somebody("bibliotek", "medarbetare")):
        visitor = sign_in(person)
        for path in pages:
            page = visitor.get(path).text
            assert f'<html lang="{language}"' in page, path
            left += [(path, words) for words in left_swedish(page, language)]
    assert not left, "\n".join(sorted({f"{path}: {words}" for path, words in left}))


@pytest.mark.parametrize("language", ["en", "fi"])
def test_no_page_of_the_newsroom_has(world: World, newsroom: PublicHouse, language: str) -> None:
    reader = Reader(newsroom.url, **{"Accept-Language": language})
    left = []
    for path in of_the_newsroom(world):
        if "sprak" not in path:
            left += [(path, words) for words in left_swedish(reader.get(path).text, language)]
    assert not left, "\n".join(sorted({f"{path}: {words}" for path, words in left}))


#: What somebody wrote in Swedish: a title, a reason, a body.
WRITTEN = ("Klockarskolan börjar 20 minuter", "Lektionerna börjar", "Det här händer nu.")


def test_what_was_written_in_swedish_is_read_out_as_swedish(
    world: World, publish: Publish, sign_in: SignIn
) -> None:
    pages = of_the_intranet(world, publish)
    world.owner.execute("UPDATE announcer.person SET language = 'fi'")
    visitor = sign_in(world.communicator)
    wrong = [
        f"{path}: {words}"
        for path in pages
        for words, said in words_of(visitor.get(path).text.partition("<body")[2])
        if said != "sv" and words.startswith(WRITTEN)
    ]
    assert not wrong, "\n".join(wrong)
