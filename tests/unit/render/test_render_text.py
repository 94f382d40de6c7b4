"""What a person typed, as HTML that is safe and as plain text that is readable."""

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.domain.announcement import Attachment
from announcer.render.text import article_html, plain_text, without_controls
from tests.unit.render.sender import EXAMPLES, example

PLAN = Attachment("plan över huset.svg", "image/svg+xml", b"<svg/>", "Plan")
HOSTILE = example(EXAMPLES[5]).body


def url_of(attachment: Attachment) -> str:
    return f"/bilagor/{attachment.sha256}"


def shown(markdown: str) -> str:
    """What a browser shows of it."""
    return str(lxml.html.fragment_fromstring(article_html(markdown), "div").text_content())


def test_hostile_markup_is_read_as_it_was_typed() -> None:
    words = shown(HOSTILE)
    assert '<script>alert("nej")</script>' in words
    assert "[En länk](javascript:alert(1))" in words
    assert '<img src="https://tracker.example/pixel.gif" width="1" height="1">' in words
    assert "kod som ska stå kvar <b>orörd</b>" in words
    assert "Subject: Bcc: alla@hallefors.example" in words


def test_hostile_markup_gives_no_element_that_runs_or_calls_out() -> None:
    root = lxml.html.fragment_fromstring(article_html(HOSTILE), "div")
    assert {element.tag for element in root.iter()} <= {
        *("div", "p", "a", "pre", "code", "table", "thead", "tbody", "tr", "th", "td")
    }
    links = [(a.get("href"), a.get("rel")) for a in root.iter("a")]
    assert links == [("https://www.example.org/v%C3%A4g?%C3%A5=1&b=2", "noopener noreferrer")]


@given(st.text(st.sampled_from("<>/\"'=()[]!:#*`|\n &;ascriptonjvimg"), max_size=80))
def test_no_text_makes_an_element_outside_the_list(markdown: str) -> None:
    root = lxml.html.fragment_fromstring(article_html(markdown) or "<p></p>", "div")
    for element in root.iter():
        assert element.tag not in {"script", "img", "iframe", "style", "svg", "form"}
        assert not any(name.startswith("on") for name in element.attrib)


@pytest.mark.parametrize(
    "url", ["/admin", "ftp://x.example/a", "data:text/html,x", "#x", "//x.example"]
)
def test_a_link_that_may_not_be_followed_is_read_as_text(url: str) -> None:
    html = article_html(f"[ord]({url})")
    assert "href" not in html
    assert "ord" in html
    assert url.replace("&", "&amp;") in html


@pytest.mark.parametrize(
    "url", ["https://a.example/", "http://a.example/", "mailto:a@b.example", "tel:0591"]
)
def test_links_to_the_web_mail_and_telephone_work(url: str) -> None:
    assert f'href="{url}"' in article_html(f"[ord]({url})")


def test_a_picture_from_elsewhere_is_named_but_not_fetched() -> None:
    html = article_html("![Karta](https://tracker.example/karta.png)", [PLAN], url_of)
    assert "<img" not in html
    assert "Karta (https://tracker.example/karta.png)" in html


def test_an_attached_picture_and_file_are_found_by_name() -> None:
    html = article_html(
        "![Huset](<plan över huset.svg>) [planen](<plan över huset.svg>)", [PLAN], url_of
    )
    assert f'<img src="{url_of(PLAN)}" alt="Huset">' in html
    assert f'href="{url_of(PLAN)}"' in html


@pytest.mark.parametrize(
    ("first", "tags"), [(2, ["h2", "h3", "h2"]), (3, ["h3", "h4", "h3"]), (6, ["h6", "h6", "h6"])]
)
def test_headings_in_a_body_begin_under_the_title(first: int, tags: list[str]) -> None:
    for top in ("#", "###"):
        html = article_html(f"{top} A\n\n{top}# B\n\n{top} C", first_heading=first)
        root = lxml.html.fragment_fromstring(html, "div")
        assert [element.tag for element in root] == tags


def test_only_control_characters_are_taken_away() -> None:
    kept = "å\t\n\u200f\u200b🥕\u0301\ufeff"
    assert without_controls(f"\x00\x07{kept}\x1b\x7f\x9f\ufffe\ud800") == kept


def test_plain_text_shows_tables_lists_and_links() -> None:
    text = plain_text(
        "## Rubrik\n\n- ett\n- [två](https://a.example/b)\n\n1. a\n\n> citat\n\n"
        "| Du är | Gör |\n|---|---|\n| Lärare | Läs |\n\n<https://c.example/>"
    )
    assert text.split("\n") == [
        *("Rubrik", "", "- ett", "- två (https://a.example/b)", "1. a", "", "> citat", ""),
        *("Du är  | Gör", "-------+----", "Lärare | Läs", "", "https://c.example/"),
    ]


def test_a_table_too_wide_for_mail_is_read_row_by_row() -> None:
    text = plain_text(f"| Namn | Text |\n|---|---|\n| A | {'ord ' * 30} |\n| B | kort |")
    assert text.startswith("Namn: A\nText: ord ord")
    assert text.endswith("\n\nNamn: B\nText: kort")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_lines_of_plain_text_fit_a_mail(path: object) -> None:
    for line in plain_text(example(path).body).split("\n"):  # type: ignore[arg-type]
        assert len(line) <= 76 or len(max(line.split(), key=len)) > 40
