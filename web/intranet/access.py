"""Who asks, and with whose rights. The only place that decides it.

Nothing here writes anything down: who reads what is nobody's business (TF 3 kap. 5 §).
"""

from collections.abc import Callable, Hashable
from contextlib import ExitStack
from datetime import datetime
from ipaddress import ip_address
from typing import TypeVar, cast
from urllib.parse import urlsplit

from flask import abort, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.config import Config
from announcer.domain.audience import Person, Reader, Units
from announcer.domain.errors import N_, Refusal
from announcer.people.lookup import load_units
from announcer.services import arriving, reader_token, reading
from announcer.services.arriving import Arrival
from announcer.services.installation import Installation
from announcer.services.reading import Looking
from web.intranet.session import ENDED, why_ended
from web.shared.shelf import Shelf

#: Endpoints that anybody may ask for: they tell nothing that concerns anybody.
OPEN = frozenset(
    {
        "health.alive",
        "health.ready",
        # Asks for a token of its own and answers 404 without it.
        "health.metrics",
        "signin.choose",
        "signin.sign_in",
        "signin.show_link",
        "signin.use_link",
        "signin.sign_out",
        "openid.leave",
        "openid.come_back",
        "openid.gone",
        # Does nothing without a token that the provider has signed.
        "openid.ended_there",
        "pages.accessibility",
        # Says yes or no to large letters, in this browser.
        "large_print.choose",
        "security.contact",
        # Says nothing without a code, and takes one.
        "workplace.door",
        "workplace.enter",
        # Names nothing, and opens nothing.
        "board.page",
        "board.done",
        "assets.asset",
        "look.static",
        "look.theme",
        "look.logo",
        "look.typeface",
        "bootstrap.static",
    }
)
#: Endpoints that an open page asks again and again, be there somebody before it or not.
ASKED_BY_ITSELF = frozenset({"desk.now"})
#: Endpoints that a key opens as well: what is read, and nothing that changes anything.
READ_WITH_KEY = frozenset({"reading.article_page", "reading.attachment", "reading.poster"})
#: What a shared phone opens with its workplace's code: what is read, and nothing else.
READ_AT_WORKPLACE = frozenset(
    {
        "workplace.news",
        "finding.search",
        "finding.archive",
        "handover.page",
        "handover.pdf",
        "reading.article_page",
        "reading.attachment",
        "reading.poster",
    }
)
FEEDS = frozenset({"feeds.feed", "feeds.feed_with_key"})
_BEARER = "bearer"
#: Instead of None, which says that nobody is there.
_NOT_ASKED = object()

Made = TypeVar("Made")


def installation() -> Installation:
    """The installation this application serves."""
    return cast(Installation, current_app.extensions["announcer"])


def config() -> Config:
    """The settings this application was made with."""
    return cast(Config, current_app.extensions["announcer config"])


def looking() -> Looking:
    """The database, for this request's questions: one connection, given back with the request."""
    if "looking" not in g:
        g.closing = ExitStack()
        g.looking = g.closing.enter_context(installation().database.reading())
    return cast(Looking, g.looking)


def look_away(_error: BaseException | None) -> None:
    """At the end of every request."""
    if closing := g.pop("closing", None):
        closing.close()


def signed_in() -> Person | None:
    """The colleague of this session; None also for one who has left, or whose session is over."""
    found = g.get("person", _NOT_ASKED)
    if found is _NOT_ASKED:
        found = g.person = _of_session()
    return cast("Person | None", found)


def _of_session() -> Person | None:
    pseudonym = session.get("person")
    if not pseudonym:
        return None
    found, ended_there = _arrived(pseudonym)
    g.setdefault("arrival", found)
    if ended_there:
        session.clear()
        flash(_(ENDED))
    if found.person is None:
        return None
    by_itself = request.endpoint in ASKED_BY_ITSELF
    if ended := why_ended(found.person, found.now, config(), by_itself=by_itself):
        session.clear()
        flash(_(ended))
        return None
    return found.person


def _arrived(pseudonym: str) -> tuple[Arrival, bool]:
    """Whose session this is, and whether the identity provider has ended it."""
    glance, marks = installation().database.glance, session.get("account")
    if not marks:
        return arriving.arrive(glance, pseudonym), False
    return arriving.arrive_by_account(glance, pseudonym, marks, session["begun"])


