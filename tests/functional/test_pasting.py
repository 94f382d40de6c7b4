"""What is pasted from Word, a mail or a page comes out clean: what it means stays, how it looks goes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.world import World

pytestmark = pytest.mark.browser

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p {color: red}</style></head>
<body lang=SV><!--StartFragment-->
<h1 style='color:#2F5496'>Därför bygger vi ut<o:p></o:p></h1>
<p class=MsoNormal><span style='font-size:14pt'>Kön har vuxit i&nbsp;<b>två</b> år.<o:p></o:p></span></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><span style='font-family:Symbol'>
<span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span></span>Första avdelningen</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='font-family:Symbol'>
<span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span></span>Andra avdelningen</p>
<p class=MsoNormal>Läs <a href="https://www.example.org/plan">planen</a> och <a href="javascript:alert(1)">inte den här</a>.</p>
<table><tr><td><p>När</p></td><td><p>Var</p></td></tr><tr><td><p>augusti</p></td><td><p>Ängsbacken | norr</p></td></tr></table>
<script>alert(1)</script><p class=MsoNormal><o:p>&nbsp;</o:p></p>
<!--EndFragment--></body></html>"""
OUT = """## Därför bygger vi ut

Kön har vuxit i **två** år.

- Första avdelningen
- Andra avdelningen

Läs [planen](https://www.example.org/plan) och inte den här.

| När | Var |
| --- | --- |
| augusti | Ängsbacken \\| norr |"""


@pytest.fixture
def page(world: World, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=world.url, locale="sv-SE")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"/logga-in?sok={world.chief.directory_id}")
    page.get_by_role("button", name=world.chief.directory_id).click()
    page.goto("/skriv?klass=information")
    yield page
    context.close()


def paste(page: Page, html: str, plain: str = "plain words") -> None:
    page.locator("#text").focus()
    page.evaluate(
        """([html, plain]) => {
          const data = new DataTransfer();
          data.setData("text/html", html);
          data.setData("text/plain", plain);
          const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
          window.taken = !document.activeElement.dispatchEvent(event);
        }""",
        [html, plain],
    )


def test_a_text_from_word_keeps_its_structure_and_nothing_else(page: Page) -> None:
    page.locator("#text").fill("Först.\n\n")
    paste(page, WORD)
    expect(page.locator("#text")).to_have_value(f"Först.\n\n{OUT}")
    page.locator("#text").press("Control+z")
    expect(page.locator("#text")).to_have_value("Först.\n\n")


def test_the_table_and_the_list_are_read_as_such(page: Page) -> None:
    paste(page, WORD)
    page.get_by_role("button", name="Intranätet").click()
    article = page.locator("[data-sketch] article")
    expect(article.get_by_role("cell", name="Ängsbacken | norr")).to_be_visible()
    expect(article.get_by_role("listitem")).to_have_text(
        ["Första avdelningen", "Andra avdelningen"]
    )
    expect(article.get_by_role("heading", name="Därför bygger vi ut")).to_be_visible()


@pytest.mark.parametrize(
    ("html", "out"),
    [
        ("<ul><li>ett<ul><li>inne</li></ul></li><li>två</li></ul>", "- ett\n   - inne\n- två"),
        ("<ol><li>ett</li><li>två</li></ol><p>Slut</p>", "1. ett\n2. två\n\nSlut"),
        ("<b style='font-weight:normal'><p>Ett</p><p>Två</p></b>", "Ett\n\nTvå"),
        ("<div>Rad<br>en till</div><div><div>Inne</div></div>", "Rad\nen till\n\nInne"),
        (
            "<p>Ring <a href='tel:059155500'>0591-555 00</a></p>",
            "Ring [0591-555 00](tel:059155500)",
        ),
        ("<h2><strong>Fet rubrik</strong></h2><p> </p>", "## Fet rubrik"),
    ],
)
def test_other_programs(page: Page, html: str, out: str) -> None:
    paste(page, html)
    expect(page.locator("#text")).to_have_value(out)


def test_bare_words_are_left_to_the_browser(page: Page) -> None:
    paste(page, "<span>plain words</span>")
    assert page.evaluate("window.taken") is False
