"""The handover sheet on paper: A5, large letters, one block for each piece of news."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from announcer.domain.announcement import Content
from announcer.domain.errors import N_
from announcer.domain.handover import Handover
from announcer.domain.organisation import Sender
from announcer.render.catalogue import moment_in_words
from announcer.render.glyphs import breakable
from announcer.render.typeset import FOLDER, compiled, line_of, logo_of, sender_of

Translate = Callable[[str], str]

SOURCE = FOLDER / "handover.typ"
#: Characters of a summary: whoever needs more reads the page.
LONGEST_SUMMARY = 400


@dataclass(frozen=True)
class News:
    """Something that came; ``at`` (aware) is when it was found on the intranet."""

    content: Content
    kind: str
    urgent: bool
    at: datetime
    #: Another text than the one that came first.
    is_correction: bool = False


@dataclass(frozen=True)
class Gone:
    """Something that was withdrawn: the unit that had written it, and when (aware)."""

    unit: str
    at: datetime


def paper(
    sender: Sender,
    workplace: str,
    handover: Handover,
    news: Sequence[News],
    gone: Sequence[Gone],
    language: str,
    translate: Translate,
) -> bytes:
    """The PDF. ``translate`` speaks ``language``; a text without it is in its own first one."""

    def say(moment: datetime) -> str:
        return moment_in_words(moment, sender.time_zone, language)

    withdrawn = translate(
        N_("Ett meddelande från {unit} drogs tillbaka {when}. För det inte vidare.")
    )
    facts: dict[str, Any] = {
        "language": language.partition("-")[0] or "sv",
        "workplace": line_of(workplace, 80),
        "at": line_of(say(handover.at)),
        "since": line_of(translate(N_("Nytt sedan {when}")).format(when=say(handover.since))),
        "news": [_news(one, language, say, translate) for one in news],
        "gone": [line_of(withdrawn.format(unit=one.unit, when=say(one.at))) for one in gone],
        "colour": sender.colour,
        "sender": sender_of(sender),
        "logo": logo_of(sender),
        "labels": {
            "kind": line_of(translate(N_("Till överlämningen"))),
            "nothing": line_of(translate(N_("Inget nytt på intranätet."))),
            "contact": line_of(translate(N_("Frågor besvaras av"))),
            "more": line_of(translate(N_("Mer finns på intranätet."))),
        },
    }
    # Made of the same news for the same handover it has the same bytes.
    return compiled(facts, handover.at, SOURCE)


def _news(
    one: News, language: str, say: Callable[[datetime], str], translate: Translate
) -> dict[str, Any]:
    content = one.content
    words = content.text_in(language)
    there = language if language in content.languages else content.language
    marks = ((content.exercise, N_("Övning")), (one.is_correction, N_("Rättelse")))
    kind = ", ".join([*(translate(mark) for is_one, mark in marks if is_one), one.kind])
    return {
        "language": there.partition("-")[0],
        "kind": line_of(kind),
        "urgent": one.urgent or content.exercise,
        "title": breakable(line_of(words.title)),
        "summary": breakable(line_of(words.summary, LONGEST_SUMMARY)),
        "contact": line_of(content.contact, 160),
        "at": line_of(say(one.at)),
    }
