"""The kinds of announcement, and the way each goes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import Field

from announcer.domain.notation import Duration
from announcer.domain.policy.approval import Approval
from announcer.domain.policy.strict import Strict, Words
from announcer.domain.policy.windows import Window


class Release(Strict):
    """The step waits, when its window is over, until one of these roles releases it."""

    by: tuple[str, ...] = Field(min_length=1)


class Step(Strict):
    """One channel of a class. ``when`` says if it is there always or only when the writer names
    its audience or its channel."""

    channel: Literal["intranet", "email", "poster", "meeting", "press", "newsroom"]
    audience: str | None = None
    after: tuple[str, ...] = ()
    when: Literal["always", "audience", "channel"] = "always"
    before_intranet: bool = False
    window: Window | None = None
    release: Release | None = None
    ticked_by: tuple[str, ...] = ()
    greatest_lateness: Duration | None = None
    source: str = ""


class MessageClass(Strict):
    """A kind of announcement, with the way it goes."""

    title: Words
    source: str = ""
    approval: Approval | None = None
    #: Who may write in this class, where not everyone may; unit's own messages: its own people.
    written_by: tuple[str, ...] = ()
    urgent: bool = False
    greatest_lateness: Duration = timedelta(days=1)
    steps: Mapping[str, Step] = Field(min_length=1)
