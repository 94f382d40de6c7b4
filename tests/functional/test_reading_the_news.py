"""What a colleague sees: the list, the article, its files, its poster, its feeds."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import lxml.etree
import pytest

from announcer.channels.intranet import Intranet, IntranetAddress
from announcer.domain.audience import Reader
from announcer.domain.change import CorrectionKind
from announcer.domain.delivery import DeliveryState, Edition, Job, Recipient
from announcer.domain.manuscript import read_manuscript
from announcer.render.page import readable_text
from announcer.services import correcting, holding, reader_token, reading, writing
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.integration.promise.test_corrections import in_force
from tests.world import BESLUT, SECRET, World

WITH_FILE = """+++
class = "information"
unit = "bildning"
title = "Planen är klar"
summary = "Se bilagan."
audience = ["alla"]
contact = "Chefen, 0591-555 10"
attachments = [{ file = "plan.svg", alt = "Två avdelningar med kök emellan" }]
+++

Så här blir det.
"""


def test_an_exercise_is_seen_to_be_one_wherever_it_stands(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    text = read_manuscript(
        BESLUT.format(title="Koka vattnet", audience='["bibliotek"]').encode(), bytes
    )
    chief = world.somebody(text.unit, "chef")
    drill = replace(text, exercise=True)
    public_id = writing.submit(world.installation, chief, drill).public_id
    publish(public_id)
    for path in ("/", f"/nyheter/{public_id}"):
        colleague.get(path)
        headings = [h.text_content() for level in ("h1", "h2") for h in colleague.tree.iter(level)]
        assert "ÖVNING: Koka vattnet" in headings
    assert "ÖVNING: Koka vattnet" in colleague.tree.findtext(".//title")
    feed = colleague.get("/floden/bibliotek.atom").text
    assert "<title>ÖVNING: Koka vattnet</title>" in feed


def test_a_corrected_page_says_since_when_and_what_was_wrong(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = world.decision("Skolan börjar 8.20", '["bibliotek"]')
    publish(public_id)
    colleague.get(f"/nyheter/{public_id}")
    assert "Rätt" not in colleague.text
    text = replace(in_force(world, public_id), summary="Bussen går 8.05.")
    what = {"sv": "Bussen går <b>8.05</b>, inte 8.15."}
    correcting.propose(world.installation, world.chief, public_id, text, CorrectionKind.REAL, what)
    publish(public_id)
    colleague.get(f"/nyheter/{public_id}")
    assert "i dag 10.00 Rättad i dag 10.00" in colleague.text
    read = readable_text(colleague.page.text, public_id)
    assert read.splitlines()[1] == "Rättelse: Bussen går <b>8.05</b>, inte 8.15."
    assert world.status(public_id).steps[0].confirmed_at


def test_the_newest_comes_first_and_says_who_when_and_that_staff_are_first(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    publish(world.decision("Den äldre nyheten"))
    world.advance(minutes=10)
    publish(world.decision("Den nyare nyheten"))
    colleague.get("/")
    titles = [heading.text_content() for heading in colleague.tree.iter("h2")]
    assert titles == ["Den nyare nyheten", "Den äldre nyheten"]
    assert "Beslut Bildningsförvaltningen i dag 10.10" in colleague.text
    assert "Personalen först, till i dag 12.40." in colleague.text  # two open hours; lunch is none


def test_whoever_reads_it_first_is_told_that_they_are_free_to_speak(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    words = "Personalen först, till i dag 12.30. Du får alltid prata med medierna"
    colleague.get(f"/nyheter/{public_id}")
    assert words in colleague.text


def test_staff_are_no_longer_first_when_the_press_has_been_told(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    holding.release(world.installation, world.communicator, public_id)
    world.advance(hours=5)
    world.settle()
    assert world.press_mail()
    assert "Personalen först" not in colleague.get(f"/nyheter/{public_id}").text


def channel(world: World) -> Intranet:
    return Intranet(
        IntranetAddress(world.url, lambda audience: reader_token.sign(SECRET, audience))
    )


def job(world: World, public_id: str) -> Job:
    with world.installation.database.reading() as session:
        article = reading.page(session, world.installation, Reader(), public_id)
    edition = Edition(
        content=article.content,
        language="sv",
        sender=world.installation.sender,
        public_id=public_id,
        page_url=f"{world.url}/nyheter/{public_id}",
        at=world.now(),
    )
    recipient = Recipient("intranet", "", "sv", "<1@test.example>")
    return Job(edition, channel(world).compose(edition), (recipient,), ("alla",))


def test_the_read_back_finds_on_the_page_exactly_what_was_approved(
    world: World, publish: Publish
) -> None:
    public_id = publish(world.submit(WITH_FILE, world.chief))
    sent = job(world, public_id)
    assert channel(world).deliver(sent)["intranet"].state is DeliveryState.ACCEPTED
    changed = sent.artefact.replace("Så här blir det".encode(), "Så här blir det inte".encode())
    wrong = Job(sent.edition, changed, sent.recipients, sent.rights)
    assert channel(world).deliver(wrong)["intranet"].state is DeliveryState.DEFERRED


def test_the_page_ends_after_the_article_that_the_channel_composed(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.submit(WITH_FILE, world.chief))
    page = colleague.get(f"/nyheter/{public_id}").text
    assert job(world, public_id).artefact.decode() in page
    assert page.rstrip().endswith("</html>")
    assert "Så här blir det." in readable_text(page, public_id)


def test_an_attachment_comes_byte_for_byte_and_can_do_nothing(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.submit(WITH_FILE, world.chief))
    answer = colleague.get(f"/nyheter/{public_id}/bilagor/plan.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "plan.svg" in answer.headers["content-disposition"]
    approved = job(world, public_id).edition.content.attachments[0]
    assert hashlib.sha256(answer.content).hexdigest() == approved.sha256
    assert colleague.get(f"/nyheter/{public_id}/bilagor/annan.svg").status_code == 404


def test_a_file_and_a_poster_are_sent_again_only_when_they_have_changed(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.submit(WITH_FILE, world.chief))
    for path in ("bilagor/plan.svg", "affisch.pdf?sprak=sv"):
        first = colleague.client.get(f"/nyheter/{public_id}/{path}")
        assert first.status_code == 200, path
        known = {"If-None-Match": first.headers["ETag"]}
        again = colleague.client.get(f"/nyheter/{public_id}/{path}", headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == "private, no-cache"
        other = colleague.client.get(
            f"/nyheter/{public_id}/{path}", headers={"If-None-Match": '"x"'}
        )
        assert other.content == first.content


def test_the_poster_is_linked_when_there_is_one(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    colleague.get(f"/nyheter/{public_id}")
    link = colleague.tree.xpath("string(//a[contains(., 'affisch')]/@href)")
    assert colleague.get(link).content.startswith(b"%PDF-")
    assert colleague.get(f"/nyheter/{public_id}/affisch.pdf?sprak=en").status_code == 404


def test_a_colleague_reads_the_list_in_their_own_language(
    world: World, sign_in: SignIn, publish: Publish
) -> None:
    publish(world.example("02"))
    world.owner.execute("UPDATE announcer.person SET language = 'fi' WHERE unit = 'ifo'")
    visitor = sign_in(world.somebody("ifo"))
    visitor.get("/")
    assert visitor.tree.get("lang") == "fi"
    heading = next(visitor.tree.iter("h2"))
    assert heading.get("lang") == "fi"
    assert "Klockarskolan" in heading.text_content()
    assert "koulupäivä" in heading.text_content()


# Feeds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_a_feed_has_the_news_and_is_sent_again_only_when_it_has_changed(
    world: World, colleague: Visitor, publish: Publish, kind: str
) -> None:
    public_id = publish(world.submit(WITH_FILE, world.chief))
    first = colleague.client.get(f"/floden/alla.{kind}")
    assert "Planen är klar" in first.text
    assert f"{world.url}/nyheter/{public_id}/bilagor/plan.svg" in first.text
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Last-Modified"]
    known = {"If-None-Match": first.headers["ETag"]}
    assert colleague.client.get(f"/floden/alla.{kind}", headers=known).status_code == 304
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    after = colleague.client.get(f"/floden/alla.{kind}", headers=known)
    assert after.status_code == 200
    assert "Planen är klar" not in after.text


def test_a_units_feed_has_what_concerns_the_unit_and_unknown_names_have_none(
    world: World, sign_in: SignIn, publish: Publish
) -> None:
    publish(world.decision("Till skolan", '["klockarskolan"]'))
    publish(world.submit(WITH_FILE.replace("plan.svg", "plan.svg"), world.chief))
    teacher = sign_in(world.somebody("klockarskolan", "medarbetare"))
    feed = json.loads(teacher.get("/floden/klockarskolan.json").text)
    assert [item["title"] for item in feed["items"]] == ["Till skolan"]
    assert teacher.get("/floden/ingen-enhet.atom").status_code == 404


def test_a_personal_key_reads_until_it_is_taken_away(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    publish(world.decision("Nyheten"))
    colleague.get("/floden")
    colleague.press("Gör en ny nyckel")
    address = colleague.tree.xpath("string(//code[contains(., 'alla.atom')])")
    program = Visitor(world.url)
    feed = program.client.get(address)
    assert feed.status_code == 200
    assert "Nyheten" in feed.text
    key = address.split("/floden/")[1].split("/")[0]
    assert key not in feed.text
    assert key not in colleague.get("/floden").text
    colleague.press("Ta bort nyckeln")
    assert program.client.get(address).status_code == 401
    assert program.client.get("/floden/a-guess/alla.rss").status_code == 401


def test_nothing_is_stored_when_a_key_is_used(world: World, colleague: Visitor) -> None:
    colleague.get("/floden")
    colleague.press("Gör en ny nyckel")
    address = colleague.tree.xpath("string(//code[contains(., 'alla.json')])")
    seen = "SELECT array_agg(t::text) FROM announcer.feed_token t"
    before = world.owner.execute(seen).fetchone()
    assert Visitor(world.url).client.get(address).status_code == 200
    assert world.owner.execute(seen).fetchone() == before


def test_a_feed_holds_the_last_day_whole_and_never_fewer_than_fifty(
    world: World, sign_in: SignIn
) -> None:
    text = (
        '+++\nclass = "bara min enhet"\nunit = "bibliotek"\ntitle = "Rad {number}"\n'
        'audience = ["bibliotek"]\ncontact = "Chefen"\n+++\nText.\n'
    )
    chief = world.somebody("bibliotek", "chef")
    for number in range(53):
        world.submit(text.format(number=number), chief)
    world.settle(200)
    visitor = sign_in(chief)
    address = "/floden/bibliotek.json"
    assert len(json.loads(visitor.get(address).text)["items"]) == 53
    world.advance(seconds=timedelta(hours=25).total_seconds())
    assert len(json.loads(visitor.get(address).text)["items"]) == 50


def test_an_atom_feed_names_what_it_shows(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    root = lxml.etree.fromstring(colleague.get("/floden/alla.atom").content)
    atom = "{http://www.w3.org/2005/Atom}"
    (entry,) = root.iter(f"{atom}entry")
    assert entry.findtext(f"{atom}id") == f"urn:announcer:{public_id}"
    terms = [category.get("term") for category in entry.iter(f"{atom}category")]
    assert world.status(public_id).content_hash in terms


def test_a_subscriber_is_told_what_is_gone_and_nothing_of_what_never_was(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    gone, never = publish(world.decision("Fel siffror")), world.decision("Aldrig uppe")
    for one in (gone, never):
        holding.withdraw(world.installation, world.communicator, one, "fel")
    feed = colleague.get("/floden/alla.atom").content
    stones = lxml.etree.fromstring(feed).iter(
        "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
    )
    assert [stone.get("ref") for stone in stones] == [f"urn:announcer:{gone}"]
    assert b"Fel siffror" not in feed
    for format_ in ("rss", "json"):  # which know no such thing
        assert never not in colleague.get(f"/floden/alla.{format_}").text
