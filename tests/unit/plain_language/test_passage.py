"""A passage is found again where the text has changed around it, as a reader reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.domain.announcement import Content, Translation
from announcer.plain_language.passage import as_read, find, passages

TEXT = "## Varför\n\nFler elever kommer i **tid**.\n\n- Ring [växeln](https://x.example/a) i dag\n- Kom"


def test_a_text_falls_into_what_can_be_pointed_at() -> None:
    content = Content(
        class_name="beslut",
        unit="ks",
        title="Skolan",
        summary="Kort. Två meningar.",
        body=TEXT,
        audience=("alla",),
        contact="Ring",
        translations={"fi": Translation("Koulu", "", "")},
    )

    found = passages(content)

    assert [(one.field, one.words) for one in found] == [
        ("rubrik", "Skolan"),
        ("sammanfattning", "Kort. Två meningar."),
        ("text", "Varför"),
        ("text", "Fler elever kommer i tid."),
        ("text", "Ring växeln i dag"),
        ("text", "Kom"),
        ("rubrik_fi", "Koulu"),
    ]


@pytest.mark.parametrize(
    ("quote", "place"),
    [
        ("Fler elever kommer i tid.", "Fler elever kommer i **tid**."),
        ("Ring växeln i dag", "Ring [växeln](https://x.example/a) i dag"),
        ("Varför\n\nFler elever", "Varför\n\nFler elever"),
        ("i dag\nKom", "i dag\n- Kom"),
    ],
)
def test_what_is_marked_on_the_page_is_found_in_what_was_typed(quote: str, place: str) -> None:
    found = find(quote, TEXT)

    assert found
    assert TEXT[slice(*found)] == place


def test_of_several_the_nearest_is_meant_and_what_is_gone_is_nowhere() -> None:
    text = "Ring oss. Skriv. Ring oss."

    assert find("Ring oss", text, 12) == (17, 25)
    assert find("Ring oss", text, 3) == (0, 8)
    assert find("Ring dem", text) is None
    assert find(" ", text) is None


@given(st.text(), st.text(), st.integers(0, 50))
def test_every_place_is_in_the_text(quote: str, text: str, near: int) -> None:
    words, places = as_read(text)
    assert len(words) == len(places)
    found = find(quote, text, near)
    assert found is None or 0 <= found[0] < found[1] <= len(text)
    if words:
        assert find(words, text)
