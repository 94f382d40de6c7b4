"""What the policy asks of a text: its parts, languages, channels, notice, and words never printed.

``rule_faults`` keeps a text from being taken in, ``approval_faults`` keeps it from being approved,
and ``findings`` are said without keeping anything back.
"""

import html
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from announcer.domain.announcement import Content
from announcer.domain.errors import N_, Refusal, Term
from announcer.domain.plan import CHANNEL_NAMES
from announcer.domain.policy import Policy, Step
from announcer.domain.policy.content import Part
from announcer.domain.policy.order import is_external

#: Marks of Markdown that may stand inside a word without being seen, and what is never seen.
_UNSEEN = re.compile("[*~`\\\\\u200b\u200c\u200d\u200e\u200f\u00ad\u2060]")
#: Letters and digits; an underscore in a file's name parts words.
_LETTER = r"[^\W_]"

#: Enough digits to reach somebody.
_NUMBER = re.compile(r"[0-9](?:[ ()/-]*[0-9]){4}")

#: What languages are called in a sentence.
_LANGUAGES: Mapping[str, Term] = {
    "sv": Term(N_("svenska")),
    "fi": Term(N_("finska")),
    "en": Term(N_("engelska")),
    "se": Term(N_("nordsamiska")),
    "ar": Term(N_("arabiska")),
    "so": Term(N_("somaliska")),
    "uk": Term(N_("ukrainska")),
}
_MISSING: Mapping[Part, str] = {
    "summary": N_("Sammanfattningen saknas. ”{klass}” ska ha en."),
    "body": N_("Texten saknas. ”{klass}” ska ha en."),
    "record_number": N_("Diarienumret saknas. ”{klass}” ska ha ärendets nummer."),
    "decision_at": N_("Beslutets tid saknas. Skriv när det ska fattas."),
}


def rule_faults(content: Content, policy: Policy, now: datetime) -> list[Refusal]:
    """What keeps ``content``, whose class is in ``policy``, from being taken in at ``now``."""
    return [
        *_missing_parts(content, policy),
        *_mandatory_faults(content, policy),
        *_limit_faults(content, policy),
        *_contact_faults(content, policy),
        *_word_faults(content, policy),
        *(
            _without(content, policy, language)
            for language in _absent(content, policy)
            if policy.classes[content.class_name].content.holds_without(language)
        ),
        *_late(content, policy, now, strict=True),
    ]


def approval_faults(content: Content, policy: Policy, now: datetime) -> list[Refusal]:
    """What keeps a text that was taken in from being approved at ``now``."""
    rules = policy.classes[content.class_name].content
    held = [
        language
        for language in content.stale
        if rules.stale == "hold" or rules.holds_without(language)
    ]
    stale = N_(
        "Översättningen till {language} är äldre än texten. Ändra den, eller säg att den stämmer. "
        "Godkänn sedan."
    )
    return [
        *(Refusal(stale, language=language_in_words(language)) for language in held),
        *_late(content, policy, now, strict=True),
    ]


def findings(content: Content, policy: Policy, now: datetime) -> list[Refusal]:
    """What a writer and an approver should know, though nothing is kept back for it."""
    return [*untranslated(content, policy), *_late(content, policy, now, strict=False)]


def untranslated(content: Content, policy: Policy) -> list[Refusal]:
    """Languages that the class names and readers do not get, each in a sentence."""
    stale = N_(
        "Översättningen till {language} är äldre än texten. Den går inte ut förrän den ändras."
    )
    absent = N_("Översättning till {language} saknas.")
    return [
        Refusal(
            stale if language in content.stale else absent, language=language_in_words(language)
        )
        for language in dict.fromkeys((*_absent(content, policy), *content.stale))
    ]


def missing_languages(content: Content, policy: Policy) -> tuple[str, ...]:
    """Required languages that a text goes out without; what the record keeps."""
    rules = policy.classes[content.class_name].content
    required = (*rules.same_time, *rules.languages)
    return tuple(one for one in dict.fromkeys(required) if one not in content.languages)


def language_in_words(language: str) -> str:
    """A language's name for a sentence; its code where we have no word."""
    return _LANGUAGES.get(language, language)


def _absent(content: Content, policy: Policy) -> list[str]:
    there = (content.language, *content.translations)
    return [one for one in policy.classes[content.class_name].content.wished if one not in there]


def _missing_parts(content: Content, policy: Policy) -> Iterator[Refusal]:
    message_class = policy.classes[content.class_name]
    for part in message_class.content.needs:
        # Every text has a contact; `content_faults` sees to that.
        if part in _MISSING and not getattr(content, part):
            yield Refusal(_MISSING[part], klass=message_class.title)


def _without(content: Content, policy: Policy, language: str) -> Refusal:
    return Refusal(
        N_("Översättningen till {language} saknas. ”{klass}” går inte ut utan den."),
        language=language_in_words(language),
        klass=policy.classes[content.class_name].title,
    )


