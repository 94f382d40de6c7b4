"""Changing a text that waits for approval: the form it was written in, filled in as it stands."""

from dataclasses import fields, replace

from flask import request
from werkzeug.datastructures import ImmutableMultiDict

from announcer.domain.announcement import Content
from announcer.domain.errors import N_, Refusal
from announcer.services import reviewing
from announcer.services.approvals import Standing
from web.intranet.access import actor, installation
from web.intranet.manuscript import Form, optional_channels, read_form

#: The hidden field, and the word in the address, that say which announcement is changed.
WHICH = "meddelande"
#: The hidden field with the hash of the text that is changed.
BASED_ON = "bygger_pa"
#: The word in the address that says which announcement a new text begins from.
LIKE = "som"
#: What the form can say of a text. The rest stays as it was handed in.
_IN_THE_FORM = frozenset(
    {
        *(
            "class_name",
            "unit",
            "title",
            "summary",
            "body",
            "audience",
            "contact",
            "topic",
            "follows",
            "language",
        ),
        *("record_number", "channels", "translations", "attachments"),
        *("questions", "not_promised"),
    }
)


def rewritten(form: Form) -> str:
    """The public id of the announcement whose text the form changes; empty for a new one."""
    return form.first(WHICH)


def returned(form: Form) -> Standing | None:
    """How the approval stands of a text that was given back and that the form changes."""
    public_id = rewritten(form)
    found = public_id and reviewing.proposal(installation(), actor(), public_id).standing
    return found if found and found.given_back else None


def form_of(public_id: str) -> Form:
    """The form with the newest text. Raises `NotFound`, or `Refusal` where it cannot be changed."""
    content = _newest(public_id)
    return filled(content, [(WHICH, public_id), (BASED_ON, content.content_hash)])


def copy_of(public_id: str) -> Form:
    """The form for a new text that begins as another one did. What was of that one alone is not in
    it: when it was decided or known, its record number, and what it went on from. Raises `NotFound`,
    or `Refusal` where its kind is no more."""
    content = reviewing.proposal(installation(), actor(), public_id).content
    if content.class_name not in installation().policy.classes:
        raise Refusal(N_("Den sortens meddelande finns inte längre. Skriv ett nytt."))
    return filled(replace(content, follows="", record_number="", exercise=False), [])


def filled(content: Content, besides: list[tuple[str, str]]) -> Form:
    """The form with what it can say of a text, and fields ``besides``."""
    fields = ImmutableMultiDict([*besides, *typed(content)])
    form = read_form(installation().policy, content.class_name, fields, ImmutableMultiDict())
    form.attachments = list(content.attachments)
    return form


def _newest(public_id: str) -> Content:
    found = reviewing.proposal(installation(), actor(), public_id)
    known = installation().policy
    if not found.can_rewrite:
        raise Refusal(N_("Texten går inte att ändra. Dra tillbaka den, eller skriv en ny."))
    same_language = found.content.language == known.organisation.language
    if found.content.class_name not in known.classes or not same_language:
        raise Refusal(N_("Texten går inte att ändra här. Lämna in den på nytt."))
    return found.content


def typed(content: Content) -> list[tuple[str, str]]:
    """A text as somebody would have typed it: the form's fields, by their names."""
    words = [
        ("rubrik", content.title),
        ("sammanfattning", content.summary),
        ("text", content.body),
        ("kontakt", content.contact),
        ("amne", content.topic),
        ("fortsatter", content.follows),
        ("enhet", content.unit),
        ("diarienummer", content.record_number),
        ("lova_inte", content.not_promised),
        *(
            (f"{name}_{number}", words)
            for number, one in enumerate(content.questions, start=1)
            for name, words in (("fraga", one.question), ("svar", one.answer))
        ),
        *(("malgrupp", name) for name in content.audience),
        *(("kanal", name) for name in content.channels),
    ]
    for language, text in content.translations.items():
        words += [
            (f"rubrik_{language}", text.title),
            (f"sammanfattning_{language}", text.summary),
            (f"text_{language}", text.body),
        ]
    return words


def completed(content: Content, form: Form) -> Content:
    """What the form says, with all of the newest text that a form cannot say."""
    was = _newest(rewritten(form))
    kept = {f.name: getattr(was, f.name) for f in fields(Content) if f.name not in _IN_THE_FORM}
    if not form.has_meetings:
        kept |= {"questions": was.questions, "not_promised": was.not_promised}
    optional = set(optional_channels(form.message_class))
    if optional & set(was.channels) == optional & set(request.form.getlist("kanal")):
        kept["channels"] = was.channels
    return replace(content, **kept)
