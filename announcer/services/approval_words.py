"""How far an approval has come, in words that every screen shows."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from announcer.domain.errors import N_
from announcer.services.approvals import Given, Standing

Translate = Callable[[str], str]
Moment = Callable[[datetime], object]


def sentences(standing: Standing, translate: Translate, moment: Moment) -> Iterator[str]:
    """Who has approved, whether it was given back, and who is missing: a sentence for each."""
    for one in standing.given:
        yield translate(_message(one)).format(
            roles=_titles(standing, one.roles, translate(N_("och"))), when=moment(one.at)
        )
    if back := standing.given_back:
        yield translate(N_("Återlämnad av {roles} {when}: {reason}")).format(
            roles=_titles(standing, back.roles, translate(N_("och"))),
            when=moment(back.at),
            reason=back.reason,
        )
        yield translate(N_("Väntar på att texten ändras."))
    else:
        yield from _missing(standing, translate)


def as_json(standing: Standing, translate: Translate) -> dict[str, Any]:
    """The same for machines; moments as RFC 3339 in UTC."""
    back = standing.given_back
    return {
        "given": [
            {
                "roles": list(one.roles),
                "at": _rfc3339(one.at),
                "by_author": one.by_author,
                "stood_in": one.stood_in,
            }
            for one in standing.given
        ],
        "missing": [list(seat) for seat in standing.missing],
        "nobody": [list(seat) for seat in standing.nobody],
        "waits_for_author": standing.waits_for_author,
        "given_back": back
        and {"reason": back.reason, "roles": list(back.roles), "at": _rfc3339(back.at)},
        "says": list(sentences(standing, translate, _rfc3339)),
    }


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _message(one: Given) -> str:
    if one.by_author:
        return N_("Den som skrev texten har sagt ja {when}.")
    if one.stood_in:
        return N_("Godkänd för {roles} av en ersättare {when}.")
    return N_("Godkänd av {roles} {when}.")


def _missing(standing: Standing, translate: Translate) -> Iterator[str]:
    for seat in standing.missing:
        message = (
            N_("Ingen kan godkänna som {roles}. Utse en ersättare, eller rätta personalkatalogen.")
            if seat in standing.nobody
            else N_("Väntar på {roles}.")
        )
        yield translate(message).format(roles=_titles(standing, seat, translate(N_("eller"))))
    if standing.author_gone:
        yield translate(
            N_("Den som skrev texten har sista ordet, men är inte kvar. Lämna in den på nytt.")
        )
        return
    if standing.waits_for_author:
        yield translate(N_("Den som skrev texten har sista ordet."))


def missing_in_words(standing: Standing, translate: Translate) -> str:
    """Only who is missing, in one line."""
    return " ".join(_missing(standing, translate))


def _titles(standing: Standing, roles: Iterable[str], word: str) -> str:
    return f" {word} ".join(standing.titles[role] for role in roles)
