"""Whose approval a text needs: chains of roles, a class's own and a unit's own."""

from collections.abc import Iterator, Mapping

from announcer.domain.audience import Units
from announcer.domain.policy.strict import Strict


class Chain(Strict):
    """Who must have approved one and the same text before it is planned.

    ``by``: any one of these roles. ``each``: every one of them, each by another person, who is
    also another than the one of ``by``; a role that stands there twice needs two people.
    """

    by: tuple[str, ...] = ()
    each: tuple[str, ...] = ()
    #: When the others have approved, the author says yes to the same text.
    author_last: bool = False
    #: The author's own approval counts; else approvers are other people than the author.
    author_alone: bool = False
    #: Superiors who read the proposal and have no power over it.
    informs: tuple[str, ...] = ()
    source: str = ""

    @property
    def seats(self) -> tuple[tuple[str, ...], ...]:
        """One for each person who must approve: the roles of which that person needs one."""
        return (*((self.by,) if self.by else ()), *((role,) for role in self.each))

    @property
    def approvers(self) -> tuple[str, ...]:
        """Every role that can approve, once."""
        return tuple(dict.fromkeys((*self.by, *self.each)))


class Approval(Chain):
    """The chain of a class, and the chains of units that have their own."""

    units: Mapping[str, Chain] = {}

    def chain_of(self, unit: str, units: Units) -> Chain:
        """The chain of the unit, or of the nearest unit above it that has one, or the class's."""
        for code in units.upwards(unit):
            if code in self.units:
                return self.units[code]
        return self


def chain_faults(approval: Approval) -> Iterator[str]:
    """Chains that nobody could walk: key, fault and fix."""
    yield from _faults("approval", approval)
    for code, chain in approval.units.items():
        yield from _faults(f"approval.units.{code}", chain)


def _faults(key: str, chain: Chain) -> Iterator[str]:
    if not chain.seats:
        yield (
            f"{key}: names nobody. Add by, of which any one is enough, or each, of which "
            "everyone must approve."
        )
    if chain.author_alone and (chain.each or chain.author_last):
        other = "each" if chain.each else "author_last"
        yield (
            f"{key}.author_alone: says that the author is enough, and {other} that others must "
            "approve. Remove one of the two."
        )


def chains(approval: Approval) -> Iterator[tuple[str, Chain]]:
    """Every chain with its key."""
    yield "approval", approval
    yield from ((f"approval.units.{code}", chain) for code, chain in approval.units.items())
