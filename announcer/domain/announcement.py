"""What a manager writes: one announcement, its content and its states."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from announcer.domain.change import Correction, CorrectionKind


class AnnouncementState(StrEnum):
    """Where an announcement is. Pausing is not a state: it lies on top of any of these."""

    #: Handed in; somebody must approve this very text.
    IN_REVIEW = "in_review"
    #: Approved and planned; its steps are being carried out.
    ACTIVE = "active"
    #: Every step is settled.
    COMPLETED = "completed"
    #: Withdrawn; nothing more starts, what was approved stays on record.
    WITHDRAWN = "withdrawn"


#: The only moves there are. Asking for the state one is in is a no-op, never an error.
ANNOUNCEMENT_TRANSITIONS: Mapping[AnnouncementState, frozenset[AnnouncementState]] = {
    AnnouncementState.IN_REVIEW: frozenset({AnnouncementState.ACTIVE, AnnouncementState.WITHDRAWN}),
    AnnouncementState.ACTIVE: frozenset({AnnouncementState.COMPLETED, AnnouncementState.WITHDRAWN}),
    #: A correction is carried out after everything else was.
    AnnouncementState.COMPLETED: frozenset({AnnouncementState.ACTIVE, AnnouncementState.WITHDRAWN}),
    AnnouncementState.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True)
class Translation:
    """The text in a language beside the first one; an empty body means title and summary only.

    ``of`` names the text that it translates (`Content.source_hash`); empty in contents that were
    stored before translations remembered that, and in what is on its way in.
    """

    title: str
    summary: str
    body: str = ""
    of: str = ""

    def as_list(self) -> list[str]:
        """As it is stored; one that does not know what it translates looks as it always did."""
        return [self.title, self.summary, self.body, *([self.of] if self.of else [])]


@dataclass(frozen=True)
class Question:
    """What people are likely to ask whoever leads a meeting, and what to answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Attachment:
    """A file that follows the text. ``name`` is a plain file name without folders."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    #: What a person who cannot see the picture is told; empty for files that are not pictures.
    alt: str = ""

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the bytes as stored and as served."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Content:
    """Everything that is approved together; ``content_hash`` changes when any of it does.

    ``title``, ``summary`` and ``body`` (Markdown) are in ``language``; ``audience`` holds names
    from the policy's ``[audiences]`` or unit codes; ``decision_at`` and ``known_at`` are aware datetimes,
    the second the moment at which the news is public whatever we do (the agenda is published).
    """

    class_name: str
    unit: str
    title: str
    summary: str
    body: str
    audience: tuple[str, ...]
    contact: str
    language: str = "sv"
    record_number: str = ""
    decision_at: datetime | None = None
    #: Only these channels, where the writer chose; empty means all that the class has.
    channels: tuple[str, ...] = ()
    #: A mapping has no hash; the rest is enough to tell two texts apart quickly.
    translations: Mapping[str, Translation] = field(default_factory=dict, hash=False)
    attachments: tuple[Attachment, ...] = ()
    known_at: datetime | None = None
    #: What the questions will be about: a topic of the policy's ``[[spokespersons]]``.
    topic: str = ""
    #: How soon questions are answered, a sentence in each language of the text.
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Nothing of it is true and none of it leaves the house; whatever is made of it says so.
    exercise: bool = False
    #: Public id of the announcement that this one tells the rest of; empty where it stands alone.
    follows: str = ""
    #: Set for a text that takes the place of one that was approved before.
    correction: Correction | None = None

    #: For whoever tells it in a meeting, and nobody else: likely questions, and what not to promise.
    questions: tuple[Question, ...] = ()
    not_promised: str = ""
    #: When there is more to tell at the latest, as it is promised in a crisis; aware.
    next_information: datetime | None = None

    def as_json(self) -> str:
        """Canonical JSON: what is hashed, stored and approved. Attachments stand as hashes.

        A field that came later is there only where it says something: the hash of an older text
        stays what it was.
        """
        later = {
            "known_at": self.known_at and self.known_at.astimezone(UTC).isoformat(),
            "topic": self.topic,
            "answers": dict(self.answers),
            "questions": [[one.question, one.answer] for one in self.questions],
            "not_promised": self.not_promised,
            "exercise": self.exercise,
            "follows": self.follows,
            "correction": self.correction
            and {"kind": self.correction.kind.value, "what": dict(self.correction.what)},
            "next_information": self.next_information
            and self.next_information.astimezone(UTC).isoformat(),
        }
        return json.dumps(
            {
                **{name: value for name, value in later.items() if value},
                "class": self.class_name,
                "unit": self.unit,
                "title": self.title,
                "summary": self.summary,
                "body": self.body,
                "audience": list(self.audience),
                "contact": self.contact,
                "language": self.language,
                "record_number": self.record_number,
                "decision_at": self.decision_at and self.decision_at.astimezone(UTC).isoformat(),
                "channels": list(self.channels),
                "translations": {
                    language: text.as_list() for language, text in self.translations.items()
                },
                "attachments": [[a.name, a.media_type, a.sha256, a.alt] for a in self.attachments],
            },
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )

    @property
    def content_hash(self) -> str:
        """Hex SHA-256 of :meth:`as_json` in UTF-8; approvals are bound to it."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()

    @property
    def source_hash(self) -> str:
        """Hex SHA-256 of the text in the first language; the database reckons it too. The sign
        between the parts (U+001F) stands in no text that is taken in."""
        source = "\x1f".join((self.title, self.summary, self.body))
        return hashlib.sha256(source.encode()).hexdigest()

    @property
    def stale(self) -> tuple[str, ...]:
        """Languages whose text translates an older one; no reader ever gets it."""
        now = self.source_hash
        return tuple(one for one, text in self.translations.items() if text.of not in ("", now))

    def text_in(self, language: str) -> Translation:
        """Title, summary and body in ``language``, or in the first language where there is none
        that translates this very text."""
        if language in self.languages[1:]:
            return self.translations[language]
        return Translation(self.title, self.summary, self.body)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there is a text in for readers, the first one first."""
        left_out = (self.language, *self.stale)
        return (self.language, *(lang for lang in self.translations if lang not in left_out))

    @staticmethod
    def from_json(text: str, attachments: Mapping[str, bytes] | None) -> "Content":
        """Read back what :meth:`as_json` wrote; ``attachments`` maps hex SHA-256 to bytes, and
        None leaves them out."""
        raw = json.loads(text)
        return Content(
            class_name=raw["class"],
            unit=raw["unit"],
            title=raw["title"],
            summary=raw["summary"],
            body=raw["body"],
            audience=tuple(raw["audience"]),
            contact=raw["contact"],
            language=raw["language"],
            record_number=raw["record_number"],
            decision_at=raw["decision_at"] and datetime.fromisoformat(raw["decision_at"]),
            # Texts of before there was such a moment name none.
            known_at=(known := raw.get("known_at")) and datetime.fromisoformat(known),
            channels=tuple(raw["channels"]),
            translations={lang: Translation(*text) for lang, text in raw["translations"].items()},
            attachments=tuple(
                Attachment(name, media_type, attachments[sha], alt)
                for name, media_type, sha, alt in raw["attachments"]
                if attachments is not None
            ),
            topic=raw.get("topic", ""),
            answers=raw.get("answers", {}),
            questions=tuple(Question(*one) for one in raw.get("questions", ())),
            not_promised=raw.get("not_promised", ""),
            exercise=raw.get("exercise", False),
            follows=raw.get("follows", ""),
            correction=(said := raw.get("correction"))
            and Correction(CorrectionKind(said["kind"]), said["what"]),
            next_information=(promised := raw.get("next_information"))
            and datetime.fromisoformat(promised),
        )
