"""From a prepared template to the text of a crisis: the place, what differs, when there is more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from announcer.domain.announcement import Content, Translation
from announcer.domain.errors import N_, Refusal
from announcer.domain.policy.crisis import AREA, Crisis, Prepared, Template, TextIn
from announcer.domain.policy.model import Policy

#: Characters of what differs: a few sentences, typed on a phone.
LONGEST_ADDITION = 2000
LONGEST_AREA = 100
#: Promised times are those that people read off a clock.
QUARTER = timedelta(minutes=15)


class Kind(StrEnum):
    """What a text is in the course of a crisis."""

    #: It has happened.
    DECLARED = "declared"
    #: There is more to tell.
    UPDATE = "update"
    #: The danger is over.
    LIFTED = "lifted"


@dataclass(frozen=True)
class Declaration:
    """What somebody in charge says: little, because the rest was prepared.

    ``what`` is what differs, in each language it was written in; ``next_information`` (aware) is
    when there is more at the latest, None for what the policy says. ``follows`` is the public id of
    the announcement that a further one is about, with whom that was for in ``told``.
    """

    template: str
    area: str = ""
    what: Mapping[str, str] = field(default_factory=dict)
    next_information: datetime | None = None
    exercise: bool = False
    kind: Kind = Kind.DECLARED
    follows: str = ""
    told: tuple[str, ...] = ()


def crisis_of(policy: Policy) -> Crisis:
    """The policy's crisis. Raises `Refusal` where it has none."""
    if policy.crisis is None:
        raise Refusal(N_("Policyn säger inte hur en kris utlyses. Be den som sköter den."))
    return policy.crisis


def template_of(policy: Policy, name: str) -> Template:
    """A template by its name. Raises `Refusal` where there is none."""
    templates = crisis_of(policy).templates
    if name not in templates:
        raise Refusal(
            N_("Det finns ingen mall ”{name}”. Välj bland: {choices}."),
            name=name[:80],
            choices=", ".join(templates),
        )
    return templates[name]


def written(policy: Policy, said: Declaration, unit: str, now: datetime) -> Content:
    """The text that goes out, by somebody of ``unit`` at ``now`` (aware UTC). Raises `Refusal` for
    what is missing or cannot be."""
    crisis, template = crisis_of(policy), template_of(policy, said.template)
    area = " ".join(said.area.split())
    _refuse_unfit(crisis, template, said, area)
    text = _text_of(template, said.kind)
    first = _filled(text, area, said.what.get(policy.organisation.language, ""))
    return Content(
        class_name=template.message_class or crisis.classes[0],
        unit=unit,
        title=first.title,
        summary=first.summary,
        body=first.body,
        audience=_audience(crisis, template, said),
        contact=template.contact,
        topic=template.topic,
        language=policy.organisation.language,
        translations={
            language: _filled(one, area, said.what.get(language, ""))
            for language, one in text.translations.items()
        },
        exercise=said.exercise,
        follows=said.follows,
        next_information=_promised(crisis, said, now),
    )


def _audience(crisis: Crisis, template: Template, said: Declaration) -> tuple[str, ...]:
    if said.exercise:
        return (crisis.drill,)
    return tuple(dict.fromkeys((*template.audience, *said.told)))


def _refuse_unfit(crisis: Crisis, template: Template, said: Declaration, area: str) -> None:
    if template.asks_area and not area:
        raise Refusal(N_("Skriv var det gäller."))
    if len(area) > LONGEST_AREA:
        raise Refusal(N_("Platsen får ha högst {limit} tecken."), limit=LONGEST_AREA)
    if any(len(words) > LONGEST_ADDITION for words in said.what.values()):
        raise Refusal(N_("Tillägget får ha högst {limit} tecken."), limit=LONGEST_ADDITION)
    if said.exercise and not crisis.drill:
        raise Refusal(N_("Policyn säger inte vilka som övar. Be den som sköter den."))


def _text_of(template: Template, kind: Kind) -> Prepared:
    texts = template.texts
    key = {Kind.DECLARED: "", Kind.UPDATE: "update", Kind.LIFTED: "lifted"}[kind]
    return texts.get(key, template)


def _filled(text: TextIn, area: str, what: str) -> Translation:
    body = text.body.replace(AREA, area)
    added = what.strip()
    return Translation(
        text.title.replace(AREA, area),
        text.summary.replace(AREA, area),
        f"{added}\n\n{body}" if added else body,
    )


def _promised(crisis: Crisis, said: Declaration, now: datetime) -> datetime | None:
    """When there is more to tell; a crisis that is over promises nothing.

    Raises `Refusal` for a time that has been.
    """
    if said.kind is Kind.LIFTED:
        return None
    if said.next_information is None:
        return on_the_quarter(now + crisis.next_information)
    if said.next_information <= now:
        raise Refusal(N_("Nästa information måste vara senare än nu."))
    return said.next_information


def on_the_quarter(moment: datetime) -> datetime:
    """The first quarter of an hour from ``moment`` (aware) on, aware UTC."""
    past = (moment - datetime.min.replace(tzinfo=UTC)) % QUARTER
    whole = moment.astimezone(UTC)
    return whole + (QUARTER - past) if past else whole
