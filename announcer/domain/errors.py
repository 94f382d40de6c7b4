"""What can be refused, and how it is said.

    AnnouncerError
    ├── Refusal               a person asked for something the rules do not allow
    │   ├── NotAllowed        … because of who they are
    │   ├── NotFound          … because there is no such thing (or none they may see)
    │   ├── AlreadyDone       … because it was done a moment ago, by them or by somebody else
    │   └── BadSubmission     … because of what they wrote; carries every finding at once
    ├── PolicyError           a policy file is wrong: file, key and fix
    └── SetupError            an operator's mistake: names the file, the key or the host

Messages are Swedish message ids with ``{named}`` places. ``str(error)`` is the Swedish
sentence; ``error.say(translate)`` is the same sentence in the reader's language.
"""

from collections.abc import Callable, Mapping
from typing import Any


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate"
    """Mark a message id for extraction; it is translated where it is shown."""
    return message


class Term(str):
    """A value inside a sentence that is itself a message id: it is translated with the sentence."""

    __slots__ = ()


class AnnouncerError(Exception):
    """Base of everything Announcer raises on purpose."""


class Refusal(AnnouncerError):
    """A person asked for something that the rules do not allow."""

    def __init__(self, message: str, **values: Any) -> None:
        self.message = message
        self.values: Mapping[str, Any] = values
        super().__init__(self.say(str))

    def say(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language that ``translate`` (a gettext function) speaks."""
        words = {n: translate(v) if isinstance(v, Term) else v for n, v in self.values.items()}
        return translate(self.message).format(**words)


class NotAllowed(Refusal):
    """This person may not do this."""


class NotFound(Refusal):
    """There is no such thing, or none that this person may know of."""


class AlreadyDone(Refusal):
    """What was asked for has been decided already; nothing is left to do."""


class BadSubmission(Refusal):
    """A submission cannot be taken in; every fault is listed, nothing was stored."""

    def __init__(self, findings: "tuple[Refusal, ...]") -> None:
        self.findings = findings
        super().__init__(findings[0].message, **findings[0].values)

    def say(self, translate: Callable[[str], str]) -> str:
        return "\n".join(finding.say(translate) for finding in self.findings)


class PolicyError(AnnouncerError):
    """A policy file cannot be used; the text names the file, the key and the fix."""


class SetupError(AnnouncerError):
    """The installation is wrong; the text names the file, the key or the host."""
