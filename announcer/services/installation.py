"""What every use case stands on: the database, the policy, the channels, the gate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from announcer.channels import Channel
from announcer.db.engine import Database
from announcer.domain.announcement import Content
from announcer.domain.audience import Person
from announcer.domain.channel import BUILT_IN, Kinds
from announcer.domain.errors import N_, NotAllowed
from announcer.domain.organisation import Sender
from announcer.domain.plan import Gate, may_start
from announcer.domain.policy import Policy, canonical, parse_policy, policy_hash
from announcer.domain.policy.channels import with_absent
from announcer.services.kept import Kept
from announcer.services.pace import Pace


@dataclass(frozen=True)
class Installation:
    """One organisation's installation.

    ``policy_table`` is the current policy as read; ``gate`` is the first place of the gate and
    is given so that tests can take it away; ``base_url`` is the intranet's public address.
    """

    database: Database
    policy_table: Mapping[str, Any]
    sender: Sender
    channels: Mapping[str, Channel]
    base_url: str
    mail_domain: str
    #: What policies may name here; of some there is no channel, because nobody set it up.
    kinds: Kinds = field(default_factory=lambda: BUILT_IN)
    gate: Gate = may_start
    #: Called when something is committed that somebody should look at soon.
    wake: Callable[[], None] = lambda: None
    #: Given to whoever begins steps: holds the database's clock against one that nobody sets.
    pace: Pace | None = None
    _policies: dict[str, Policy] = field(default_factory=dict)
    #: Approved texts by their revision, with their hash; a revision never changes.
    contents: Kept[tuple[Content, str]] = field(default_factory=lambda: Kept(200))

    @cached_property
    def policy_sha256(self) -> str:
        """The name of the current policy."""
        return policy_hash(self.policy_table)

    @property
    def policy_source(self) -> str:
        """The current policy as it is stored."""
        return canonical(self.policy_table)

    @property
    def policy(self) -> Policy:
        """The current policy: what new announcements are planned under."""
        return self.policy_named(self.policy_sha256, lambda: self.policy_table)

    def policy_named(self, sha256: str, table: Callable[[], Mapping[str, Any]]) -> Policy:
        """The policy with this hash, parsed once; ``table`` reads its stored form."""
        if sha256 not in self._policies:
            found = table()
            kinds = with_absent(found, self.kinds)
            self._policies[sha256] = parse_policy(found, f"policy {sha256[:12]}", kinds)
        return self._policies[sha256]

    def require(
        self,
        actor: Person,
        roles: tuple[str, ...],
        unit: str,
        message: str,
        about: UUID | None = None,
    ) -> Person:
        """In whose right ``actor`` has one of ``roles``: their own, or that of whom they stand in
        for. Raises `NotAllowed` with ``message`` where they have none."""
        right = self.policy.in_whose_right(actor, roles, unit, about)
        if right is None:
            raise NotAllowed(message, roles=self.titles(roles))
        return right

    def require_information_unit(self, actor: Person) -> Person:
        """In whose right ``actor`` belongs to those who answer for information. Raises
        `NotAllowed`."""
        return self.require(
            actor,
            self.policy.information_unit,
            "",
            N_("Det här kan bara {roles} göra."),
        )

    def titles(self, roles: tuple[str, ...]) -> str:
        """The titles of roles, for a sentence."""
        return self.policy.titles(roles)
