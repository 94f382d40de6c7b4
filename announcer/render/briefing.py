"""The briefing on paper: one A4 page to hold in a meeting."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from announcer.domain.delivery import Edition
from announcer.domain.errors import N_
from announcer.render.catalogue import date_in_words, moment_in_words
from announcer.render.glyphs import breakable
from announcer.render.typeset import FOLDER, compiled, items_of, line_of, logo_of, sender_of

Translate = Callable[[str], str]

SOURCE = FOLDER / "briefing.typ"
#: More text than fits beside the questions.
MOST_BODY = 4_000


@dataclass(frozen=True)
class Moments:
    """When it is told where, as far as that is known; aware UTC."""

    meeting: datetime | None
    page_is_up: bool
    media: datetime | None
    media_ever: bool
    media_begun: bool


#: What everybody who tells it in a meeting may know of their rights, and of their colleagues'.
RIGHTS = (
    N_(
        "Du och dina medarbetare får alltid hänvisa frågor vidare: de till dig, du till den som "
        "står som kontakt."
    ),
    N_(
        "Var och en får också berätta för medierna. Det är en rätt enligt grundlagen "
        "(meddelarfriheten), och den gäller redan nu."
    ),
    N_("Ingen får fråga vem som har berättat, och ingen får drabbas för det."),
)


def sentences(moments: Moments, say: Callable[[datetime], str], translate: Translate) -> list[str]:
    """When the meeting is, when it is on the intranet, and when the media get it."""
    found = []
    if moments.meeting:
        found.append(translate(N_("Mötet: {when}.")).format(when=say(moments.meeting)))
    if moments.page_is_up:
        found.append(translate(N_("Texten är uppe på intranätet.")))
    else:
        found.append(
            translate(
                N_("Texten är inte uppe på intranätet än. Berätta, men lämna inget skriftligt.")
            )
        )
    if not moments.media_ever:
        found.append(translate(N_("Det går inte till medierna av sig självt.")))
    elif moments.media_begun:
        found.append(translate(N_("Medierna har fått det, eller får det nu.")))
    elif moments.media:
        when = translate(N_("Medierna får det tidigast {when}."))
        found.append(when.format(when=say(moments.media)))
    else:
        found.append(translate(N_("Medierna får det efter personalen.")))
    return found


def paper(edition: Edition, moments: Moments, translate: Translate) -> bytes:
    """The PDF, of exactly one page. ``translate`` speaks the reader's language."""
    content, sender, language = edition.content, edition.sender, edition.language
    words = content.text_in(language)

    def say(moment: datetime) -> str:
        return moment_in_words(moment, sender.time_zone, language)

    facts: dict[str, Any] = {
        "language": language.partition("-")[0] or "sv",
        "title": line_of(words.title),
        "summary": breakable(line_of(words.summary)),
        "body": items_of(words.body, MOST_BODY),
        "more": len(words.body) > MOST_BODY,
        "questions": [
            {"question": breakable(line_of(one.question)), "answer": breakable(line_of(one.answer))}
            for one in content.questions
        ],
        "not_promised": breakable(line_of(content.not_promised)),
        "when": [line_of(one) for one in sentences(moments, say, translate)],
        "rights": [line_of(translate(one)) for one in RIGHTS],
        "contact": line_of(content.contact, 240),
        "date": line_of(date_in_words(edition.at, sender.time_zone, language)),
        "colour": sender.colour,
        "sender": sender_of(sender),
        "logo": logo_of(sender),
        "labels": {
            name: line_of(translate(label))
            for name, label in {
                "kind": N_("Övning: genomgång") if content.exercise else N_("Genomgång"),
                "message": N_("Det här ska sägas"),
                "questions": N_("Frågor du kan få"),
                "not_promised": N_("Lova inte"),
                "when": N_("När"),
                "rights": N_("Frågor och rätten att berätta"),
                "contact": N_("Frågor besvaras av"),
                "rest": N_("Resten står på sidan som du skrev ut det här från."),
            }.items()
        },
    }
    return compiled(facts, edition.at, SOURCE)