def arrival() -> Arrival:
    """This request as the database saw it come."""
    found = g.get("arrival")
    if found is None and signed_in() is None and "arrival" not in g:
        g.arrival = arriving.arrive(installation().database.glance)
    return cast(Arrival, found or g.arrival)


def kept(key: Hashable, make: Callable[[], Made]) -> Made:
    """What was made under ``key`` since the last change that a colleague could see, or is now.

    A key says what it is made of, and never who asks.
    """
    return _shelf().find(arrival().version, key, make)


def kept_until(key: Hashable, make: Callable[[], tuple[Made, datetime | None]]) -> Made:
    """The same for what the hour changes as well; ``make`` also says when (aware)."""
    return _shelf().find_for(arrival().version, arrival().now, key, make)


def _shelf() -> Shelf:
    return cast(Shelf, current_app.extensions["intranet shelf"])


def actor() -> Person:
    """The colleague who acts; `admit` has made sure that there is one."""
    person = signed_in()
    if person is None:
        abort(401)
    return person


def units() -> Units:
    """The tree of units."""
    return kept("units", lambda: load_units(looking()))


def reader() -> Reader:
    """The rights that whoever asks reads with: a session's, a workplace's or a reader token's.

    Answers 401 where there are none, or where the key is false or too old.
    """
    token = _bearer()
    if token is not None:
        return _of_token(token)
    person = signed_in()
    if person is None and request.endpoint in READ_AT_WORKPLACE:
        return at_workplace() or abort(401)
    return reading.reader_of(actor())


def at_workplace() -> Reader | None:
    """The rights of a shared phone on which a code was typed in; None where there is none, or
    somebody is signed in. Asked anew each time: a code can be revoked."""
    if "at_workplace" not in g:
        code = session.get("workplace code")
        g.at_workplace = None
        if code and signed_in() is None:
            glance = installation().database.glance
            g.arrival, g.at_workplace = arriving.arrive_at_workplace(glance, code)
    return cast("Reader | None", g.at_workplace)


def _bearer() -> str | None:
    header = request.authorization
    return (header.token or "") if header and header.type == _BEARER else None


def _of_token(token: str) -> Reader:
    found = reader_token.reader_of(config().secret_key, token)
    if found is None:
        abort(401)
    return found


def reader_by_key(key: str) -> Reader:
    """The rights of a personal feed key's owner; 401 where it is false or revoked."""
    g.arrival, found = arriving.arrive_with_key(installation().database.glance, key)
    if found is None:
        abort(401)
    return found


def admit() -> Response | None:
    """Before every request: only `OPEN` is open, everything else is for the signed in."""
    endpoint = request.endpoint
    if any("\x00" in words for words in (request.path, *request.args.values())):
        abort(404)  # no name here has it, and the database refuses to look for it
    if endpoint is None or endpoint in OPEN or endpoint in FEEDS or signed_in() is not None:
        return None
    if endpoint in READ_WITH_KEY and _bearer() is not None:
        return None
    if endpoint in READ_AT_WORKPLACE and at_workplace() is not None:
        return None
    if endpoint == "reading.front" and at_workplace() is not None:
        return redirect(url_for("workplace.news"))
    if request.method not in ("GET", "HEAD"):
        abort(401)
    return redirect(url_for("signin.choose", vidare=request.full_path.rstrip("?")))


def refuse_what_cannot_be_stored() -> None:
    """Before every form: no field holds what PostgreSQL cannot. Raises `Refusal`."""
    typed = request.form.items(multi=True) if request.method == "POST" else ()
    if any("\x00" in words for field in typed for words in field):
        raise Refusal(N_("Det finns ett tecken i texten som inte går att spara. Skriv om den."))


def is_on_loopback() -> bool:
    """Whether the request comes from this machine, to this machine's own name, and the intranet's
    public address is here as well. A proxy that hides any of these is told by its headers."""
    forwarded = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
    hosts = (
        request.remote_addr or "",
        urlsplit(f"//{request.host}").hostname or "",
        urlsplit(config().intranet_url).hostname or "",
    )
    return all(map(_is_loopback, hosts)) and not any(name in request.headers for name in forwarded)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
