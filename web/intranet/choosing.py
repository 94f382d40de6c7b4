"""Before a text is written: two questions that its writer can answer, and the class they lead to."""

from collections.abc import Mapping, Sequence

from flask import render_template, request

from announcer.domain.choosing import Decided, answers, suited
from announcer.domain.errors import N_, NotFound
from announcer.domain.policy import MessageClass
from announcer.domain.policy.templates import TextTemplate
from web.intranet.access import actor, installation

#: The answers as they stand in an address.
DECIDED = {"ja": Decided.TAKEN, "kommer": Decided.COMING, "nej": Decided.NEITHER}
MORE = {"ja": True, "nej": False}
_IN_WORDS = {
    Decided.TAKEN: N_("Ja, det är beslutat"),
    Decided.COMING: N_("Nej, men det ska beslutas"),
    Decided.NEITHER: N_("Det är inget som beslutas"),
}


def open_classes() -> Mapping[str, MessageClass]:
    """The classes in which whoever asks may write."""
    policy, me = installation().policy, actor()
    return {
        name: one
        for name, one in policy.classes.items()
        if not one.written_by or policy.has_role(me, one.written_by, me.unit)
    }


def known(name: str) -> str:
    """``name`` where the policy has such a class. Raises `NotFound`."""
    if name not in installation().policy.classes:
        raise NotFound(N_("Sidan finns inte."))
    return name


def chosen() -> str:
    """The class that was named or that the answers lead to; empty while more must be asked."""
    if name := request.args.get("klass", ""):
        return known(name)
    found = _suited(open_classes())
    return found[0] if len(found) == 1 else ""


def ask(templates: Sequence[tuple[str, TextTemplate]]) -> str:
    """The page of questions, with what has been answered; the last one is between those classes
    that fit, where there are several. Below it, the templates that can be begun from."""
    classes = open_classes()
    to_choose = {name: classes[name] for name in _suited(classes)}
    possible = answers(classes.values())
    return render_template(
        "questions.html",
        classes=classes,
        decided=[(key, _IN_WORDS[one]) for key, one in DECIDED.items() if one in possible],
        asks_whom=any(one.for_own_unit_only for one in classes.values()),
        to_choose=to_choose,
        nothing_fits=_is_answered() and not to_choose,
        templates=templates,
        before=request.args.get("fortsatter", ""),
    )


def _is_answered() -> bool:
    return request.args.get("fler") in MORE or request.args.get("beslutat") in DECIDED


def _suited(classes: Mapping[str, MessageClass]) -> list[str]:
    if not _is_answered():
        return []
    decided = DECIDED.get(request.args.get("beslutat", ""))
    more = MORE.get(request.args.get("fler", ""), True)
    return suited(classes, decided, more_than_unit=more)
