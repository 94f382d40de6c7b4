"""What a declared crisis is, who declares it, and what the policy lets go of meanwhile.

Drinking water and other danger is told to the public at once (LIVSFS 2022:12 section 32), so that
nothing here waits for anybody. What has been let go is closed afterwards, by a person with a note.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from announcer.domain.notation import Duration, quoted
from announcer.domain.policy.approval import Approval
from announcer.domain.policy.strict import Strict, Words
from announcer.domain.policy.windows import Window

if TYPE_CHECKING:
    from announcer.domain.policy.classes import MessageClass, Step
    from announcer.domain.policy.model import Policy

#: What a declaration can let go of. Quiet hours and black-outs are not among them: a class of
#: crisis is urgent, and nothing urgent is kept by either.
Lifted = Literal["approval", "window", "release", "events"]

#: A page that is read back takes seconds; a person who waits for it at night has minutes.
SHORTEST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
AREA = "{area}"

Body = Annotated[str, Field(min_length=1, max_length=8000)]


class TextIn(Strict):
    """A text in one language; ``{area}`` in it becomes the place that the declarer names."""

    title: Words
    summary: Annotated[str, Field(min_length=1, max_length=1000)]
    body: Body

    @property
    def names_area(self) -> bool:
        """Whether a place must be named."""
        return any(AREA in words for words in (self.title, self.summary, self.body))


class Prepared(TextIn):
    """A text in the organisation's first language, with its translations."""

    translations: Mapping[str, TextIn] = Field(default_factory=dict)


class Template(Prepared):
    """What is said when it happens, prepared by day: only place, time and what differs are missing.

    ``update`` is what further information begins from (the first text, where it is left out) and
    ``lifted`` what is said when the danger is over.
    """

    audience: tuple[str, ...] = Field(min_length=1)
    topic: str = ""
    contact: str = ""
    #: One of the crisis's classes; the first, where it is left out.
    message_class: str = ""
    update: Prepared | None = None
    lifted: Prepared

    @property
    def texts(self) -> Mapping[str, Prepared]:
        """Everything prepared, by its key."""
        return {"": self, "lifted": self.lifted} | ({"update": self.update} if self.update else {})

    @property
    def asks_area(self) -> bool:
        """Whether any of its texts names the place."""
        return any(
            one.names_area
            for text in self.texts.values()
            for one in (text, *text.translations.values())
        )


class Crisis(Strict):
    """Who declares a crisis and how; no crisis without this table.

    ``wait`` is how long a page has to be confirmed before an alarm lets everything else go; without
    it the page holds a crisis as it holds everything else. ``drill`` names the staff who take part
    in an exercise.
    """

    declared_by: tuple[str, ...] = Field(min_length=1)
    classes: tuple[str, ...] = Field(min_length=1)
    lifts: tuple[Lifted, ...] = ()
    wait: Duration | None = None
    languages: tuple[str, ...] = ()
    #: Who may order a VMA: a sentence for whoever declares. It is never ordered from here.
    vma: str = ""
    next_information: Duration = timedelta(hours=2)
    #: So long before the time that was promised, whoever is in charge is reminded.
    remind: Duration = timedelta(minutes=15)
    reviewed_by: tuple[str, ...] = Field(min_length=1)
    review_within: Duration = timedelta(days=7)
    drill: str = ""
    templates: Mapping[str, Template] = Field(min_length=1)
    source: str = ""


def as_declared(policy: "Policy") -> "Policy":
    """The policy as it holds for what was declared: the classes of crisis without what is lifted.

    All that asks a policy (the plan, the windows, who approves and releases) asks this one then.
    """
    crisis = policy.crisis
    if crisis is None:
        return policy
    lighter = {name: _lighter(crisis, policy.classes[name]) for name in crisis.classes}
    return policy.model_copy(update={"classes": {**policy.classes, **lighter}})


