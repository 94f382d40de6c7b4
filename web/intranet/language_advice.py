"""Advice on the words of a text: beside it while it is written, and for whoever approves it."""

from announcer.domain.announcement import Content
from announcer.plain_language.looking import Advice, advice
from web.intranet.access import installation


def on(content: Content) -> Advice:
    """What there is to say of a text. A note to one unit has no summary, so none is missed."""
    policy = installation().policy
    found = policy.classes.get(content.class_name)
    with_summary = not (found and found.for_own_unit_only)
    return advice(content, with_summary=with_summary, gaps=policy.gaps)
