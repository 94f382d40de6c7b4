"""What a manager hands in as a file: TOML between ``+++`` lines, then Markdown.

Nothing here reads files; ``fetch`` gives the bytes of an attachment by its plain name. Every fault
is said in one sentence and all of them at once.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from announcer.domain.announcement import Attachment, Content, Question, Translation
from announcer.domain.attachment import LARGEST_ATTACHMENT as LARGEST_ATTACHMENT
from announcer.domain.attachment import MOST_ATTACHMENTS as MOST_ATTACHMENTS
from announcer.domain.attachment import (
    attached,
    faults_together,
    media_type_of,
    too_large,
    too_many,
)
from announcer.domain.content_faults import faults_of as faults_of  # the other half of taking in
from announcer.domain.errors import N_, BadSubmission, Refusal
from announcer.domain.translating import CHECKED

#: Bytes; a longer text is a file that was meant for something else.
LARGEST_MANUSCRIPT = 2_000_000
KEYS = frozenset(
    [
        "class",
        "unit",
        "title",
        "summary",
        "audience",
        "contact",
        "topic",
        "follows",
        "record_number",
        "decision_at",
        "known_at",
        "languages",
        "channels",
        "attachments",
        "translations",
        "questions",
        "not_to_promise",
    ]
)

Fetch = Callable[[str], bytes]


def read_manuscript(raw: bytes, fetch: Fetch, default_unit: str = "") -> Content:
    """A handed-in file as content. Raises `BadSubmission` listing every fault of its form."""
    front, body = _split(_decoded(raw))
    faults: list[Refusal] = [
        Refusal(N_("Okänd uppgift överst i filen: ”{key}”. Ta bort eller rätta den."), key=key)
        for key in sorted(set(front) - KEYS)
    ]
    attachments = tuple(_attachments(front, fetch, faults))
    translations = _translations(front, faults)
    language = _language(front, translations, faults)
    content = Content(
        class_name=_text(front, "class", faults),
        unit=_text(front, "unit", faults) or default_unit,
        title=_text(front, "title", faults),
        summary=_text(front, "summary", faults),
        body=body.strip(),
        audience=_names(front, "audience", faults),
        contact=_text(front, "contact", faults),
        topic=_text(front, "topic", faults),
        follows=_text(front, "follows", faults),
        language=language,
        record_number=_text(front, "record_number", faults),
        decision_at=_moment(front, "decision_at", faults),
        known_at=_moment(front, "known_at", faults),
        channels=_names(front, "channels", faults),
        translations=translations,
        attachments=attachments,
        questions=_questions(front, faults),
        not_promised=_text(front, "not_to_promise", faults),
    )
    if faults:
        raise BadSubmission(tuple(faults))
    return content


def _decoded(raw: bytes) -> str:
    if len(raw) > LARGEST_MANUSCRIPT:
        raise _one(
            N_(
                "Texten är för stor ({size} MB, högst {limit} MB). Lägg bilder och filer som bilagor."
            ),
            size=len(raw) // 1_000_000,
            limit=LARGEST_MANUSCRIPT // 1_000_000,
        )
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise _one(
            N_("Filen är inte sparad som UTF-8 (tecken {position}). Spara om den som UTF-8."),
            position=error.start,
        ) from None


def _split(text: str) -> tuple[dict[str, Any], str]:
    found = re.match(
        r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|$)(.*)", text, re.DOTALL | re.MULTILINE
    )
    if not found:
        raise _one(N_("Överst i filen ska uppgifterna stå mellan två rader med +++. De saknas."))
    try:
        # The line of +++ stands for itself, so that the numbers of lines are those of the file.
        return tomllib.loads("\n" + found[1]), found[2]
    except (ValueError, RecursionError) as error:  # also absurdly long numbers and deep nesting
        line = re.search(r"at line (\d+)", str(error))
        raise _one(
            N_('Rad {line} i filen går inte att läsa. Skriv varje uppgift som namn = "text".'),
            line=line[1] if line else f"1–{found[1].count(chr(10)) + 1}",
        ) from None


def _one(message: str, **values: object) -> BadSubmission:
    return BadSubmission((Refusal(message, **values),))


def _text(front: Mapping[str, Any], key: str, faults: list[Refusal]) -> str:
    value = front.get(key, "")
    if not isinstance(value, str):
        faults.append(Refusal(N_("”{key}” ska vara en text inom citattecken."), key=key))
        return ""
    return value.strip()


def _names(front: Mapping[str, Any], key: str, faults: list[Refusal]) -> tuple[str, ...]:
    value = front.get(key, [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        faults.append(Refusal(N_('”{key}” ska vara en lista, till exempel ["alla"].'), key=key))
        return ()
    return tuple(dict.fromkeys(value))


def _questions(front: Mapping[str, Any], faults: list[Refusal]) -> tuple[Question, ...]:
    """Tables of ``question`` and ``answer``, both texts."""
    tables = front.get("questions", [])
    words = ("question", "answer")
    if not isinstance(tables, list) or not all(
        isinstance(one, dict)
        and one.keys() == set(words)
        and all(isinstance(one[word], str) for word in words)
        for one in tables
    ):
        faults.append(
            Refusal(N_("En fråga inför mötet ska ha question och answer, båda som text."))
        )
        return ()
    return tuple(Question(*(one[word].strip() for word in words)) for one in tables)


def _moment(front: Mapping[str, Any], key: str, faults: list[Refusal]) -> datetime | None:
    value = front.get(key)
    if value is None:
        return None
    # The first and last year have moments that do not exist in UTC.
    if isinstance(value, datetime) and value.tzinfo and 1 < value.year < 9999:
        return value
    faults.append(
        Refusal(
            N_("”{key}” ska vara en tid med tidszon, till exempel 2026-12-15T18:00:00+01:00."),
            key=key,
        )
    )
    return None


def _language(
    front: Mapping[str, Any], translations: Mapping[str, Translation], faults: list[Refusal]
) -> str:
    """The first of ``languages``; each of the others needs its text."""
    first, *others = _names(front, "languages", faults) or ("sv",)
    for language in others:
        if language not in translations:
            missing = N_(
                "Språket ”{language}” har ingen text. Lägg till [translations.{language}]."
            )
            faults.append(Refusal(missing, language=language[:20]))
    if first in translations:
        twice = N_("Översättningen ”{language}” är på samma språk som texten. Ta bort den.")
        faults.append(Refusal(twice, language=first[:20]))
    return first


def _translations(front: Mapping[str, Any], faults: list[Refusal]) -> dict[str, Translation]:
    tables = front.get("translations", {})
    if not isinstance(tables, dict):
        tables = {"": None}
    texts = {}
    for language, table in tables.items():
        if not _is_translation(table):
            faults.append(
                Refusal(
                    N_("Översättningen ”{language}” ska ha title, summary och kanske body."),
                    language=language[:20],
                )
            )
            continue
        texts[language] = Translation(
            table.get("title", "").strip(),
            table.get("summary", "").strip(),
            table.get("body", "").strip(),
            CHECKED if table.get("checked") else "",
        )
    return texts


def _is_translation(table: object) -> bool:
    return (
        isinstance(table, dict)
        and table.keys() <= {"title", "summary", "body", "checked"}
        and all(isinstance(text, str) for key, text in table.items() if key != "checked")
        and isinstance(table.get("checked", False), bool)
    )


def _attachments(front: Mapping[str, Any], fetch: Fetch, faults: list[Refusal]) -> list[Attachment]:
    entries = front.get("attachments", [])
    if not isinstance(entries, list):
        entries = [entries]
    if many := too_many(len(entries)):  # said before any of them is fetched
        faults.append(many)
        return []
    found: list[Attachment] = []
    for entry in entries:
        try:
            found.append(attachment(*_named(entry, fetch)))
        except Refusal as fault:
            faults.append(fault)
        if too_large(sum(len(one.content) for one in found)):
            break  # and the rest is not fetched
    faults += faults_together(found)
    return found


def _named(entry: object, fetch: Fetch) -> tuple[str, Fetch, str]:
    """An entry of the list, a name or ``{file, alt}``, as the arguments of :func:`attachment`."""
    table = entry if isinstance(entry, dict) else {"file": entry}
    name, alt = table.get("file"), table.get("alt", "")
    if not isinstance(name, str) or not isinstance(alt, str) or table.keys() - {"file", "alt"}:
        raise Refusal(
            N_('En bilaga ska vara ett filnamn inom citattecken, till exempel "plan.pdf".')
        )
    return name, fetch, alt


def attachment(name: str, fetch: Fetch, alt: str = "") -> Attachment:
    """One attachment by its plain name. Raises `Refusal` for a name, size or kind that cannot be;
    a name or kind that cannot be is never fetched."""
    media_type_of(name)
    return attached(name, fetch(name), alt)
