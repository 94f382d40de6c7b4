"""What a step would do, in a sentence: before somebody decides about it."""

from announcer.domain.channel import Addresses, ChannelKind
from announcer.domain.errors import N_, Refusal, Term


def goes_to(kind: ChannelKind, count: int) -> Refusal:
    """What goes where, for ``count`` recipients, as a sentence with its values."""
    match kind.addresses:
        case Addresses.PRESS_LIST:
            one = N_("Pressmeddelande till en redaktion.")
            many = N_("Pressmeddelande till {count} redaktioner.")
        case Addresses.MAIL | Addresses.PHONE:
            one = N_("{channel} till en mottagare.")
            many = N_("{channel} till {count} mottagare.")
        case Addresses.BOARD | Addresses.ITSELF:
            one = many = N_("{channel}.")
    return Refusal(one if count == 1 else many, channel=Term(kind.title), count=count)
