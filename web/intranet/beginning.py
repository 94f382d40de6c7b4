"""Beginning from a template of the policy. What somebody has typed stays: only what is empty is
filled in."""

from dataclasses import replace

from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict

from announcer.domain.announcement import Content, Translation
from announcer.domain.errors import N_, NotFound
from announcer.domain.policy import Policy
from announcer.domain.policy.templates import TextTemplate
from web.intranet import choosing, rewriting
from web.intranet.access import actor, installation
from web.intranet.manuscript import Form
from web.intranet.words import audience_name

#: The word in the address, and of the form's buttons, that says which template.
WHICH = "mall"
#: Says who tells it, not what is told; a template has no word in it.
_OF_THE_WRITER = "enhet"


def offered(class_name: str = "") -> list[tuple[str, TextTemplate]]:
    """The templates of a class, or of all in which whoever asks may write, by their names."""
    classes = {class_name} if class_name else choosing.open_classes().keys()
    every = installation().policy.templates.items()
    return [(name, one) for name, one in every if one.message_class in classes]


def form_of(name: str, before: str = "") -> Form:
    """The form as a template fills it in; ``before`` is what the text goes on from. Raises
    `NotFound`."""
    return rewriting.filled(replace(_content_of(_known(name)), follows=before), [])


def filled_in(form: Form, name: str) -> tuple[Form, list[tuple[str, str]]]:
    """``form`` with what a template says where nothing is typed; and what it says where something
    is, by the name of the field. Raises `NotFound`."""
    template = _known(name)
    if template.message_class != form.class_name:
        raise NotFound(N_("Sidan finns inte."))
    typed = {field for field, words in form.fields.items(multi=True) if words.strip()}
    said = [
        (field, words)
        for field, words in rewriting.typed(_content_of(template))
        if words and field != _OF_THE_WRITER
    ]
    fields = [one for one in form.fields.items(multi=True) if one[0] != WHICH]
    added = [(field, words) for field, words in said if field not in typed]
    gone = {field for field, _words in added}
    fields = [*(one for one in fields if one[0] not in gone), *added]
    kept = [
        (field, words)
        for field, words in said
        if field in typed and words not in map(str.strip, form.fields.getlist(field))
    ]
    return replace(form, fields=ImmutableMultiDict(fields)), kept


def _known(name: str) -> TextTemplate:
    found = installation().policy.templates.get(name)
    if found is None:
        raise NotFound(N_("Sidan finns inte."))
    return found


def _content_of(one: TextTemplate) -> Content:
    house = installation().policy.organisation
    return Content(
        class_name=one.message_class,
        unit=actor().unit,
        title=one.title,
        summary=one.summary,
        body=one.body.strip(),
        audience=one.audience,
        contact=one.contact,
        topic=one.topic,
        language=house.language,
        translations={
            language: Translation(text.title, text.summary, text.body.strip())
            for language, text in one.translations.items()
            if language in house.languages and language != house.language
        },
    )


def in_words(policy: Policy, name: str) -> str:
    """A template in a sentence or two: of what kind, for whom, and what its writer fills in."""
    one = policy.templates[name]
    kind = policy.classes[one.message_class].title
    names = ", ".join(map(audience_name, one.audience))
    said = (
        _("%(template)s: %(kind)s, till %(names)s.", template=name.capitalize(), kind=kind, names=names)
        if names
        else _("%(template)s: %(kind)s.", template=name.capitalize(), kind=kind)
    )  # fmt: skip
    if not one.gaps:
        return str(said)
    to_fill_in = _("Att fylla i: %(gaps)s.", gaps=", ".join(gap[1:-1] for gap in one.gaps))
    return f"{said} {to_fill_in}"
