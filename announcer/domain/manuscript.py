"""What a manager hands in as a file: TOML between ``+++`` lines, then Markdown.

Nothing here reads files; ``fetch`` gives the bytes of an attachment by its plain name. Every fault
is said in one sentence and all of them at once.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any

from announcer.domain.announcement import Attachment, Content, Translation
from announcer.domain.audience import Units
from announcer.domain.errors import N_, BadSubmission, Refusal
from announcer.domain.policy import Policy

#: A headline that a poster can carry and a list can show.
LONGEST_TITLE = 200
LONGEST_SUMMARY = 1_000
LONGEST_BODY = 100_000
#: Bytes; a longer text is a file that was meant for something else.
LARGEST_MANUSCRIPT = 2_000_000
#: Bytes, each.
LARGEST_ATTACHMENT = 10_000_000
MOST_ATTACHMENTS = 10

#: What may be attached, by ending: media type and how such a file begins.
ATTACHMENT_TYPES: Mapping[str, tuple[str, bytes]] = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".svg": ("image/svg+xml", b""),
}

KEYS = frozenset(
    [
        "class",
        "unit",
        "title",
        "summary",
        "audience",
        "contact",
        "record_number",
        "decision_at",
        "languages",
        "channels",
        "attachments",
        "translations",
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
    content = Content(
        class_name=_text(front, "class", faults),
        unit=_text(front, "unit", faults) or default_unit,
        title=_text(front, "title", faults),
        summary=_text(front, "summary", faults),
        body=body.strip(),
        audience=_names(front, "audience", faults),
        contact=_text(front, "contact", faults),
        language=(_names(front, "languages", faults) or ("sv",))[0],
        record_number=_text(front, "record_number", faults),
        decision_at=_moment(front, faults),
        channels=_names(front, "channels", faults),
        translations=_translations(front, faults),
        attachments=attachments,
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
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _one(
            N_("Filen är inte sparad som UTF-8 (tecken {position}). Spara om den som UTF-8."),
            position=error.start,
        ) from None


def _split(text: str) -> tuple[dict[str, Any], str]:
    found = re.match(r"\+\+\+\n(.*?)\n\+\+\+[ \t]*(?:\n|$)(.*)", text, re.DOTALL)
    if not found:
        raise _one(N_("Överst i filen ska uppgifterna stå mellan två rader med +++. De saknas."))
    try:
        return tomllib.loads(found[1]), found[2]
    except tomllib.TOMLDecodeError as error:
        raise _one(
            N_("Uppgifterna överst i filen går inte att läsa: {fault}. Rätta den raden."),
            fault=str(error),
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


def _moment(front: Mapping[str, Any], faults: list[Refusal]) -> datetime | None:
    value = front.get("decision_at")
    if value is None or (isinstance(value, datetime) and value.tzinfo):
        return value
    faults.append(
        Refusal(
            N_("”decision_at” ska vara en tid med tidszon, till exempel 2026-12-15T18:00:00+01:00.")
        )
    )
    return None


def _translations(front: Mapping[str, Any], faults: list[Refusal]) -> dict[str, Translation]:
    tables = front.get("translations", {})
    if not isinstance(tables, dict):
        tables = {"": None}
    texts = {}
    for language, table in tables.items():
        if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
            faults.append(
                Refusal(
                    N_("Översättningen ”{language}” ska ha title och summary."), language=language
                )
            )
            continue
        texts[language] = Translation(
            table.get("title", "").strip(),
            table.get("summary", "").strip(),
            table.get("body", "").strip(),
        )
    return texts


def _attachments(front: Mapping[str, Any], fetch: Fetch, faults: list[Refusal]) -> list[Attachment]:
    found = []
    entries = front.get("attachments", [])
    for entry in entries if isinstance(entries, list) else [entries]:
        name, alt = (
            (entry.get("file"), entry.get("alt", "")) if isinstance(entry, dict) else (entry, "")
        )
        try:
            found.append(attachment(str(name), fetch, str(alt)))
        except Refusal as fault:
            faults.append(fault)
    if len(found) > MOST_ATTACHMENTS:
        faults.append(
            Refusal(
                N_("Det finns {count} bilagor, högst {limit} går."),
                count=len(found),
                limit=MOST_ATTACHMENTS,
            )
        )
    return found


def attachment(name: str, fetch: Fetch, alt: str = "") -> Attachment:
    """One attachment by its plain name. Raises `Refusal` for a name, size or kind that cannot be."""
    if not _is_plain(name):
        raise Refusal(
            N_("Bilagans namn ”{name}” får inte innehålla mappar eller styrtecken."), name=name[:80]
        )
    kind = ATTACHMENT_TYPES.get(PurePath(name).suffix.lower())
    if kind is None:
        raise Refusal(
            N_("Bilagan ”{name}” är av en sort som inte går. Använd pdf, png, jpg eller svg."),
            name=name[:80],
        )
    content = fetch(name)
    if len(content) > LARGEST_ATTACHMENT:
        raise Refusal(
            N_("Bilagan ”{name}” är för stor ({size} MB, högst {limit} MB)."),
            name=name[:80],
            size=len(content) // 1_000_000,
            limit=LARGEST_ATTACHMENT // 1_000_000,
        )
    if not content.startswith(kind[1]) or not content:
        raise Refusal(
            N_("Bilagan ”{name}” innehåller inte det som namnet säger. Spara om den."),
            name=name[:80],
        )
    return Attachment(name, kind[0], content, alt)


def _is_plain(name: str) -> bool:
    return (
        0 < len(name) <= 120
        and name == PurePath(name).name
        and not name.startswith(".")
        and all(character.isprintable() and character not in '/\\:"<>|?*' for character in name)
    )


def faults_of(content: Content, policy: Policy, units: Units, now: datetime) -> list[Refusal]:
    """Everything that keeps ``content`` from being announced under ``policy`` at ``now``."""
    return [
        *_size_faults(content),
        *_name_faults(content, policy, units),
        *_time_faults(content, now),
    ]


def _size_faults(content: Content) -> list[Refusal]:
    faults = []
    if not content.title:
        faults.append(Refusal(N_("Rubriken saknas. Skriv en rubrik som säger det viktigaste.")))
    if not content.contact:
        faults.append(
            Refusal(
                N_("Kontakt saknas. Skriv roll och telefonnummer till den som svarar på frågor.")
            )
        )
    for title, summary, body in (
        (content.title, content.summary, content.body),
        *((t.title, t.summary, t.body) for t in content.translations.values()),
    ):
        for text, limit, message in (
            (title, LONGEST_TITLE, N_("Rubriken har {length} tecken. Korta den till högst {limit}.")),
            (summary, LONGEST_SUMMARY, N_("Sammanfattningen har {length} tecken. Korta den till högst {limit}.")),
            (body, LONGEST_BODY, N_("Texten har {length} tecken. Korta den till högst {limit}.")),
        ):  # fmt: skip
            if len(text) > limit:
                faults.append(Refusal(message, length=len(text), limit=limit))
    if any(
        not c.isprintable() and c not in "\u200b\u200c\u200d\u200e\u200f\u00ad"
        for c in content.title
    ):
        faults.append(
            Refusal(N_("Rubriken innehåller styrtecken eller radbrytning. Skriv den på en rad."))
        )
    return faults


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
    if all(policy.is_external(name) for name in content.audience):
        faults.append(
            Refusal(N_("Ingen i organisationen är målgrupp. Välj ”alla” eller en enhet."))
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
    if content.decision_at and content.decision_at < now:
        return [
            Refusal(
                N_(
                    "Beslutet ligger bakåt i tiden ({moment}). Är det fattat, välj klassen ”beslut”."
                ),
                moment=f"{content.decision_at:%Y-%m-%d %H:%M}",
            )
        ]
    return []