def _lighter(crisis: Crisis, cls: "MessageClass") -> "MessageClass":
    steps = {key: _step(crisis, cls, key) for key in cls.steps}
    changes: dict[str, object] = {"steps": steps, "least_notice": None, "ask_before_known": None}
    if "approval" in crisis.lifts and cls.approval is not None:
        changes["approval"] = Approval(by=crisis.declared_by, author_alone=True)
    return cls.model_copy(update=changes)


def _step(crisis: Crisis, cls: "MessageClass", key: str) -> "Step":
    step = cls.steps[key]
    window, release, gates = (
        cls.window_of(key),
        cls.steps[cls.leader(key)].release,
        cls.gates_of(key),
    )
    if "window" in crisis.lifts:
        window = Window.model_validate({"duration": "0 s"}) if window else None
    return step.model_copy(
        update={
            "window": window,
            "at": None,
            "release": None if "release" in crisis.lifts else release,
            "gates": () if "events" in crisis.lifts else gates,
        }
    )


def crisis_faults(policy: "Policy") -> Iterator[str]:
    """What could not be declared, or would wait for somebody: key, fault and fix."""
    crisis = policy.crisis
    if crisis is None:
        return
    for key in ("declared_by", "reviewed_by"):
        for role in getattr(crisis, key):
            if role not in policy.roles:
                yield (
                    f"crisis.{key}: there is no role {role!r}. Add [roles.{quoted(role)}] or name "
                    "another."
                )
    for name in crisis.classes:
        if name not in policy.classes:
            yield f"crisis.classes: there is no class {name!r}. Name one of the classes."
        else:
            yield from (f"classes.{name}.{one}" for one in _class_faults(policy.classes[name]))
    if crisis.wait is not None and not SHORTEST_WAIT <= crisis.wait <= LONGEST_WAIT:
        yield (
            "crisis.wait: a page gets at least 30 s and at most 1 h to be confirmed before anything "
            'goes without it. Write for example "5 min".'
        )
    if crisis.drill and (crisis.drill not in policy.audiences or not policy.is_staff(crisis.drill)):
        yield f"crisis.drill: {crisis.drill!r} is no audience of staff. Name one of [audiences]."
    for name, template in crisis.templates.items():
        key = f"crisis.templates.{quoted(name)}"
        yield from (f"{key}.{one}" for one in _template_faults(policy, crisis, template))


def _class_faults(cls: "MessageClass") -> Iterator[str]:
    if not cls.urgent:
        yield "urgent: a class of crisis goes before all other work. Set urgent = true."
    if early := [key for key, step in cls.steps.items() if step.before_intranet]:
        yield (
            f"steps.{early[0]}.before_intranet: a crisis waits for no meeting. Remove it, and let "
            "the step come after the intranet."
        )
    if wanted := sorted({"record_number", "decision_at"} & set(cls.content.needs)):
        yield f"content.needs: a crisis has no {wanted[0]} when it is declared. Remove it."


def _template_faults(policy: "Policy", crisis: Crisis, one: Template) -> Iterator[str]:
    if one.message_class and one.message_class not in crisis.classes:
        yield f"message_class: {one.message_class!r} is none of crisis.classes. Name one of those."
    cls = policy.classes.get(one.message_class or crisis.classes[0])
    for name in one.audience:
        if policy.is_external(name) and cls and not _reaches(cls, name):
            yield f"audience: its class never goes to {name!r}. Remove it."
    topics = [spokesperson.topic for spokesperson in policy.spokespersons]
    if one.topic and one.topic not in topics:
        yield f"topic: there is no topic {one.topic!r}. Name one of [[spokespersons]]."
    if not one.topic and not one.contact:
        yield "contact: say who answers questions, or name a topic."
    required = (*crisis.languages, *(cls.content.same_time if cls else ()))
    for key, text in one.texts.items():
        for language in dict.fromkeys(required):
            if language not in (policy.organisation.language, *text.translations):
                where = ".".join(part for part in (key, "translations", language) if part)
                yield f"{where}: is missing, and a crisis is told in it too. Add it."


def _reaches(cls: "MessageClass", audience: str) -> bool:
    return any(step.audience == audience for step in cls.steps.values())
