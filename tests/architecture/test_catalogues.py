"""The check of the catalogues sees every kind of fault, and finds the sentences there are."""

import pytest
from babel.messages.catalog import Catalog

from tests.architecture.catalogues import extracted, faults

SENTENCE = "Skriv till {name}."


@pytest.fixture
def template():
    found = Catalog()
    found.add(SENTENCE, locations=[("announcer/example.py", 3)])
    return found


def catalogue(string, *flags):
    found = Catalog()
    found.add(SENTENCE, string, flags=flags)
    return found


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "there is no catalogue"),
        (Catalog(), "missing"),
        (catalogue(""), "not translated"),
        (catalogue("Write to {name}.", "fuzzy"), "fuzzy"),
        (catalogue("Write to {nmae}."), "places differ"),
        (catalogue("Write to them."), "places differ"),
    ],
)
def test_a_fault_in_a_catalogue_is_one_line(template, found, words):
    (line,) = faults(template, "en", found)
    assert line.startswith("en: ")
    assert words in line


def test_a_whole_catalogue_has_no_faults(template):
    assert not list(faults(template, "en", catalogue("Write to {name}.")))


def test_swedish_may_be_left_as_it_is_written(template):
    assert not list(faults(template, "sv", catalogue("")))


def test_sentences_are_found_in_python_by_each_way_of_marking():
    ids = {str(message.id) for message in extracted()}
    assert "Väntar på att texten godkänns." in ids  # N_()
    assert "Du är utloggad." in ids  # _()
