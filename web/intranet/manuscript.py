"""A submitted form as content. Nothing is stored on the way: files that a person has already
chosen travel inside the page until the text is handed in (drafts are nobody's record, TF 2:12)."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import PurePath

from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from announcer.domain.announcement import Attachment, Content, Question, Translation
from announcer.domain.attachment import (
    ATTACHMENT_TYPES,
    KINDS,
    LARGEST_ATTACHMENT,
    LARGEST_TOGETHER,
    MOST_ATTACHMENTS,
    NO_ALT,
    attached,
    faults_together,
    too_large,
)
from announcer.domain.audience import Person
from announcer.domain.content_faults import MOST_QUESTIONS
from announcer.domain.errors import N_, BadSubmission, Refusal
from announcer.domain.policy import MessageClass, Policy
from announcer.domain.translating import CHECKED

Fields = ImmutableMultiDict[str, str]
Files = ImmutableMultiDict[str, FileStorage]

#: Which field a sentence about a fault belongs to, by how the sentence's message id begins.
_FIELDS = {
    "Rubrik": "rubrik",
    "Sammanfattningen": "sammanfattning",
    "Texten": "text",
    "Kontakt": "kontakt",
    "Ämnet": "amne",
    "Enheten": "enhet",
    "Målgruppen": "malgrupp",
    "Ingen i organisationen": "malgrupp",
    "”{klass}” går": "malgrupp",
    "Bilaga": "bilagor",
    "Bild": "bilagor",
    "Filen": "bilagor",
    "Det finns {count} bilagor": "bilagor",
    "Översättningen": "oversattningar",
    "Inför mötet": "infor_motet",
    "Fråg": "infor_motet",
    "Svaret": "infor_motet",
    "Det du inte ska lova": "infor_motet",
    "Beslut": "beslut",
    "Diarienumret": "diarienummer",
    "Tiden då nyheten": "blir_kand",
    "Det finns inget meddelande ”{follows}”": "fortsatter",
    "Meddelandet ”{follows}”": "fortsatter",
}


@dataclass
class Form:
    """What a person typed, as typed; ``faults`` are shown beside it."""

    message_class: MessageClass
    class_name: str
    fields: Fields
    attachments: list[Attachment] = field(default_factory=list)
    faults: list[Refusal] = field(default_factory=list)

    @property
    def own_unit_only(self) -> bool:
        """Whether there are only headline, text and contact to fill in."""
        return self.message_class.for_own_unit_only

    @property
    def reckons_backwards(self) -> bool:
        """Whether the class asks when the news is known anyway."""
        return any(step.at for step in self.message_class.steps.values())

    @property
    def tells_of_a_decision(self) -> bool:
        """Whether the class asks when a decision is taken."""
        needed = "decision_at" in self.message_class.content.needs
        return needed or self.message_class.least_notice is not None

    @property
    def has_translations(self) -> bool:
        """Whether anything is filled in in another language."""
        starts = ("rubrik_", "sammanfattning_", "text_")
        return any(words.strip() for name, words in self.fields.items() if name.startswith(starts))

    @property
    def has_meetings(self) -> bool:
        """Whether the class is told in meetings, whose leaders are asked things."""
        return any(step.channel == "meeting" for step in self.message_class.steps.values())

    @property
    def is_prepared(self) -> bool:
        """Whether anything is written for those who lead the meetings."""
        starts = ("fraga_", "svar_", "lova_inte")
        return any(words.strip() for name, words in self.fields.items() if name.startswith(starts))

    @property
    def filled(self) -> set[str]:
        """The numbers of the questions in which something stands."""
        words = {name for name, typed in self.fields.items() if typed.strip()}
        numbers = map(str, self.numbers)
        return {n for n in numbers if words & {f"fraga_{n}", f"svar_{n}"}}

    #: The questions that can be filled in.
    numbers = range(1, MOST_QUESTIONS + 1)

    #: What the form says of files before any is chosen: endings, number, megabytes.
    kinds = KINDS
    endings = ",".join(ATTACHMENT_TYPES)
    most_files = MOST_ATTACHMENTS
    largest_file = LARGEST_ATTACHMENT // 1_000_000
    largest_together = LARGEST_TOGETHER // 1_000_000

    def first(self, name: str) -> str:
        """One field without surrounding space; line ends as LF."""
        return self.fields.get(name, "").replace("\r\n", "\n").strip()


#: Fields with a day and a time of day.
MOMENTS = ("beslut", "blir_kand")
NO_DECISION = N_("Beslutets tid går inte att läsa. Skriv dag och klockslag.")
NO_MOMENT = N_("Tiden då nyheten blir känd ändå går inte att läsa. Skriv dag och klockslag.")


def field_of(fault: Refusal, form: Form) -> str:
    """The id of the field that ``fault`` is about, empty where it is about the whole."""
    if fault.message == NO_ALT:
        names = [one.name for one in form.attachments]
        if fault.values["name"] in names:
            return f"alt-{names.index(fault.values['name']) + 1}"
    said = fault.message.replace("{field}", str(fault.values.get("field", "")))
    return next((name for start, name in _FIELDS.items() if said.startswith(start)), "")


def read_form(policy: Policy, class_name: str, fields: Fields, files: Files) -> Form:
    """The form with its attachments, both newly chosen ones and those that travel in the page.

    Once they are too large together, the rest is not read: it could not come back in a page.
    """
    form = Form(policy.classes[class_name], class_name, fields)
    size = 0
    for name, alt, content in chain(_kept(fields), _chosen(fields, files)):
        size += len(content)
        if too_large(size):
            break
        try:
            form.attachments.append(attached(name, content, alt))
        except Refusal as fault:
            form.faults.append(fault)
    form.faults += faults_together(form.attachments)
    if fault_of_all := too_large(size):
        form.faults.append(fault_of_all)
    return form


def _kept(fields: Fields) -> Iterator[tuple[str, str, bytes]]:
    rows = zip(
        fields.getlist("bilaga_namn"),
        fields.getlist("bilaga_alt"),
        fields.getlist("bilaga_innehall"),
        strict=False,
    )
    dropped = set(fields.getlist("ta_bort"))
    for name, alt, encoded in rows:
        if name not in dropped:
            try:
                yield name, alt.strip(), base64.b64decode(encoded, validate=True)
            except binascii.Error:
                yield name, alt.strip(), b""  # then it is not what its name says


def _chosen(fields: Fields, files: Files) -> Iterator[tuple[str, str, bytes]]:
    """Files just chosen. The one field for words is of one picture: of several, each is asked for
    in the next round."""
    chosen = [file for file in files.getlist("bilagor") if file.filename]
    pictures = [file for file in chosen if _says_picture(file.filename or "")]
    alt = fields.get("bilder_alt", "").strip() if len(pictures) == 1 else ""
    for file in chosen:
        # One byte past the limit is enough to know; the rest is not read.
        yield (
            file.filename or "",
            alt if file in pictures else "",
            file.read(LARGEST_ATTACHMENT + 1),
        )


def _says_picture(name: str) -> bool:
    return ATTACHMENT_TYPES.get(PurePath(name).suffix.lower(), "").startswith("image/")


def encoded(one: Attachment) -> str:
    """An attachment's bytes as they travel in the page."""
    return base64.b64encode(one.content).decode()