def _mandatory_faults(content: Content, policy: Policy) -> Iterator[Refusal]:
    if not content.channels:
        return
    for name in content.audience:
        audience = policy.audiences.get(name)
        for channel in audience.mandatory if audience else ():
            # The intranet and what leaves the house are there whatever a writer deselects.
            if channel not in (*content.channels, "intranet", *policy.outside):
                yield Refusal(
                    N_(
                        "Målgruppen ”{audience}” ska alltid få det genom: {channel}. Välj till det."
                    ),
                    audience=policy.audiences[name].title,
                    channel=Term(CHANNEL_NAMES.get(channel, channel)),
                )


def _contact_faults(content: Content, policy: Policy) -> Iterator[Refusal]:
    """A topic that nobody answers for, or nobody's direct number on what leaves the house."""
    topics = [one.topic for one in policy.spokespersons]
    if content.topic and content.topic not in topics:
        yield Refusal(
            N_("Ämnet ”{topic}” har ingen som svarar. Välj bland: {choices}."),
            topic=content.topic[:80],
            choices=", ".join(topics) or "–",
        )
    elif topics and content.contact and not _NUMBER.search(content.contact):
        steps = policy.classes[content.class_name].steps.values()
        if any(is_external(policy, one) and _is_chosen(content, one) for one in steps):
            yield Refusal(
                N_("Kontakten saknar direktnummer. Välj ett ämne, eller skriv roll och nummer.")
            )


def _is_chosen(content: Content, step: Step) -> bool:
    return step.when == "always" or step.audience in content.audience


def _limit_faults(content: Content, policy: Policy) -> Iterator[Refusal]:
    limits = policy.limits
    for language in content.languages:
        text = content.text_in(language)
        for words, limit, message in (
            (text.title, limits.longest_title, N_("Rubriken har {length} tecken. Korta den till högst {limit}.")),
            (text.summary, limits.longest_summary, N_("Sammanfattningen har {length} tecken. Korta den till högst {limit}.")),
        ):  # fmt: skip
            if limit is not None and len(words) > limit:
                yield Refusal(message, length=len(words), limit=limit)


def _word_faults(content: Content, policy: Policy) -> Iterator[Refusal]:
    """Words that are never printed, wherever a reader would meet them and in every language."""
    said = set()
    for field, words in _read(content):
        for word, advice in policy.limits.never.items():
            if (field, word) not in said and _says(words, word):
                said.add((field, word))
                message = N_("{field} innehåller ”{word}”, som aldrig får stå där. {advice}")
                yield Refusal(message, field=field, word=word, advice=advice)


def _read(content: Content) -> Iterator[tuple[Term, str]]:
    first = content.text_in(content.language)
    for text in (first, *content.translations.values()):
        yield Term(N_("Rubriken")), text.title
        yield Term(N_("Sammanfattningen")), text.summary
        yield Term(N_("Texten")), text.body
    yield Term(N_("Kontakten")), content.contact
    for one in content.questions:
        yield Term(N_("Inför mötet")), f"{one.question}\n{one.answer}"
    yield Term(N_("Inför mötet")), content.not_promised
    for attachment in content.attachments:
        yield Term(N_("Bildbeskrivningen")), attachment.alt
        yield Term(N_("Bilagans namn")), attachment.name


def _says(words: str, phrase: str) -> bool:
    """Whether the phrase stands there as whole words: large or small, across a line's end, and as
    a reader sees it when Markdown and character references are gone."""
    return any(_pattern(phrase).search(_plain(form)) for form in (words, html.unescape(words)))


@lru_cache(maxsize=512)
def _pattern(phrase: str) -> re.Pattern[str]:
    inner = r"\s+".join(re.escape(part) for part in _plain(phrase).split())
    return re.compile(f"(?<!{_LETTER}){inner}(?!{_LETTER})")


def _plain(words: str) -> str:
    # Twice: a composed sign may come apart in small letters and together again.
    return unicodedata.normalize(
        "NFKC", _UNSEEN.sub("", unicodedata.normalize("NFKC", words)).casefold()
    )


def _late(content: Content, policy: Policy, now: datetime, *, strict: bool) -> Iterator[Refusal]:
    """The page would be up later than the class says, if it were up at ``now``."""
    notice = policy.classes[content.class_name].least_notice
    if notice is None or notice.strict is not strict or content.decision_at is None:
        return
    latest = notice.latest(content.decision_at, policy.calendars)
    if now <= latest:
        return
    late = N_(
        "Beslutet fattas {decision}. Personalen skulle ha haft det på intranätet senast {latest}: "
        "det är {hours} h för sent."
    )
    refused = N_(
        "Beslutet fattas {decision}. Personalen skulle ha haft det på intranätet senast {latest}: "
        "det är {hours} h för sent. Flytta beslutet, eller prata med {roles}."
    )
    yield Refusal(
        refused if strict else late,
        decision=_on_the_wall(content.decision_at, policy),
        latest=_on_the_wall(latest, policy),
        hours=math.ceil((now - latest) / timedelta(hours=1)),
        roles=", ".join(policy.roles[role].title for role in policy.information_unit),
    )


def _on_the_wall(moment: datetime, policy: Policy) -> str:
    return f"{moment.astimezone(policy.zone):%Y-%m-%d %H.%M}"
