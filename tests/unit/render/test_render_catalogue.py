"""The reader's language."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from announcer.render import catalogue
from announcer.render.catalogue import (
    date_in_words,
    language_name,
    moment_in_words,
    translator,
)

LATE = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
ZONE = "Europe/Stockholm"


@pytest.mark.parametrize(
    ("language", "date", "moment"),
    [
        ("sv", "23 november 2026", "23 november 2026 klockan 00.30"),
        ("fi", "23. marraskuuta 2026", "23. marraskuuta 2026 kello 0.30"),
        ("en", "23 November 2026", "23 November 2026 at 00:30"),
        ("xx-nonsense", "23 november 2026", "23 november 2026 klockan 00.30"),
    ],
)
def test_dates_are_the_readers_own_in_day_and_words(language: str, date: str, moment: str) -> None:
    assert date_in_words(LATE, ZONE, language) == date
    assert moment_in_words(LATE, ZONE, language) == moment


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        date_in_words(LATE.replace(tzinfo=None), ZONE, "sv")


def test_languages_call_themselves_by_name() -> None:
    names = [language_name(language) for language in ("sv", "fi", "en", "qqq")]
    assert names == ["Svenska", "Suomi", "English", "Qqq"]


def test_a_sentence_without_a_translation_is_said_in_swedish() -> None:
    translate = translator("qqq")
    assert translate("Släpp till medierna") == "Släpp till medierna"
    assert translate("") == ""


def test_a_compiled_catalogue_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "fi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    messages = Catalog(locale="fi")
    messages.add("Pausa", "Keskeytä")
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, messages)
    monkeypatch.setattr(catalogue, "TRANSLATIONS", tmp_path)
    translate = translator.__wrapped__("fi")
    assert translate("Pausa") == "Keskeytä"
    assert translate("") == ""
    assert translate("Dra tillbaka") == "Dra tillbaka"