def readable(form: Form) -> Form:
    """The form without what cannot be read in it: files that are not taken, moments half typed."""
    moments = [name for name in MOMENTS if _read_moment(form.first(name)) is None]
    fields = [one for one in form.fields.items(multi=True) if one[0] not in moments]
    return replace(form, fields=ImmutableMultiDict(fields), faults=[])


def content_of(form: Form, policy: Policy, author: Person) -> Content:
    """The content as it would be handed in. Raises `BadSubmission` where a file cannot be taken."""
    if form.faults:
        raise BadSubmission(tuple(form.faults))
    own = form.own_unit_only
    return Content(
        class_name=form.class_name,
        unit=author.unit if own else form.first("enhet"),
        title=form.first("rubrik"),
        summary=form.first("sammanfattning"),
        body=form.first("text"),
        audience=(author.unit,) if own else tuple(dict.fromkeys(form.fields.getlist("malgrupp"))),
        contact=form.first("kontakt"),
        topic=form.first("amne"),
        follows=form.first("fortsatter"),
        language=policy.organisation.language,
        record_number=form.first("diarienummer"),
        channels=_channels(form),
        known_at=_moment(form, policy, "blir_kand", NO_MOMENT),
        decision_at=_moment(form, policy, "beslut", NO_DECISION),
        translations=_translations(form, policy),
        questions=_questions(form),
        not_promised=form.first("lova_inte"),
        attachments=tuple(form.attachments),
    )


def _questions(form: Form) -> tuple[Question, ...]:
    """In the order of the form; a pair of empty fields is none."""
    pairs = (
        Question(form.first(f"fraga_{number}"), form.first(f"svar_{number}"))
        for number in form.numbers
    )
    return tuple(one for one in pairs if one.question or one.answer)


def _moment(form: Form, policy: Policy, name: str, wrong: str) -> datetime | None:
    """Local time as a browser writes it. Raises `BadSubmission` with ``wrong`` for anything else."""
    typed = form.first(name)
    if not typed:
        return None
    found = _read_moment(typed)
    if found is None:
        raise BadSubmission((Refusal(wrong),))
    return found.replace(tzinfo=policy.zone)


def _read_moment(typed: str) -> datetime | None:
    try:
        return datetime.strptime(typed, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - local, as a browser has it
    except ValueError:
        return None


def optional_channels(message_class: MessageClass) -> list[str]:
    """Channels that are there only if the writer asks for them."""
    return [step.channel for step in message_class.steps.values() if step.when == "channel"]


def _channels(form: Form) -> tuple[str, ...]:
    wanted = set(form.fields.getlist("kanal")) & set(optional_channels(form.message_class))
    if not wanted:
        return ()  # all that the class always has
    steps = form.message_class.steps.values()
    return tuple(s.channel for s in steps if s.when != "channel" or s.channel in wanted)


def _translations(form: Form, policy: Policy) -> dict[str, Translation]:
    found = {}
    for language in policy.organisation.languages:
        names = (f"rubrik_{language}", f"sammanfattning_{language}", f"text_{language}")
        words = Translation(*map(form.first, names))
        if language != policy.organisation.language and any(vars(words).values()):
            checked = CHECKED if form.first(f"stammer_{language}") else ""
            found[language] = replace(words, of=checked)
    return found
