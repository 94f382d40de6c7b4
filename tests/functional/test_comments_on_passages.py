"""Comments on passages, at the pages where a text is approved and where it is changed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import World


@pytest.fixture
def text(world: World) -> str:
    return world.example("02")


@pytest.fixture
def author(world: World, sign_in: SignIn) -> Visitor:
    return sign_in(world.chief)


def choice(visitor: Visitor, words: str) -> str:
    (found,) = visitor.tree.xpath(f"//select[@id='stycke']/option[contains(., '{words}')]/@value")
    return str(found)


def comments(visitor: Visitor) -> list[str]:
    found = visitor.tree.xpath("//section[@id='kommentarer']//ul/li")
    return [" ".join(one.text_content().split()) for one in found]


def test_an_approver_comments_on_a_paragraph_and_the_author_sees_to_it(
    desk: Visitor, author: Visitor, text: str
) -> None:
    desk.get(f"/godkann/{text}")
    passage = choice(desk, "Fritids öppnar klockan 6")
    desk.press("Spara kommentaren", stycke=passage, kommentar="Gäller det också lov?")
    assert "Kommentaren är sparad." in desk.text
    (said,) = comments(desk)
    assert "Gäller det också lov?" in said
    assert "Fritids öppnar klockan 6, precis som i dag." in said

    author.get(f"/skriv?meddelande={text}")
    (box,) = author.tree.xpath("//input[@name='klar']/@value")
    (link,) = author.tree.xpath("//fieldset[@class='comments-in-form']//a[@data-from]")
    typed = author.value("text").replace("\r\n", "\n").strip()
    start, end = int(link.get("data-from")), int(link.get("data-to"))
    assert typed[start:end] == "Fritids öppnar klockan 6, precis som i dag."
    author.press("Visa vad som händer", klar=box, text=typed + "\n\nPå lov klockan 7.")
    author.press("Lämna in")
    assert "Texten är ändrad." in author.text

    desk.get(f"/godkann/{text}")
    (said,) = comments(desk)
    assert said.endswith("Klar")


def test_it_is_ticked_off_on_the_page_itself_and_gone_when_the_text_is_approved(
    desk: Visitor, text: str
) -> None:
    desk.get(f"/godkann/{text}")
    desk.press("Spara kommentaren", kommentar="Bra skrivet.")
    assert "Hela texten" in comments(desk)[0]
    desk.press("Klar")
    assert "Kommentaren är avbockad." in desk.text
    desk.get(f"/godkann/{text}")
    desk.press("Godkänn", near=text)
    desk.get(f"/godkann/{text}")
    assert comments(desk) == []
    assert not desk.tree.xpath("//form[@data-comment]")


def test_a_text_is_given_back_with_its_open_comments_and_the_author_sees_both(
    desk: Visitor, author: Visitor, text: str
) -> None:
    desk.get(f"/godkann/{text}")
    desk.press("Spara kommentaren", kommentar="Det här är avklarat.")
    desk.press("Klar: Det här är avklarat.")
    passage = choice(desk, "Fritids öppnar klockan 6")
    desk.press("Spara kommentaren", stycke=passage, kommentar="Gäller det också lov?")
    (form,) = desk.tree.xpath("//form[.//button[contains(., 'Lämna tillbaka nu')]]")
    goes_along = " ".join(form.text_content().split())
    assert "Den här kommentaren följer med: Gäller det också lov?" in goes_along
    assert "avklarat" not in goes_along

    author.get(f"/meddelanden/{text}")
    assert comments(author) == [], "not before it is given back"
    desk.press("Lämna tillbaka nu", varfor="Tiderna är oklara.")
    author.get(f"/meddelanden/{text}")
    assert "Tiderna är oklara." in author.text
    (said,) = comments(author)
    assert "Gäller det också lov?" in said
    assert "Fritids öppnar klockan 6" in said
    author.get(f"/skriv?meddelande={text}")
    assert "Tiderna är oklara." in author.text
    assert "Gäller det också lov?" in author.text
    assert comments(desk) == [], "it is for whoever changes it"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("citat", "Det här står ingenstans", "Det markerade finns inte i texten."),
        ("stycke", "4711", "Stycket finns inte i texten."),
        ("innehall", "x", "Texten har ändrats sedan du läste den."),
        ("kommentar", " ", "Skriv en kommentar"),
    ],
)
def test_what_cannot_be_taken_is_said_plainly(
    desk: Visitor, text: str, field: str, typed: str, said: str
) -> None:
    desk.get(f"/godkann/{text}")
    desk.press("Spara kommentaren", **{"kommentar": "Bra.", field: typed})
    assert desk.page.status_code == 400
    assert said in desk.text


def test_a_comment_is_said_once_though_it_is_sent_twice(desk: Visitor, text: str) -> None:
    for _ in range(2):
        desk.get(f"/godkann/{text}")
        desk.press("Spara kommentaren", kommentar="Bra.")
    assert "Den kommentaren fanns redan." in desk.text
    assert len(comments(desk)) == 1


@pytest.fixture
def page(world: World, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        base_url=world.url, locale="sv-SE", viewport={"width": 390, "height": 844}
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"/logga-in?sok={world.communicator.directory_id}")
    page.get_by_role("button", name=world.communicator.directory_id).click()
    yield page
    context.close()


@pytest.mark.browser
def test_on_a_phone_a_passage_is_marked_and_commented_on(page: Page, text: str) -> None:
    page.goto(f"/godkann/{text}")
    point = page.locator("[data-commented] li", has_text="Lektionerna börjar").first
    point.evaluate("one => getSelection().selectAllChildren(one)")
    page.get_by_role("button", name="Kommentera det markerade").click()
    field = page.get_by_label("Kommentar", exact=True)
    expect(field).to_be_focused()
    expect(page.locator("[data-chosen]")).to_contain_text("Lektionerna börjar klockan 8.30")
    field.fill("Vilken dag?")
    page.get_by_role("button", name="Spara kommentaren").click()
    expect(page.locator("#kommentarer .comments li")).to_contain_text(
        "Lektionerna börjar klockan 8.30"
    )


@pytest.mark.browser
def test_on_a_phone_the_verdict_is_within_reach_of_the_thumb(page: Page, text: str) -> None:
    page.goto(f"/godkann/{text}")
    expect(page.get_by_role("button", name="Godkänn", exact=True)).to_be_in_viewport()
    expect(page.get_by_text("Lämna tillbaka", exact=True)).to_be_in_viewport()
