"""What a writer can begin from: a text with gaps, prepared once for what happens again and again.

A gap stands in round brackets and says what belongs there: ``(datum)``. The target of a link is none.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from announcer.domain.notation import quoted
from announcer.domain.policy.strict import Strict, Words

if TYPE_CHECKING:
    from announcer.domain.policy.classes import MessageClass
    from announcer.domain.policy.model import Policy

GAP = re.compile(r"(?<!\])\([^()\n]{1,80}\)")
#: What the form of a note to one's own unit does not ask for.
_NOT_FOR_OWN_UNIT = ("summary", "audience", "topic", "translations")

Summary = Annotated[str, Field(max_length=1000)]
Body = Annotated[str, Field(max_length=8000)]


class Begun(Strict):
    """A text in one language, as far as it can be written beforehand."""

    title: Words
    summary: Summary = ""
    body: Body = ""


class TextTemplate(Begun):
    """A text to begin from, in the organisation's first language. ``audience`` is a suggestion: names
    of audiences, or codes of units. A translation into a language that the organisation does not have
    is for others who build on it."""

    message_class: str = Field(alias="class")
    audience: tuple[str, ...] = ()
    topic: str = ""
    contact: Annotated[str, Field(max_length=200)] = ""
    translations: Mapping[str, Begun] = Field(default_factory=dict)

    @property
    def gaps(self) -> tuple[str, ...]:
        """What must be filled in, with its brackets: each once, in the order in which it is read."""
        texts = (self, *self.translations.values())
        words = [part for one in texts for part in (one.title, one.summary, one.body)]
        return tuple(dict.fromkeys(gap for part in (*words, self.contact) for gap in gaps_in(part)))


def gaps_in(text: str) -> list[str]:
    """The gaps of a template's text, with their brackets."""
    return GAP.findall(text)


def template_faults(policy: "Policy") -> Iterator[str]:
    """What no writer could hand in as it begins: key, fault and fix."""
    for name, template in policy.templates.items():
        key = f"templates.{quoted(name)}"
        yield from (f"{key}.{fault}" for fault in _faults(policy, template))


def _faults(policy: "Policy", one: TextTemplate) -> Iterator[str]:
    cls = policy.classes.get(one.message_class)
    if cls is None:
        yield (
            f"class: there is no class {one.message_class!r}. Name one of "
            f"{', '.join(map(repr, policy.classes))}."
        )
    elif cls.for_own_unit_only:
        for key in _NOT_FOR_OWN_UNIT:
            if getattr(one, key):
                yield f"{key}: a note to one's own unit has none. Remove it."
    for name in one.audience if cls else ():
        if policy.is_external(name) and not _can_be_chosen(cls, name):
            yield f"audience: a writer of its class cannot choose {name!r}. Remove it."
    if one.topic and one.topic not in [each.topic for each in policy.spokespersons]:
        yield f"topic: there is no topic {one.topic!r}. Name one of [[spokespersons]]."


def _can_be_chosen(cls: "MessageClass | None", audience: str) -> bool:
    steps = cls.steps.values() if cls else ()
    return any(step.audience == audience and step.when == "audience" for step in steps)
