"""Who answers questions about a text and how soon, written into it before anybody approves it."""

from dataclasses import replace

from announcer.domain.announcement import Content
from announcer.domain.policy import Policy
from announcer.domain.policy.spokespersons import (
    answers_in_words,
    contact_of,
    spokesperson_of,
)
from announcer.render.catalogue import translator


def with_answers(content: Content, policy: Policy) -> Content:
    """``content`` with the contact that its topic has, where the writer gave none, and with the
    policy's promise of an answer. The direct number stands there also where they gave another."""
    languages = dict.fromkeys((content.language, *content.translations))
    promised = {one: answers_in_words(policy, translator(one)) for one in languages}
    return replace(
        content,
        contact=_contact(content, policy),
        answers={language: words for language, words in promised.items() if words},
    )


def _contact(content: Content, policy: Policy) -> str:
    one = spokesperson_of(policy, content.topic)
    if one is None or one.phone in content.contact:
        return content.contact
    ours = contact_of(policy, one, translator(content.language))
    return f"{content.contact}. {ours}" if content.contact else ours
