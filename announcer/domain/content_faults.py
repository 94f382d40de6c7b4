"""What keeps a text from being announced, each fault in one sentence."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from announcer.domain.announcement import Content
from announcer.domain.audience import Units
from announcer.domain.content_rules import rule_faults
from announcer.domain.errors import N_, Refusal
from announcer.domain.policy import Policy

#: A headline that a poster can carry and a list can show.
LONGEST_TITLE = 200
LONGEST_SUMMARY = 1_000
LONGEST_BODY = 100_000
#: A contact or a record number.
LONGEST_LINE = 200

#: What fits on the one page that a meeting is held with.
MOST_QUESTIONS = 8
LONGEST_QUESTION = 300
LONGEST_ANSWER = 1_000

#: Joiners, direction marks and soft hyphens: unseen, and part of ordinary words and emoji.
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u00ad"
#: What XML 1.0 section 2.2 and PostgreSQL cannot hold, and the C1 controls that nobody means.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def faults_of(content: Content, policy: Policy, units: Units, now: datetime) -> list[Refusal]:
    """Everything that keeps ``content`` from being announced under ``policy`` at ``now``."""
    return [
        *_size_faults(content),
        *_character_faults(content),
        *_question_faults(content),
        *_name_faults(content, policy, units),
        *_time_faults(content, now),
        *(rule_faults(content, policy, now) if content.class_name in policy.classes else ()),
    ]


def _size_faults(content: Content) -> Iterator[Refusal]:
    if not _seen(content.title):
        yield Refusal(N_("Rubriken saknas. Skriv en rubrik som säger det viktigaste."))
    if not _seen(content.contact):
        yield Refusal(
            N_("Kontakt saknas. Skriv roll och telefonnummer till den som svarar på frågor.")
        )
    picture = N_("Bildbeskrivningen har {length} tecken. Korta den till högst {limit}.")
    texts = [
        (content.contact, LONGEST_LINE, N_("Kontakten har {length} tecken. Korta den till högst {limit}.")),
        (content.record_number, LONGEST_LINE, N_("Diarienumret har {length} tecken. Korta det till högst {limit}.")),
        *((attachment.alt, LONGEST_SUMMARY, picture) for attachment in content.attachments),
    ]  # fmt: skip
    promise = N_("Det du inte ska lova har {length} tecken. Korta det till högst {limit}.")
    question = N_("Frågan har {length} tecken. Korta den till högst {limit}.")
    answer = N_("Svaret har {length} tecken. Korta det till högst {limit}.")
    texts.append((content.not_promised, LONGEST_ANSWER, promise))
    for one in content.questions:
        texts.append((one.question, LONGEST_QUESTION, question))
        texts.append((one.answer, LONGEST_ANSWER, answer))
    for language in content.languages:
        text = content.text_in(language)
        texts += [
            (text.title, LONGEST_TITLE, N_("Rubriken har {length} tecken. Korta den till högst {limit}.")),
            (text.summary, LONGEST_SUMMARY, N_("Sammanfattningen har {length} tecken. Korta den till högst {limit}.")),
            (text.body, LONGEST_BODY, N_("Texten har {length} tecken. Korta den till högst {limit}.")),
        ]  # fmt: skip
    for words, limit, message in texts:
        if len(words) > limit:
            yield Refusal(message, length=len(words), limit=limit)


def _character_faults(content: Content) -> Iterator[Refusal]:
    texts = [content.text_in(language) for language in content.languages]
    if not all(_is_line(text.title) for text in texts):
        yield Refusal(N_("Rubriken innehåller styrtecken eller radbrytning. Skriv den på en rad."))
    if not _is_line(content.contact) or not _is_line(content.record_number):
        yield Refusal(
            N_(
                "Kontakt eller diarienummer innehåller styrtecken eller radbrytning. Skriv på en rad."
            )
        )
    longer = [words for text in texts for words in (text.summary, text.body)]
    longer += [
        content.not_promised,
        *(words for one in content.questions for words in (one.question, one.answer)),
    ]
    if any(
        _UNPRINTABLE.search(words) for words in (*longer, *(a.alt for a in content.attachments))
    ):
        yield Refusal(
            N_("Texten innehåller styrtecken som inte syns. Klistra in den som ren text.")
        )


def _question_faults(content: Content) -> Iterator[Refusal]:
    if len(content.questions) > MOST_QUESTIONS:
        yield Refusal(
            N_("Frågorna inför mötet är {count}. Behåll de {limit} viktigaste."),
            count=len(content.questions),
            limit=MOST_QUESTIONS,
        )
    for one in content.questions:
        if not _seen(one.question) or not _seen(one.answer):
            yield Refusal(
                N_("Frågan ”{question}” behöver både fråga och svar, eller ingetdera."),
                question=(one.question or one.answer)[:80],
            )


def _is_line(text: str) -> bool:
    """One line without control characters; any kind of space is one."""
    return all(c.isprintable() or c in _INVISIBLE or unicodedata.category(c) == "Zs" for c in text)


def _seen(text: str) -> str:
    """What is left for a reader's eye."""
    return text.strip(_INVISIBLE + " \t\n\u00a0")


def _name_faults(content: Content, policy: Policy, units: Units) -> list[Refusal]:
    faults = []
    if content.class_name not in policy.classes:
        faults.append(
            Refusal(
                N_("Klassen ”{name}” finns inte. Välj en av: {choices}."),
                name=content.class_name[:80],
                choices=", ".join(sorted(policy.classes)),
            )
        )
    if content.unit not in units.by_code:
        faults.append(
            Refusal(
                N_("Enheten ”{name}” finns inte. Välj en av: {choices}."),
                name=content.unit[:80],
                choices=", ".join(sorted(units.by_code)),
            )
        )
    for name in content.audience:
        if name not in policy.audiences and name not in units.by_code:
            faults.append(
                Refusal(
                    N_("Målgruppen ”{name}” finns inte. Välj en enhet eller: {choices}."),
                    name=name[:80],
                    choices=", ".join(sorted(policy.audiences)),
                )
            )
    if not any(policy.is_staff(name) for name in content.audience):
        faults.append(
            Refusal(
                N_(
                    "Ingen i organisationen får veta. Välj alla anställda (”alla”) eller minst en enhet."
                )
            )
        )
    return faults + _language_faults(content, policy)


def _language_faults(content: Content, policy: Policy) -> list[Refusal]:
    faults = []
    for language in content.languages:
        if language not in policy.organisation.languages:
            faults.append(
                Refusal(
                    N_("Språket ”{name}” finns inte i policyn. Välj bland: {choices}."),
                    name=language[:20],
                    choices=", ".join(policy.organisation.languages),
                )
            )
    for language, text in content.translations.items():
        if not text.title or not text.summary:
            faults.append(
                Refusal(
                    N_("Översättningen ”{language}” saknar rubrik eller sammanfattning."),
                    language=language[:20],
                )
            )
    return faults


def _time_faults(content: Content, now: datetime) -> list[Refusal]:
    faults = []
    if content.decision_at and content.decision_at < now:
        faults.append(
            Refusal(
                N_(
                    "Beslutet ligger bakåt i tiden ({moment}). Är det fattat, ta bort tiden och välj en klass för fattade beslut."
                ),
                moment=f"{content.decision_at:%Y-%m-%d %H:%M}",
            )
        )
    if content.known_at and content.known_at < now:
        faults.append(
            Refusal(
                N_(
                    "Tiden då nyheten blir känd ändå har passerat ({moment}). Ta bort den. Nyheten går så snart den får."
                ),
                moment=f"{content.known_at:%Y-%m-%d %H:%M}",
            )
        )
    return faults
