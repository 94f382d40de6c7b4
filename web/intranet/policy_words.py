"""What the policy says beside its classes, in plain sentences with the policy's own section."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import format_date, format_datetime, gettext

from announcer.domain.errors import N_
from announcer.domain.plan import CHANNEL_NAMES
from announcer.domain.policy import Policy, Role
from announcer.domain.policy.classes import MessageClass, Step
from announcer.domain.policy.content import Notice
from announcer.domain.policy.crisis import Crisis
from announcer.domain.policy.spokespersons import answers_in_words, contact_of, hours_in_words
from announcer.domain.step import Strength
from announcer.render.catalogue import amount_in_words
from web.intranet import beginning
from web.intranet.words import language, length_of, seat_in_words, unit_name


@dataclass(frozen=True)
class Line:
    """A sentence, and the section of the policy that it is from."""

    text: str
    source: str = ""


@dataclass(frozen=True)
class Article:
    """What the policy says about one thing."""

    key: str
    title: str
    lines: tuple[Line, ...]


_LIFTED = {
    "approval": N_("godkännande"),
    "window": N_("personalens försprång"),
    "release": N_("att någon släpper"),
    "events": N_("det som annars måste ha hänt först"),
}
_NEEDS = {
    "note": N_("Den som säger till skriver hur och när."),
    "reference": N_("Den som säger till skriver var det står, till exempel en paragraf."),
}
_STRENGTHS = {
    Strength.SHOULD: N_("Det som kommer efter behöver inte vänta om det dröjer."),
    Strength.IF_PRACTICAL: N_("Går före det som kommer efter om det hinns med."),
}
_DAYS = {
    "midsummer eve": N_("midsommarafton"),
    "all saints eve": N_("dagen före alla helgons dag"),
    "maundy thursday": N_("skärtorsdagen"),
}


def _(message: str, **values: object) -> str:
    return str(gettext(message, **values))


def articles(policy: Policy) -> list[Article]:
    """All of them, without those about which the policy says nothing."""
    everything: tuple[tuple[str, str, Iterable[Line]], ...] = (
        ("roller", _("Vem som har vilken roll"), _roles(policy)),
        ("tider", _("När det är arbetstid"), _hours(policy)),
        ("handelser", _("Det som måste ha hänt först"), _events(policy)),
        ("uppehall", _("När inget skickas"), _silence(policy)),
        ("kris", _("I en kris"), _crisis(policy.crisis) if policy.crisis else ()),
        ("fragor", _("Vem som svarar på frågor"), _answers(policy)),
        ("mallar", _("Mallar att börja skriva från"), _templates(policy)),
        ("tavlor", _("Tavlor, jour och delade telefoner"), _boards(policy)),
        ("gallring", _("Vad som gallras"), _retention(policy)),
    )
    made = (Article(key, title, tuple(lines)) for key, title, lines in everything)
    return [one for one in made if one.lines]


def titles(roles: Iterable[str]) -> str:
    """Of which any one is enough."""
    return seat_in_words(tuple(roles))


def held_by(role: Role) -> str:
    """By what rule somebody has a role."""
    where = unit_name(role.unit) if role.unit else ""
    if role.unit == "own":
        where = _("den enhet som det handlar om")
    if role.group:
        return _in_group(role.group, role.position or "", where)
    if role.position and where:
        return _("Den som är %(position)s i %(unit)s.", position=role.position, unit=where)
    if role.position:
        return _("Alla som är %(position)s, i vilken enhet som helst.", position=role.position)
    return _("Alla i %(unit)s.", unit=where) if where else _("Alla anställda.")


def _in_group(group: str, position: str, where: str) -> str:
    if position and where:
        return _(
            "De i gruppen %(group)s som är %(position)s i %(unit)s.",
            group=group,
            position=position,
            unit=where,
        )
    if position:
        return _("De i gruppen %(group)s som är %(position)s.", group=group, position=position)
    if where:
        return _("De i gruppen %(group)s som är i %(unit)s.", group=group, unit=where)
    return _("De i gruppen %(group)s.", group=group)


def class_lines(one: MessageClass, asked: tuple[str, ...]) -> Iterator[Line]:
    """Who writes it and who approves it, and what else holds for the whole class; ``asked`` are the
    roles that are asked when news is about to be known anyway."""
    if one.written_by:
        yield Line(_("Skrivs av: %(roles)s.", roles=titles(one.written_by)))
    if one.approval is None:
        yield Line(_("Ingen behöver godkänna."))
    else:
        chain = one.approval
        seats = _(" och ").join(map(seat_in_words, chain.seats))
        yield Line(_("Godkänns av %(seats)s.", seats=seats), chain.source)
        if chain.author_last:
            yield Line(_("Sist säger den som skrev ja till samma text."), chain.source)
        if chain.author_alone:
            yield Line(_("Den som skrev får godkänna själv, med rätt roll."), chain.source)
        for code, other in chain.units.items():
            seats = _(" och ").join(map(seat_in_words, other.seats))
            yield Line(
                _("För %(unit)s: %(seats)s.", unit=unit_name(code), seats=seats), other.source
            )
    if one.urgent:
        yield Line(_("Brådskande: går före allt annat, också på natten."))
    yield from _told_in_time(one, asked)
    late = length_of(one.greatest_lateness)
    yield Line(_("Det som blir mer än %(late)s försenat stoppas och en människa avgör.", late=late))


def _told_in_time(one: MessageClass, asked: tuple[str, ...]) -> Iterator[Line]:
    """What keeps staff from hearing it too late; ``asked`` are the roles that are asked to act."""
    if notice := one.least_notice:
        yield Line(_at_the_latest(notice))
    if one.ask_before_known:
        yield Line(
            _(
                "%(before)s innan nyheten blir känd ändå får %(roles)s en fråga om den ska gå nu, om personalen inte har den.",
                before=_amount(one.ask_before_known),
                roles=titles(asked),
            )
        )
    if one.countdown_when_held == "stops":
        yield Line(_("Personalens försprång står still medan meddelandet är pausat."))


def _at_the_latest(notice: Notice) -> str:
    if notice.working is not None:
        said = _(
            "Personalen ska ha det på intranätet %(ahead)s arbetstid före beslutet.",
            ahead=_amount(notice.working),
        )
    else:
        ahead = _amount(notice.duration or timedelta(0))
        said = _("Personalen ska ha det på intranätet %(ahead)s före beslutet.", ahead=ahead)
    strictly = _("Det som är senare tas inte emot.")
    return f"{said} {strictly}" if notice.strict else said


def _amount(value: timedelta) -> str:
    return amount_in_words(value, language())


def step_lines(step: Step) -> Iterator[str]:
    """What the drawing does not say of a step."""
    if step.when == "audience":
        yield _("Bara när den som skriver väljer dem.")
    if step.when == "channel":
        yield _("Bara när den som skriver väljer det.")
    if step.before_intranet:
        yield _("Kommer före intranätet: människor berättar för människor.")
    if step.ticked_by:
        yield _("Säger till när det är gjort: %(roles)s.", roles=titles(step.ticked_by))
    if step.briefing:
        yield _(
            "Underlaget till mötet kan läsas av %(roles)s %(before)s före.",
            roles=titles(step.briefing.for_),
            before=_amount(step.briefing.before),
        )
    if step.invitation:
        yield _(
            "Mötet läggs i kalendern hos %(roles)s, %(length)s långt.",
            roles=titles(step.invitation.for_),
            length=_amount(step.invitation.length),
        )
    if step.strength in _STRENGTHS:
        yield _(_STRENGTHS[step.strength])
    if step.ceiling:
        yield _("Någon tillkallas efter %(length)s.", length=length_of(step.ceiling))
    if step.release and step.release.out_of_hours:
        yield _("Utanför tiderna släpper också %(roles)s.", roles=titles(step.release.out_of_hours))


def _roles(policy: Policy) -> Iterator[Line]:
    for role in policy.roles.values():
        yield Line(f"{role.title}: {held_by(role)}")
    for who, does in (
        (policy.information_unit, _("bevakar allt: pausar, drar tillbaka och avgör det oklara")),
        (policy.administrators, _("sköter listorna och utser ersättare")),
        (policy.auditors, _("ser allt som är antecknat och ändrar ingenting")),
    ):
        if who:
            yield Line(f"{titles(who)}: {does}.")


def _hours(policy: Policy) -> Iterator[Line]:
    for name, hours in policy.calendar.hours.items():
        words = hours_in_words(hours, gettext)
        suffix = _(" Också på helgdagar.") if hours.every_day else ""
        yield Line(f"{name}: {words}.{suffix}", hours.source)
    if policy.calendar.days_off:
        days = ", ".join(map(_day, policy.calendar.days_off))
        yield Line(_("Utöver helgdagarna är det ledigt: %(days)s.", days=days))
    if policy.calendar.half_days:
        halves = ", ".join(
            f"{_day(half.day)} {half.closes:%H.%M}" for half in policy.calendar.half_days
        )
        yield Line(_("Arbetet slutar tidigare: %(days)s.", days=halves))


def _day(name: str) -> str:
    if name in _DAYS:
        return _(_DAYS[name])
    try:
        return str(format_date(date.fromisoformat(f"2024-{name}"), "d MMMM"))
    except ValueError:
        return name


def _events(policy: Policy) -> Iterator[Line]:
    for name, event in policy.events.items():
        said = _("%(event)s: %(roles)s säger till.", event=name, roles=titles(event.opened_by))
        needs = f" {_(_NEEDS[event.needs])}" if event.needs in _NEEDS else ""
        share = (
            " "
            + _(
                "Gäller av sig självt när det sitter uppe på %(percent)s procent av arbetsplatserna.",
                percent=event.percent,
            )
            if event.percent
            else ""
        )
        yield Line(f"{said}{needs}{share}", event.source)


def _silence(policy: Policy) -> Iterator[Line]:
    if policy.quiet:
        yield Line(
            _(
                "Mellan %(begins)s och %(ends)s skickas inget genom %(channels)s, om det inte är brådskande.",
                begins=f"{policy.quiet.begins:%H.%M}",
                ends=f"{policy.quiet.ends:%H.%M}",
                channels=_channels(policy.quiet.channels),
            ),
            policy.quiet.source,
        )
    for one in policy.blackouts:
        silence = one.silence(policy.zone)
        yield Line(
            _(
                "%(why)s: från %(begins)s till %(ends)s går inget genom %(channels)s.",
                why=one.why,
                begins=format_datetime(
                    silence.begins.astimezone(policy.zone), "d MMMM yyyy HH.mm", rebase=False
                ),
                ends=format_datetime(
                    silence.ends.astimezone(policy.zone), "d MMMM yyyy HH.mm", rebase=False
                ),
                channels=_channels(one.channels),
            ),
            one.source,
        )


def _channels(names: Iterable[str]) -> str:
    return ", ".join(_(CHANNEL_NAMES[name]) if name in CHANNEL_NAMES else name for name in names)


def _crisis(crisis: Crisis) -> Iterator[Line]:
    source = crisis.source
    yield Line(_("En kris utlyses av %(roles)s.", roles=titles(crisis.declared_by)), source)
    if crisis.lifts:
        lifted = ", ".join(_(_LIFTED[name]) for name in crisis.lifts)
        yield Line(_("Då väntar inget på: %(what)s.", what=lifted), source)
    if crisis.wait is not None:
        wait = length_of(crisis.wait)
        yield Line(
            _("Om sidan inte kommer upp inom %(wait)s larmas det, och resten går ändå.", wait=wait),
            source,
        )
    again = length_of(crisis.next_information)
    yield Line(_("Nästa besked lovas inom %(again)s.", again=again), source)
    yield Line(
        _(
            "Efteråt granskas den av %(roles)s, inom %(within)s.",
            roles=titles(crisis.reviewed_by),
            within=length_of(crisis.review_within),
        ),
        source,
    )
    if crisis.vma:
        yield Line(crisis.vma)


def _answers(policy: Policy) -> Iterator[Line]:
    if policy.answers:
        yield Line(answers_in_words(policy, gettext), policy.answers.source)
    for one in policy.spokespersons:
        yield Line(f"{one.topic}: {contact_of(policy, one, gettext)}.", one.source)


def _templates(policy: Policy) -> Iterator[Line]:
    for name in policy.templates:
        yield Line(beginning.in_words(policy, name))


def _boards(policy: Policy) -> Iterator[Line]:
    if policy.boards:
        yield Line(
            _(
                "Ett anslag sitter uppe inom %(ready)s, annars får %(roles)s veta det.",
                ready=length_of(policy.boards.ready),
                roles=titles(policy.boards.by),
            ),
            policy.boards.source,
        )
    if policy.duty.by:
        yield Line(
            _(
                "Det som väntar på en människa får %(roles)s veta, på nytt var %(again)s.",
                roles=titles(policy.duty.by),
                again=length_of(policy.duty.again),
            ),
            policy.duty.source,
        )
    if policy.workplace_codes.by:
        yield Line(
            _(
                "Koder för delade telefoner görs av %(roles)s och gäller i %(life)s.",
                roles=titles(policy.workplace_codes.by),
                life=length_of(policy.workplace_codes.life),
            )
        )


def _retention(policy: Policy) -> Iterator[Line]:
    rules = policy.retention
    if rules is None:
        yield Line(_("Ingenting gallras: policyn nämner inget gallringsbeslut."))
        return
    for what, after in (
        (_("Utkast och texter som skrevs om"), rules.drafts),
        (_("Uppgifter om vem som fick vad"), rules.recipients),
    ):
        if after is not None:
            yield Line(_("%(what)s gallras efter %(after)s.", what=what, after=length_of(after)))
    yield Line(_("Gallringsbeslut: %(decision)s.", decision=rules.decision))
