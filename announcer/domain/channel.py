"""What a channel says of itself: enough to plan with, without loading whatever carries it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from announcer.domain.errors import N_


class Addresses(StrEnum):
    """Whom a channel reaches; from where their addresses come."""

    #: Colleagues and members of groups who have an e-mail address.
    MAIL = "mail"
    #: The newsrooms on the press list.
    PRESS_LIST = "press list"
    #: What is put up at a workplace, in each language that there is a text in.
    BOARD = "board"
    #: The phones that are carried where people are at work.
    PHONE = "phone"
    #: Nobody in particular: a page, a screen, people who meet.
    ITSELF = "itself"


#: Of these, each recipient is somebody, or a phone that somebody carries.
PERSONAL = frozenset({Addresses.MAIL, Addresses.PRESS_LIST, Addresses.PHONE})


@dataclass(frozen=True)
class ChannelKind:
    """One channel, as policies, plans and screens know it.

    ``name`` is what policies write, ``title`` a Swedish message id. ``external``: it can reach
    somebody outside, whoever it is meant for. ``corrects``, ``withdraws`` and ``checks`` say which
    of a channel's further moves it can make, so that a person is told beforehand.
    """

    name: str
    title: str
    external: bool
    addresses: Addresses = Addresses.ITSELF
    corrects: bool = False
    withdraws: bool = False
    checks: bool = False


INTRANET = ChannelKind(
    "intranet", N_("Intranätet"), external=False, corrects=True, withdraws=True, checks=True
)
EMAIL = ChannelKind(
    "email", N_("E-post"), external=False, addresses=Addresses.MAIL, corrects=True, withdraws=True
)
#: A person puts it up and takes it down: nothing of a withdrawal is on paper.
POSTER = ChannelKind(
    "poster",
    N_("Affisch på personaltavlan"),
    external=False,
    addresses=Addresses.BOARD,
    corrects=True,
)
#: A step that no channel carries out: a person ticks it.
MEETING = ChannelKind("meeting", N_("Möte"), external=False)
PRESS = ChannelKind(
    "press",
    N_("Pressmeddelande"),
    external=True,
    addresses=Addresses.PRESS_LIST,
    corrects=True,
    withdraws=True,
)
#: The database takes what is withdrawn off the public page, in the withdrawal's own transaction.
NEWSROOM = ChannelKind("newsroom", N_("Nyhetsrummet"), external=True, corrects=True, checks=True)

#: The same where whoever comes passes by: what hangs there has left the house.
VISITORS_BOARD = ChannelKind(
    "visitors_board",
    N_("Affisch på besökstavlan"),
    external=True,
    addresses=Addresses.BOARD,
    corrects=True,
)

#: Channels by the names that policies write.
Kinds = Mapping[str, ChannelKind]

#: What comes with Announcer, in the order in which it is listed on a screen.
BUILT_IN: Kinds = {
    kind.name: kind for kind in (INTRANET, EMAIL, POSTER, MEETING, PRESS, NEWSROOM, VISITORS_BOARD)
}

_titles = {name: kind.title for name, kind in BUILT_IN.items()}
#: What a screen calls each channel, Swedish message ids: words only, as the catalogues are. What is
#: *decided* by a channel is asked of the policy, which has its own.
TITLES: Mapping[str, str] = MappingProxyType(_titles)


def introduce(kinds: Kinds) -> None:
    """Let every screen of this process know further channels by their titles."""
    _titles.update({name: kind.title for name, kind in kinds.items()})
