"""A plan as a picture: everything can be read, in the picture and in its words."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from announcer.domain.why import is_day_off
from announcer.render.catalogue import amount_in_words, translator, value_in_words
from announcer.render.lettering import lines_of, width_of
from announcer.render.timeline import Line, Mark, Setting, Stop, as_file, style, timeline
from announcer.render.timeline_shapes import WIDTH
from tests.unit.domain.example_policy import STOCKHOLM, hallefors, local
from web.shared.theme import READABLE, contrast, mixed, readable

SVG = "{http://www.w3.org/2000/svg}"
BEFORE_CHRISTMAS = local("2026-12-23 16:55")
LONG = "Informationssäkerhetssamordningsgruppen"


def setting(language: str = "sv") -> Setting:
    return Setting(
        STOCKHOLM, language, translator(language), lambda day: is_day_off(hallefors(), day)
    )


def drawn(
    *stops: Stop,
    now: datetime | None = None,
    known: datetime | None = None,
    language: str = "sv",
) -> etree._Element:
    lines = {line: at for line, at in ((Line.NOW, now), (Line.KNOWN, known)) if at}
    return etree.fromstring(timeline(stops, setting(language), title="Planen", lines=lines))


def texts(picture: etree._Element) -> list[str]:
    return [one.text or "" for one in picture.iter(f"{SVG}text")]


def words(picture: etree._Element) -> str:
    return picture.findtext(f"{SVG}desc") or ""


def bands(picture: etree._Element, kind: str) -> list[tuple[int, int]]:
    """From where to where something lies behind the whole width."""
    return [
        (int(one.get("y", "")), int(one.get("y", "")) + int(one.get("height", "")))
        for one in picture.iter(f"{SVG}rect")
        if one.get("class") == kind and one.get("width") == str(WIDTH)
    ]


def place_of(picture: etree._Element, said: str) -> int:
    """How far down it is said."""
    return next(int(t.get("y", "")) for t in picture.iter(f"{SVG}text") if t.text == said)


SIZES = {"tl-name": 17, "tl-time": 16, "tl-earliest": 13}


def boxes(picture: etree._Element) -> list[tuple[float, float, float, float, str]]:
    """Where each line of words is: left, top, right, bottom; a page's own typeface is narrow."""
    letters = 1.0 if picture.tag == f"{SVG}g" else 0.88
    found = []
    for one in picture.iter(f"{SVG}text"):
        size = SIZES.get(one.get("class", ""), 15)
        said, x, y = one.text or "", float(one.get("x", "")), float(one.get("y", ""))
        wide = width_of(said, size) * letters
        left = x - wide if one.get("text-anchor") == "end" else x
        found.append((left, y - size * 0.78, left + wide, y + size * 0.22, said))
    return found


