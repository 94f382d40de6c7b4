"""What the advice on a text finds, where, and what it leaves alone."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.domain.announcement import Content
from announcer.plain_language.finding import Finding, Kind, Part
from announcer.plain_language.looking import MOST, advice, findings
from announcer.plain_language.readability import lix
from announcer.plain_language.sentences import blocks, seen
from announcer.plain_language.word_list import word_list
from tests.world import EXAMPLES

LONG = "Vi bygger en ny skola i Grythyttan och den ska stå klar till hösten så att alla barn "


def said(text: str, kind: Kind, part: Part = Part.BODY, language: str = "sv") -> list[str]:
    return [text[one.start : one.end] for one in _of(text, kind, part, language)]


def _of(text: str, kind: Kind, part: Part, language: str) -> list[Finding]:
    return [one for one in findings(text, language, part) if one.kind is kind]


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Du erhåller svar.", "får"),
        ("Ansökan INKOM i går.", "kom in"),
        ("Huruvida det blir av vet vi inte.", "om"),
        ("Det sker i enlighet med\nplanen.", "enligt"),
        ("Ni ska tillse att dörren är låst.", "se till"),
    ],
)
def test_officialese_is_found_in_its_forms_with_the_plain_word(typed: str, plain: str) -> None:
    (found,) = _of(typed, Kind.OFFICIALESE, Part.BODY, "sv")

    assert found.suggestion == plain
    assert f"”{plain}”" in found.say(str)


def test_a_plain_text_gives_no_advice() -> None:
    text = (
        "Skolan öppnar klockan 8.30. Kom till receptionen.\n\n- Ta med matlåda\n- Ring om du är sen"
    )

    assert findings(text, "sv") == []


@pytest.mark.parametrize(
    "typed", ["Ta med t.ex. vatten.", "Ta med t ex vatten.", "Kök m.m. stängs."]
)
def test_an_abbreviation_is_spelt_out(typed: str) -> None:
    (found,) = _of(typed, Kind.ABBREVIATION, Part.BODY, "sv")

    assert found.suggestion in ("till exempel", "med mera")


def test_a_long_sentence_is_found_and_an_abbreviation_ends_none() -> None:
    text = f"Kort mening. {LONG}kan börja där, t.ex. de som i dag åker buss kl. 7 till Hällefors. Slut."

    (found,) = said(text, Kind.LONG_SENTENCE)

    assert found.startswith("Vi bygger")
    assert found.endswith("Hällefors.")


def test_points_of_a_list_headings_and_cells_are_no_one_sentence() -> None:
    rows = "\n".join(
        f"- Skola nummer {word} i bygden" for word in ("ett", "två", "tre", "fyra", "fem", "sex")
    )
    table = "\n".join("| en cell med ord | en till med flera ord |" for _ in range(9))

    assert said(f"## Rubrik utan punkt\n{rows}\n\n{table}", Kind.LONG_SENTENCE) == []


def test_a_long_paragraph_is_found() -> None:
    assert len(said("Vi går ut. " * 40, Kind.LONG_PARAGRAPH)) == 1


def test_a_long_headline_is_found_and_in_the_text_there_is_none() -> None:
    assert said("A" + "b " * 40, Kind.LONG_TITLE, Part.TITLE)
    assert not said("A" + "b " * 40, Kind.LONG_TITLE)


def test_capitals_and_exclamation_marks_are_found_but_no_short_names() -> None:
    text = "VIKTIGT! SKR och Ekonomi (BUN) svarar. LÄS DETTA NOGA!!!"

    assert said(text, Kind.CAPITALS) == ["VIKTIGT"]
    assert said(text, Kind.EXCLAMATION) == ["!"]


@pytest.mark.parametrize(
    "number",
    ["19811218-9876", "811218-9876", "8112189876", "198112189876", "811218+9876", "670919-9530"],
)
def test_a_personal_identity_number_is_found_in_every_part_and_language(number: str) -> None:
    for part, language in product(Part, ("sv", "fi", "en")):
        assert said(f"Se {number}.", Kind.PERSONAL_NUMBER, part, language) == [number]


def test_a_coordination_number_is_found() -> None:
    assert said("Gäller 811278-9873", Kind.PERSONAL_NUMBER) == ["811278-9873"]


@pytest.mark.parametrize(
    "number",
    [
        "811218-9875",  # a wrong last digit
        "811318-9876",  # no such month
        "556036-0793",  # a company's
        "0591-555 10",
        "2026-00456",
        "https://halle.example/811218-9876",
    ],
)
def test_what_is_no_personal_identity_number_is_left_alone(number: str) -> None:
    assert said(f"Ring {number}", Kind.PERSONAL_NUMBER) == []


def test_a_word_of_health_is_found_and_is_grave() -> None:
    (found,) = findings("Rektorn är sjukskriven till maj.", "sv")

    assert found.kind is Kind.HEALTH
    assert found.is_grave


def test_the_law_is_looked_after_where_style_is_nobodys_business() -> None:
    assert findings("Erhåll svar! Fråga rektorn, sjukskriven.", "sv", Part.OTHER)[0].is_grave
    assert len(findings("Erhåll svar! Fråga rektorn.", "sv", Part.OTHER)) == 0


def test_lists_are_for_swedish_alone() -> None:
    assert findings("Samt is a word, t ex depression.", "en") == []


def test_lix_is_what_its_definition_says() -> None:
    easy = "Vi ses i dag. " * 10
    hard = "Kommunstyrelsens förvaltningsorganisation genomför verksamhetsuppföljningar. " * 10

    assert lix(blocks(seen("Vi ses."))) is None
    found, worse = lix(blocks(seen(easy))), lix(blocks(seen(hard)))
    assert found
    assert worse
    assert (found.figure, found.is_hard) == (4, False)
    assert (worse.figure, worse.is_hard) == (104, True)


def test_advice_is_on_every_language_with_the_gravest_first_and_each_thing_once() -> None:
    content = _text(body="Samt och samt. Gäller 811218-9876.", summary="")

    found = advice(content)

    assert [(one.field, one.finding.kind) for one in found.findings] == [
        ("text", Kind.PERSONAL_NUMBER),
        ("text", Kind.OFFICIALESE),
        ("sammanfattning", Kind.NO_SUMMARY),
    ]
    assert found.count == 3
    assert len(found.grave) == 1


def test_no_more_is_said_than_a_person_can_take_in() -> None:
    forms = list(word_list("officialese").plain)[:100]
    body = "\n\n".join(forms)

    found = advice(_text(body=body))

    assert len(found.findings) == MOST
    assert found.more == len(findings(body, "sv")) - MOST


def test_every_word_of_the_lists_is_found_as_itself_and_has_a_plain_one() -> None:
    for name, kind in (("officialese", Kind.OFFICIALESE), ("abbreviations", Kind.ABBREVIATION)):
        for form, plain in word_list(name).plain.items():
            assert said(form, kind) == [form]
            assert plain.strip()
            assert plain not in word_list(name).plain, form


def test_the_examples_are_written_plainly() -> None:
    kinds = set()
    for path in EXAMPLES.glob("*.md"):
        text = path.read_text("utf-8").rsplit("+++\n", 1)[-1]
        kinds |= {one.kind for one in findings(text, "sv")}

    assert Kind.PERSONAL_NUMBER not in kinds


_TEXTS = st.text() | st.lists(
    st.sampled_from([*"|#-*[]()!.\n \t", "samt", "t.ex.", "811218-9876", "VIKTIGT", "a@b", "www."])
).map("".join)


@given(_TEXTS, st.sampled_from(Part), st.sampled_from(["sv", "fi", "en", "ar"]))
def test_nothing_raises_and_every_place_is_in_the_text(
    text: str, part: Part, language: str
) -> None:
    for one in findings(text, language, part):
        assert 0 <= one.start <= one.end <= len(text)
        assert one.say(str)
    assert len(seen(text)) == len(text)


@pytest.mark.parametrize(
    "bit",
    [
        "a",
        "a ",
        "a\n",
        "samt ",
        "1",
        "1-",
        "A",
        "[](",
        "](",
        "www.",
        "a@",
        "@",
        ". ",
        "|",
        "# ",
        "i ",
        "!",
    ],
)
def test_a_hundred_kilobytes_are_looked_through_while_somebody_waits(bit: str) -> None:
    # Where the time went with the square of the length, this would not end before the day.
    assert findings((bit * 100_000)[:100_000], "sv") is not None


def _text(**words: str) -> Content:
    parts = {"title": "En rubrik", "summary": "Kort.", "body": "Text.", **words}
    return Content(class_name="beslut", unit="ks", audience=("alla",), contact="Ring", **parts)


def test_a_gap_of_a_template_is_pointed_out_until_it_is_filled_in() -> None:
    content = _text(title="(Namn) blir chef", body="Hen börjar (datum). Fråga samt (växeln).")

    found = advice(content, gaps={"(namn)", "(datum)"})

    assert [(one.field, one.passage) for one in found.findings] == [
        ("rubrik", "(Namn)"),
        ("text", "(datum)"),
        ("text", "samt"),
    ]
    assert found.gaps == ("(Namn)", "(datum)")
    assert advice(content).gaps == ()
