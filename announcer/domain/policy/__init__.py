"""The policy file: what an organisation has decided about who is told what, in which order.

A policy is TOML. Reading it is strict: an unknown key, a step that could leave the house before
the intranet has been read back, a role nobody can have: each is refused with the file, the key
and the fix. See ``docs/policy.md`` for the language.
"""

from announcer.domain.policy.approval import Approval, Chain
from announcer.domain.policy.classes import (
    Event,
    MessageClass,
    Release,
    Step,
)
from announcer.domain.policy.house import (
    WEEKDAYS,
    Calendar,
    HalfDay,
    Hours,
    Organisation,
)
from announcer.domain.policy.loading import load_policy, parse_policy
from announcer.domain.policy.model import (
    Policy,
    Retention,
    canonical,
    policy_hash,
)
from announcer.domain.policy.people import Audience, Role
from announcer.domain.policy.quiet import Quiet
from announcer.domain.policy.windows import Almanac, At, Window
from announcer.domain.toml_file import read_toml

__all__ = [
    "WEEKDAYS",
    "Almanac",
    "Approval",
    "At",
    "Audience",
    "Calendar",
    "Chain",
    "Event",
    "HalfDay",
    "Hours",
    "MessageClass",
    "Organisation",
    "Policy",
    "Quiet",
    "Release",
    "Retention",
    "Role",
    "Step",
    "Window",
    "canonical",
    "load_policy",
    "parse_policy",
    "policy_hash",
    "read_toml",
]