def overlapping(picture: etree._Element) -> list[tuple[str, str]]:
    return [
        (one[4], other[4])
        for one, other in combinations(boxes(picture), 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


moments = st.integers(0, 60 * 24 * 60).map(lambda n: BEFORE_CHRISTMAS + timedelta(minutes=n))
sentences = st.text("abcdefgåäö MWiJ-&<", max_size=90)
stops = st.builds(
    Stop,
    name=st.one_of(sentences.filter(str.strip), st.just(LONG)),
    at=st.none() | moments,
    external=st.booleans(),
    hangs=st.booleans(),
    mark=st.sampled_from(Mark),
    audience=sentences,
    notes=st.lists(sentences.filter(str.strip), max_size=3).map(tuple),
    warning=sentences,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(stops, min_size=1, max_size=12),
    st.none() | moments,
    st.none() | moments,
    st.sampled_from(["sv", "fi"]),
)
def test_whatever_the_plan_nothing_lies_on_anything_and_all_of_it_is_also_in_words(
    plan: list[Stop], now: datetime | None, known: datetime | None, language: str
) -> None:
    picture = drawn(*plan, now=now, known=known, language=language)
    file = etree.fromstring(as_file(plan, setting(language), heading=("Planen",)))
    for root, one in ((picture, picture), (file, file.find(f"{SVG}g"))):
        assert one is not None
        assert overlapping(one) == []
        assert all(
            left >= 0 and right <= WIDTH and top >= 0 and bottom <= float(root.get("height", ""))
            for left, top, right, bottom, _ in boxes(one)
        )
    for stop in plan:
        for said in (stop.name, stop.audience, stop.warning, *stop.notes):
            said = " ".join(said.split()).rstrip(".")
            assert said in " ".join(words(picture).split())
    assert not re.search(r"<(style|script)|\s(style|on\w+)=", etree.tostring(picture).decode())


def test_days_and_nights_that_pass_are_seen_and_days_off_are_told_by_words_and_hatching() -> None:
    after = local("2026-12-28 09:00")
    picture = drawn(Stop("Intranätet", BEFORE_CHRISTMAS), Stop("Medierna", after, external=True))
    for day in ("torsdag 24 december", "fredag 25 december", "söndag 27 december"):
        assert any(top < place_of(picture, day) < end for top, end in bands(picture, "tl-off"))
    for day in ("onsdag 23 december 2026", "måndag 28 december"):
        assert not any(top < place_of(picture, day) < end for top, end in bands(picture, "tl-off"))
    assert texts(picture).count("natt") == 3  # after Wednesday, before Monday, and what it means
    assert words(picture) == (
        "onsdag 23 december 2026: 16.55 Intranätet, inom huset. "
        "torsdag 24 december, ingen arbetsdag. fredag 25 december, ingen arbetsdag. "
        "lördag 26 december, ingen arbetsdag. söndag 27 december, ingen arbetsdag. "
        "måndag 28 december: 09.00 Medierna, utanför huset."
    )


def test_what_happens_at_night_stands_in_the_night() -> None:
    at = {"Sent": "2026-12-08 22:00", "Tidigt": "2026-12-09 05:59", "Sedan": "2026-12-09 06:00"}
    picture = drawn(*(Stop(name, local(moment)) for name, moment in at.items()))
    nights = bands(picture, "tl-night")
    for name, at_night in (("Sent", True), ("Tidigt", True), ("Sedan", False)):
        assert any(top < place_of(picture, name) < end for top, end in nights) is at_night
    assert texts(picture).count("natt") == 1  # no empty night, but the shading is explained


def test_all_that_is_said_of_a_step_stands_in_its_shade_and_nothing_of_one_without_a_time() -> None:
    saturday = local("2026-12-05 10:00")
    picture = drawn(Stop("A", saturday, hangs=True), Stop("B", None))
    ((top, end),) = bands(picture, "tl-off")
    assert top < place_of(picture, "A") < place_of(picture, "tidigast") < end
    assert place_of(picture, "B") > end


def test_inside_and_outside_differ_in_shape_and_in_words() -> None:
    inside, outside = drawn(Stop("A", BEFORE_CHRISTMAS)), drawn(Stop("A", BEFORE_CHRISTMAS, True))
    shapes = [
        {one.tag for one in picture.iter() if "tl-mark" in one.get("class", "")}
        for picture in (inside, outside)
    ]
    assert shapes == [{f"{SVG}circle"}, {f"{SVG}path"}]
    assert "utanför huset" in texts(outside)
    assert "utanför huset" not in texts(inside)


def test_every_state_has_a_sign_of_its_own() -> None:
    def sign(mark: Mark) -> str:
        picture = drawn(Stop("A", BEFORE_CHRISTMAS, mark=mark))
        group = next(iter(picture.iter(f"{SVG}g")))
        return "".join(
            one.get("d", "") if one.get("class") == "tl-sign" else "going" * ("tl-going" in one.get("class", ""))
            for one in group
        )  # fmt: skip

    assert len({sign(mark) for mark in Mark}) == len(Mark)


def test_a_step_without_a_time_keeps_its_place_and_says_what_it_waits_for() -> None:
    picture = drawn(
        Stop("Möte", None, notes=("Väntar på att mötet hålls.",)),
        Stop("Intranätet", BEFORE_CHRISTMAS),
        Stop("Anslag", None, notes=("Väntar på att protokollet justeras.",)),
        Stop("Medierna", local("2026-12-28 09:00"), external=True, hangs=True),
    )
    order = [place_of(picture, name) for name in ("Möte", "Intranätet", "Anslag", "Medierna")]
    assert order == sorted(order)
    assert texts(picture).count("?") == 2
    assert "utan klockslag Möte, inom huset. Väntar på att mötet hålls." in words(picture)
    assert "tidigast 09.00 Medierna" in words(picture)
    assert "tidigast" in texts(picture)
    dashed = [one for one in picture.iter() if "tl-unknown" in one.get("class", "")]
    assert len(dashed) == 3


def test_what_was_withdrawn_waits_for_nothing() -> None:
    picture = drawn(
        Stop("Intranätet", BEFORE_CHRISTMAS, mark=Mark.DONE),
        Stop("Medierna", None, external=True, mark=Mark.WITHDRAWN, notes=("Går inte ut",)),
    )
    assert "?" not in texts(picture)
    assert "tiden hänger på annat än klockan" not in texts(picture)
    assert not [one for one in picture.iter() if "tl-guess" in one.get("class", "")]


def test_a_plan_in_which_no_time_is_known_is_drawn_too() -> None:
    assert "Möte" in texts(drawn(Stop("Möte", None), now=BEFORE_CHRISTMAS))


def test_now_stands_below_what_has_been_and_above_what_comes() -> None:
    later = BEFORE_CHRISTMAS + timedelta(hours=2)
    picture = drawn(
        Stop("Intranätet", BEFORE_CHRISTMAS, mark=Mark.DONE),
        Stop("Möte", None),
        Stop("E-post", BEFORE_CHRISTMAS, mark=Mark.DONE),
        Stop("Medierna", later, external=True),
        now=BEFORE_CHRISTMAS + timedelta(minutes=10),
    )
    order = [place_of(picture, name) for name in ("E-post", "nu, 17.05", "Medierna")]
    assert order == sorted(order)
    assert place_of(picture, "Intranätet") < place_of(picture, "nu, 17.05")


def test_the_hour_at_which_the_news_is_known_anyway_stands_above_what_goes_then() -> None:
    picture = drawn(
        Stop("Intranätet", local("2026-12-08 07:30")),
        Stop("Medierna", local("2026-12-08 09:00"), external=True),
        Stop("Nattskiftet", local("2026-12-08 20:45"), warning="För sent."),
        now=local("2026-12-08 08:00"),
        known=local("2026-12-08 09:00"),
    )
    order = ("Intranätet", "nu, 08.00", "blir känt senast 09.00", "Medierna", "Nattskiftet")
    assert sorted(order, key=lambda said: place_of(picture, said)) == list(order)
    assert "08.00. blir känt senast 09.00. 09.00 Medierna" in words(picture)
    assert place_of(picture, "För sent.") > place_of(picture, "Nattskiftet")


def test_weeks_in_which_nothing_happens_are_told_in_one_line() -> None:
    picture = drawn(Stop("A", local("2026-06-01 08:00")), Stop("B", local("2026-07-11 08:00")))
    # 2 June to 10 July is 39 days: three at either end are shown. Among the 33 between are five
    # weekends but for the first Saturday and Sunday, Midsummer Eve (a Friday) and no other.
    days = [date(2026, 6, 5) + timedelta(days=n) for n in range(33)]
    off = sum(is_day_off(hallefors(), day) for day in days)
    assert off == 11
    assert f"… 33 dagar till, varav {off} inte är arbetsdagar." in words(picture)
    assert len([t for t in texts(picture) if re.search(r"dag \d+ (juni|juli)", t)]) == 8


def test_the_hour_that_passes_twice_says_which_passing_it_is() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    picture = drawn(Stop("A", first), Stop("B", first + timedelta(hours=1)))
    assert texts(picture).count("02.30") == 2
    assert place_of(picture, "A") < place_of(picture, "sommartid") < place_of(picture, "normaltid")


def test_a_file_brings_its_own_colours_for_light_and_for_dark() -> None:
    picture = etree.fromstring(
        as_file([Stop("A", BEFORE_CHRISTMAS)], setting(), heading=("Beslut", "Som om."))
    )
    sheet = picture.findtext(f"{SVG}style") or ""
    assert style() in sheet
    used = set(re.findall(r"var\((--[a-z-]+)", sheet)) - {"--bs-font-sans-serif"}
    for mode in sheet.split("@media(prefers-color-scheme:dark)"):
        assert used <= set(re.findall(r"(--[a-z-]+):#", mode))
    assert picture.findtext(f"{SVG}title") == "Beslut"
    assert words(picture).startswith("Som om.")
    assert {"Beslut", "Som om."} <= set(texts(picture))


def test_every_class_of_the_picture_has_a_rule() -> None:
    plan = [Stop("A", BEFORE_CHRISTMAS, mark=mark, external=e, hangs=e) for mark in Mark for e in (False, True)]  # fmt: skip
    plan += [Stop("B", None), Stop("C", local("2026-12-28 09:00"), warning="!")]
    picture = drawn(*plan, now=BEFORE_CHRISTMAS, known=BEFORE_CHRISTMAS)
    used = {name for one in picture.iter() for name in one.get("class", "").split()}
    assert used - set(re.findall(r"\.(tl[a-z-]*)", style())) == {"tl-waiting"}


def test_several_pictures_on_a_page_have_ids_of_their_own() -> None:
    plan = [Stop("A", BEFORE_CHRISTMAS), Stop("B", local("2026-12-28 09:00"))]
    ids = [
        re.findall(r' id="([^"]+)"', timeline(plan, setting(), title="Planen", name=name))
        for name in ("en", "två")
    ]
    assert len({*ids[0], *ids[1]}) == 6


@pytest.mark.parametrize(
    ("value", "language", "said"),
    [
        (timedelta(hours=2), "sv", "2 timmar"),
        (timedelta(minutes=90), "sv", "1 timme 30 minuter"),
        (timedelta(days=1, seconds=8), "sv", "1 dygn 8 sekunder"),
        (timedelta(0), "sv", "0 minuter"),
        (timedelta(hours=2), "fi", "2 tuntia"),
        (timedelta(hours=1), "en", "1 hour"),
        (date(2026, 12, 24), "sv", "24 december"),
        (date(2026, 12, 24), "fi", "24. joulukuuta"),
        (local("2026-12-24 09:05").astimezone(STOCKHOLM).time(), "sv", "09.05"),
        (local("2026-12-24 09:05").astimezone(STOCKHOLM).time(), "en", "09:05"),
        (local("2026-12-24 09:05"), "sv", "24 december 2026 klockan 09.05"),
        ("Informationsenheten", "sv", "Informationsenheten"),
    ],
)
def test_the_values_of_a_sentence_are_written_as_people_write_them(
    value: object, language: str, said: str
) -> None:
    assert str(value_in_words(value, "Europe/Stockholm", language)).replace("\xa0", " ") == said


@given(st.text("abWMi -", max_size=60), st.integers(40, 300))
def test_lines_are_never_too_wide_and_lose_no_letter(text: str, width: int) -> None:
    lines = lines_of(text, 15, width)
    assert all(width_of(line, 15) <= width for line in lines)
    assert re.sub("[- ]", "", "".join(lines)) == re.sub("[- ]", "", text)


def test_amounts_are_told_in_whole_seconds() -> None:
    assert amount_in_words(timedelta(milliseconds=8400), "sv").replace("\xa0", " ") == "8 sekunder"


#: What words and lines are drawn in on the pages (web/shared/static/announcer.css).
INKS = {
    "light": {"paper": "#ffffff", "ink": "#1a1f22", "ink-soft": "#525c61", "warn": "#9a2c1d"},
    "dark": {"paper": "#14181b", "ink": "#e9ecec", "ink-soft": "#a9b3b5", "warn": "#ff9d8c"},
}
#: Least contrast of what is not text (WCAG 2.1, success criterion 1.4.11).
SEEN = 3.0


def behind(colours: dict[str, str], kind: str) -> str:
    """The colour of a shade on its paper."""
    (share,) = re.findall(rf"\.{kind} {{[^}}]*fill-opacity: ([.\d]+)", style())
    return mixed(colours["paper"], colours["ink"], float(share))


def own_inks() -> list[dict[str, str]]:
    """The colours that a file brings, in light and in dark."""
    sheet = as_file([Stop("A", BEFORE_CHRISTMAS)], setting(), heading=("Beslut",)).decode()
    return [dict(re.findall(r"--([a-z-]+):(#\w+)", part)) for part in re.findall(r":root{(.*?)}", sheet)]  # fmt: skip


def test_words_are_written_in_ink_and_in_warning_only() -> None:
    rules = re.findall(r"^\.tl (?:text|\S*\.tl-\S+) {([^}]*)}", style(), re.MULTILINE)
    assert len(rules) > 8
    used = {name for rule in rules for name in re.findall(r"fill: var\(--([a-z-]+)\)", rule)}
    assert used == {"ink", "ink-soft", "warn"}


@pytest.mark.parametrize("shade", ["tl-night", "tl-off"])
@pytest.mark.parametrize("colours", [*INKS.values(), *own_inks()])
def test_words_can_be_read_in_the_night_and_on_days_off(
    colours: dict[str, str], shade: str
) -> None:
    for name in ("ink", "ink-soft", "warn"):
        assert contrast(colours[name], behind(colours, shade)) >= READABLE, name


@pytest.mark.parametrize("colour", ["#1f4d3f", "#b3541e", "#ffe600", "#000000", "#ff0000"])
@pytest.mark.parametrize("mode", INKS)
def test_marks_in_any_organisations_colours_are_seen_in_the_night(mode: str, colour: str) -> None:
    colours = INKS[mode]
    drawn_in = readable(colour, colours["paper"], {"light": "#000000", "dark": "#ffffff"}[mode])
    assert contrast(drawn_in, behind(colours, "tl-night")) >= SEEN
