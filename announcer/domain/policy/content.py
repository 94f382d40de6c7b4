"""What a text must have before it is announced: parts, languages, notice, and words never printed."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from announcer.domain.calendar import WorkingCalendar
from announcer.domain.errors import N_, Term
from announcer.domain.notation import Duration, quoted
from announcer.domain.policy.strict import Strict, Words

if TYPE_CHECKING:
    from announcer.domain.policy.classes import MessageClass, Step
    from announcer.domain.policy.model import Policy

#: What a class can ask of its texts; an empty one is refused.
Part = Literal["summary", "body", "contact", "record_number", "decision_at"]
#: Nothing leaves review, or the first language goes alone.
Instead = Literal["hold", "first"]

#: Words that no authority prints on a finished text, which is a public record (TF 2 kap.), and what
#: to do instead. They are there whatever a policy file says.
BY_LAW: Mapping[str, Term] = {
    "konfidentiellt": Term(
        N_("Stryk det: en färdig text är allmän handling, och inget vi skickar är hemligt.")
    ),
    "embargo": Term(
        N_(
            "Stryk det: den som får texten får använda den. Policyn ser till att personalen är först."
        )
    ),
}


class ContentRules(Strict):
    """What a text of a class needs. A language is one of the organisation's, in two letters."""

    needs: tuple[Part, ...] = ()
    #: Languages that a text must be in, and languages it should be in.
    languages: tuple[str, ...] = ()
    complementary: tuple[str, ...] = ()
    #: Languages that go at the same time by law (minoritetslagen 2009:724): nothing goes without.
    same_time: tuple[str, ...] = ()
    #: Where a required language is missing, and where a translation is older than the text.
    without: Instead = "hold"
    stale: Instead = "hold"
    source: str = ""

    @property
    def wished(self) -> tuple[str, ...]:
        """Every language that the class names, required ones first."""
        return tuple(dict.fromkeys((*self.same_time, *self.languages, *self.complementary)))

    def holds_without(self, language: str) -> bool:
        """Whether nothing goes out while there is no text in ``language``."""
        required = language in self.languages and self.without == "hold"
        return required or language in self.same_time


class Notice(Strict):
    """How long before a decision staff have it on the intranet: ``duration`` (elapsed time) or
    ``working`` (open time in ``hours``). ``strict`` refuses what comes later."""

    duration: Duration | None = None
    working: Duration | None = None
    hours: str | None = None
    strict: bool = False

    def latest(self, decision: datetime, calendars: Mapping[str, WorkingCalendar]) -> datetime:
        """When the page must be up for a ``decision`` (aware), aware."""
        if self.working is not None:
            return calendars[self.hours or ""].before_working_time(decision, self.working)
        return decision - (self.duration or timedelta(0))


def _notice(value: Any) -> Any:
    return {"duration": value} if isinstance(value, str) else value


LeastNotice = Annotated[Notice, BeforeValidator(_notice)]


class Limits(Strict):
    """How long a headline and a summary may be (characters), and what is never printed: a word or
    phrase, and what to write instead."""

    longest_title: int | None = Field(default=None, ge=20, le=200, strict=True)
    longest_summary: int | None = Field(default=None, ge=50, le=1_000, strict=True)
    words: Mapping[Words, Words] = Field(default_factory=dict)
    source: str = ""

    @field_validator("words")
    @classmethod
    def _law_stays(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        if any(not word.strip() for word in value):
            raise ValueError("a word of blanks is everywhere; write a word or a phrase")
        return value

    @property
    def never(self) -> Mapping[str, str]:
        """Every word that is never printed, and what to do instead."""
        own = {word: advice for word, advice in self.words.items() if word.casefold() not in BY_LAW}
        return {**BY_LAW, **own}


def content_rule_faults(policy: "Policy") -> Iterator[str]:
    """Rules about texts that no text could keep, or that name what is not there."""
    for name, message_class in policy.classes.items():
        for fault in (
            *_language_faults(policy, message_class),
            *_notice_faults(policy, message_class),
            *_mandatory_faults(policy, message_class),
        ):
            yield f"classes.{name}.{fault}"


def _language_faults(policy: "Policy", message_class: "MessageClass") -> Iterator[str]:
    rules = message_class.content
    known = policy.organisation.languages
    for key in ("languages", "complementary", "same_time"):
        for language in getattr(rules, key):
            if language not in known:
                yield (
                    f"content.{key}: {language!r} is no language of the organisation. "
                    f"Choose among {', '.join(known)}, or add it to organisation.languages."
                )
    if message_class.approval is None and (rules.languages or rules.same_time):
        yield "content.languages: a unit's own message is in one language. Remove it."


def _notice_faults(policy: "Policy", message_class: "MessageClass") -> Iterator[str]:
    notice = message_class.least_notice
    if notice is None:
        return
    if (notice.duration is None) == (notice.working is None):
        yield "least_notice: give exactly one of duration and working."
    elif notice.duration is not None:
        if notice.hours is not None:
            yield "least_notice.hours: a duration runs day and night. Remove hours, or write working."
    elif notice.hours is None or notice.hours not in policy.calendar.hours:
        yield (
            f"least_notice.hours: there are no hours {notice.hours!r}. "
            f"Add [calendar.hours.{quoted(notice.hours or 'NAME')}]."
        )
    elif not (week := policy.calendar.hours[notice.hours].weekly()):
        yield f"least_notice.hours: {notice.hours!r} is never open. Give a weekday its hours."
    elif notice.working and notice.working > 26 * week:
        yield f"least_notice.working: is over 26 weeks of {notice.hours!r}. Shorten it."


def _mandatory_faults(policy: "Policy", message_class: "MessageClass") -> Iterator[str]:
    """Every channel that an audience always gets must be there in a class that can name it."""
    for name, audience in policy.audiences.items():
        if not _can_name(policy, message_class, name):
            continue
        for channel in audience.mandatory:
            if not any(_always_there(step, channel, name) for step in message_class.steps.values()):
                yield (
                    f"steps: audience {name!r} always gets {channel!r}, and this class has no such "
                    f'step that is always there. Add one with channel = "{channel}", or take it '
                    f"out of audiences.{name}.mandatory."
                )


def _can_name(policy: "Policy", message_class: "MessageClass", audience: str) -> bool:
    if policy.audiences[audience].reach.employed:
        return message_class.approval is not None
    return any(step.audience == audience for step in message_class.steps.values())


def _always_there(step: "Step", channel: str, audience: str) -> bool:
    if step.channel != channel or step.audience not in (None, audience):
        return False
    # The page, and what is for whomever a writer names, is for these people too.
    return step.when == "always" or (step.when == "audience" and step.audience == audience)
