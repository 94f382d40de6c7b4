"""A plan that has not begun, in the reader's words: for the picture, the table and the terminal."""

from collections.abc import Callable, Sequence
from datetime import date

from announcer.domain.errors import N_
from announcer.domain.plan import CHANNEL_NAMES
from announcer.domain.policy import Policy
from announcer.domain.why import Foreseen, is_day_off
from announcer.render.catalogue import translator, value_in_words
from announcer.render.timeline import Setting, Stop


def setting_of(policy: Policy, language: str, class_name: str = "") -> Setting:
    """Where and for whom the plan of a class is drawn: in the organisation's zone, with the days
    off that its windows know."""

    def off(day: date) -> bool:
        return is_day_off(policy, day, class_name)

    house = policy.organisation.language
    return Setting(policy.zone, language, translator(language), off, house)


def sentences(one: Foreseen, setting: Setting) -> tuple[str, ...]:
    """Why a step goes when it does."""

    def words(value: object) -> object:
        return value_in_words(value, setting.zone.key, setting.language)

    return tuple(reason.say(setting.translate, words) for reason in one.reasons)


def warning(one: Foreseen, setting: Setting) -> str:
    """What is wrong with the moment at which a step goes; empty where nothing is."""
    late = N_("Det här kommer efter att nyheten blir känd ändå.")
    return setting.translate(late) if one.late else ""


def stops(
    plan: Sequence[Foreseen], setting: Setting, audience_name: Callable[[str], str]
) -> list[Stop]:
    """The steps for the picture. Several reasons that were just given are not given again."""
    found: list[Stop] = []
    told: tuple[object, ...] = ()
    for one in plan:
        notes = sentences(one, setting)
        again = len(notes) > 1 and (one.at, one.hangs, notes) == told
        told = (one.at, one.hangs, notes)
        same = setting.translate(N_("Samtidigt som steget före, av samma skäl."))
        found.append(
            Stop(
                name=setting.translate(CHANNEL_NAMES.get(one.step.channel, one.step.channel)),
                at=one.at,
                external=one.step.external,
                hangs=one.hangs,
                audience=", ".join(audience_name(name) for name in one.step.audience),
                notes=(same,) if again else notes,
                warning=warning(one, setting),
            )
        )
    return found
