"""An exercise is seen to be one in everything that is made of it, in each reader's language."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest

from announcer.domain.announcement import Translation
from announcer.domain.change import Change, ChangeKind
from announcer.render.catalogue import translator
from announcer.render.mail import press_mail, staff_mail
from announcer.render.page import article, readable_text
from announcer.render.poster import poster
from announcer.render.release import release
from tests.unit.render.pdf_text import page_text
from tests.unit.render.sender import content, edition

DRILL = content(
    title="Koka vattnet",
    exercise=True,
    translations={
        "fi": Translation("Keittäkää vesi", "Keittäkää vesi ennen käyttöä.", "Nyt heti."),
        "en": Translation("Boil the water", "Boil it before use.", "At once."),
    },
)
MARKED = {
    "sv": "ÖVNING: Koka vattnet",
    "fi": "HARJOITUS: Keittäkää vesi",
    "en": "EXERCISE: Boil the water",
}
WITHDRAWN = Change(
    ChangeKind.WITHDRAWN, datetime(2026, 1, 1, tzinfo=UTC), title={"sv": "Koka vattnet"}
)


@pytest.mark.parametrize(("language", "title"), MARKED.items())
def test_the_first_thing_that_is_read_is_that_it_is_an_exercise(language: str, title: str) -> None:
    sent = staff_mail(edition(DRILL, language), translator(language))
    mail = message_from_bytes(sent, policy=SMTP)
    assert mail["Subject"] == title
    assert mail.get_body(("plain",)).get_content().startswith(title)
    assert title in mail.get_body(("html",)).get_content()
    assert title in readable_text(article(DRILL, "k7f3m2q9", translator)).splitlines()
    assert title in page_text(poster(edition(DRILL, language), translator(language)))


def test_its_correction_and_its_withdrawal_say_so_too() -> None:
    for kind, said in (
        (ChangeKind.CORRECTED, "Rättelse"),
        (ChangeKind.WITHDRAWN, "Tillbakadraget"),
    ):
        told = replace(edition(DRILL), change=replace(WITHDRAWN, kind=kind))
        mail = message_from_bytes(staff_mail(told, translator("sv")), policy=SMTP)
        assert mail["Subject"] == f"{said}: ÖVNING: Koka vattnet"


def test_none_of_it_leaves_the_house() -> None:
    with pytest.raises(ValueError, match="an exercise never leaves the house"):
        press_mail(edition(DRILL, page_url=""), translator("sv"))
    with pytest.raises(ValueError, match="an exercise never leaves the house"):
        release(DRILL, "k7f3m2q9")


def test_what_is_no_exercise_has_no_mark() -> None:
    mail = message_from_bytes(staff_mail(edition(), translator("sv")), policy=SMTP)
    assert mail["Subject"] == content().title
    assert "VNING" not in article(content(), "k7f3m2q9", translator)
