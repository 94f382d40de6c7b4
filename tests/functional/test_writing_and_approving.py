"""Writing: nothing typed is lost, nothing is handed in twice, and the plan is told beforehand."""

import pytest

from tests.functional.conftest import SignIn
from tests.functional.visitor import Visitor
from tests.world import EXAMPLES, World

SVG = (EXAMPLES / "announcements" / "plan.svg").read_bytes()
TEXT = {
    "rubrik": "Nya tider i växeln",
    "sammanfattning": "Växeln öppnar 7.30.",
    "text": "## Varför\n\nMånga ringer tidigt.",
    "kontakt": "Växelns chef, 0591-555 00",
    "malgrupp": ["alla", "press"],
}


@pytest.fixture
def chief(world: World, sign_in: SignIn) -> Visitor:
    return sign_in(world.chief)


def test_every_fault_is_said_at_once_and_leads_to_its_field(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")
    chief.press("Visa vad som händer", sammanfattning="Det jag hade skrivit")
    assert chief.page.status_code == 422
    links = chief.tree.xpath("//*[@role='alert']//a/@href")
    assert links == ["#rubrik", "#kontakt", "#malgrupp"]
    for link in links:
        assert chief.tree.get_element_by_id(link[1:]) is not None
    assert chief.value("sammanfattning") == "Det jag hade skrivit"


def test_nothing_typed_or_chosen_is_lost_on_the_way(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")
    wrong = {**TEXT, "kontakt": ""}
    chief.press("Visa", [("plan.svg", SVG)], bilder_alt="En plan", **wrong)
    assert "plan.svg" in chief.text
    chief.press("Visa", kontakt=TEXT["kontakt"])
    assert "Inget är inlämnat än" in chief.text
    chief.press("Ändra texten")
    for name in ("rubrik", "sammanfattning", "text", "kontakt"):
        assert chief.value(name).strip() == TEXT[name], name
    assert chief.value("bilaga_alt") == "En plan"
    assert set(chief.tree.xpath("//input[@name='malgrupp'][@checked]/@value")) == {"alla", "press"}


def test_the_preview_tells_what_will_happen_and_stores_nothing(
    world: World, chief: Visitor
) -> None:
    chief.get("/skriv?klass=beslut")
    chief.press("Visa", [("plan.svg", SVG)], **TEXT | {"malgrupp": ["alla"]})
    for words in (
        "Först godkänns texten av: Informationsenheten eller Enhetens chef.",
        "Kontrolleras innan något annat går.",
        "Personalen först, till tidigast i dag 12.30.",
        "Går när det släpps av: Informationsenheten.",
    ):
        assert words in chief.text
    assert chief.tree.xpath("//img[starts-with(@src, 'data:image/svg+xml')]")
    assert "Du har inte lämnat in något än" in chief.get("/mina").text
    stored = world.owner.execute("SELECT count(*) FROM announcer.blob").fetchone()
    assert stored == (0,)


def test_a_second_click_gives_the_same_announcement(world: World, chief: Visitor) -> None:
    chief.get("/skriv?klass=information")
    chief.press("Visa", **TEXT)
    preview = chief.page
    chief.press("Lämna in")
    first = chief.page.url.path
    assert first.startswith("/meddelanden/")
    assert "Texten är inlämnad." in chief.text
    chief.page = preview
    chief.press("Lämna in")
    assert chief.page.url.path == first
    assert "redan lämnat in" in chief.text
    chief.get("/mina")
    assert len(chief.tree.xpath("//ul[@class='rows']/li")) == 1


def test_a_message_to_the_own_unit_needs_three_fields_and_goes_at_once(
    world: World, sign_in: SignIn
) -> None:
    chief = sign_in(world.somebody("bibliotek", "chef"))
    chief.get("/skriv?klass=bara+min+enhet")
    asked = "//main//input[not(@type='hidden')]/@name | //main//textarea/@name"
    assert set(chief.tree.xpath(asked)) == {"rubrik", "text", "kontakt"}
    chief.press("Visa", rubrik="Fika", text="Klockan tre.", kontakt="Chefen")
    chief.press("Lämna in")
    world.settle()
    assert world.staff_mail()
    assert all(address.startswith("bibliotek.") for address in world.staff_mail())


def test_only_kinds_that_a_person_may_write_are_offered(
    world: World, colleague: Visitor, chief: Visitor
) -> None:
    assert "Bara min enhet" not in colleague.get("/skriv").text
    assert "Bara min enhet" in chief.get("/skriv").text
    colleague.get("/skriv?klass=bara+min+enhet")
    colleague.press("Visa", rubrik="Fika", text="Klockan tre.", kontakt="Jag")
    assert colleague.page.status_code == 422
    assert "skrivs av" in colleague.text


def test_the_meeting_and_a_translation_are_there_when_asked_for(
    world: World, chief: Visitor
) -> None:
    chief.get("/skriv?klass=information")
    chief.press("Visa", kanal=["meeting"], rubrik_fi="Uudet ajat", sammanfattning_fi="Klo 7.30.", **TEXT)  # fmt: skip
    assert "Möte" in chief.text
    assert "Uudet ajat" in chief.text
    assert chief.tree.xpath("//section[@lang='fi']")


def test_a_file_that_is_not_what_it_says_is_refused_by_name(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")
    chief.press("Visa", [("bild.png", b"not a picture")], **TEXT)
    assert chief.page.status_code == 422
    assert "bild.png" in chief.text
    assert chief.value("rubrik") == TEXT["rubrik"]


def test_too_much_at_once_is_explained_with_the_limit(chief: Visitor) -> None:
    chief.get("/skriv?klass=information")
    chief.press("Visa", [("stor.pdf", b"%PDF-" + b"0" * 41_000_000)], **TEXT)
    assert chief.page.status_code == 413
    assert "högst 40 MB" in chief.text
    assert "står kvar" in chief.text


def test_when_the_session_is_gone_the_text_is_still_there(
    chief: Visitor,
) -> None:
    chief.get("/skriv?klass=information")
    chief.client.cookies.clear()
    chief.press("Visa", **TEXT)
    assert chief.page.status_code == 401
    assert "Logga in i en ny flik" in chief.text
    assert TEXT["text"].split()[-1] in chief.text


# Approving -----------------------------------------------------------------------------------


def test_the_approver_reads_the_whole_text_with_its_files_and_approves_it(
    world: World, chief: Visitor, desk: Visitor
) -> None:
    chief.get("/skriv?klass=information")
    chief.press("Visa", [("plan.svg", SVG)], **TEXT)
    chief.press("Lämna in")
    public_id = chief.page.url.path.rpartition("/")[2]
    desk.get("/godkann")
    assert "Nya tider i växeln" in desk.text
    desk.get(f"/godkann/{public_id}")
    assert "Många ringer tidigt." in desk.text
    picture = desk.tree.xpath("string(//article//img/@src)")
    assert desk.client.get(picture).status_code == 200
    desk.press("Godkänn", near="/godkann")
    assert "Texten är godkänd." in desk.text
    world.settle()
    assert chief.get(f"/nyheter/{public_id}").status_code == 200


def test_an_approval_of_a_text_that_has_changed_meanwhile_is_refused(
    world: World, desk: Visitor
) -> None:
    public_id = world.decision()
    for content_hash in ("0" * 64, ""):
        answer = desk.ask("POST", f"/godkann/{public_id}", innehall=content_hash)
        assert answer.status_code == 400
        assert "har ändrats sedan du läste den" in answer.text
    assert world.status(public_id).state == "in_review"


def test_who_wrote_the_text_sees_it_without_the_button(world: World, chief: Visitor) -> None:
    public_id = world.decision()
    chief.get(f"/godkann/{public_id}")
    assert "Skolan börjar senare" in chief.text
    assert not chief.tree.xpath("//button[normalize-space()='Godkänn']")
    page = chief.ask("POST", f"/godkann/{public_id}", innehall="x")
    assert page.status_code == 403
    assert "kan inte godkänna" in page.text
