"""Signing in with the organisation's own account, by OpenID Connect.

What has to outlast the way to the provider and back is one random word in the browser's own cookie.
Nonce and PKCE's verifier are made of it with our secret key, so the cookie, which its owner can read,
holds neither. Nothing says who signed in or when (TF 3 kap. 5 §).
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import (
    Blueprint,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.domain.errors import NotFound
from announcer.domain.identity import NotProven, ProviderAway
from announcer.logs import get_logger
from announcer.services import signed_out, signing_in
from web.intranet.access import arrival, config, installation, signed_in
from web.intranet.session import own_path, start_session
from web.shared.files import UNKEPT

if TYPE_CHECKING:
    from announcer.services.openid import Provider

blueprint = Blueprint("openid", __name__, url_prefix="/logga-in")
Page = tuple[str, int]
Answer = tuple[dict[str, str], int, dict[str, str]]
#: Section 2.8.
UNKEPT_ANSWER = {"Cache-Control": UNKEPT}
_log = get_logger("announcer.signing_in")
#: Of the session: the ways that were begun, each with where to go then and since when.
UNDER_WAY = "under way"
#: To type a password and find the phone for the second factor.
PATIENCE = timedelta(minutes=15)
#: As many tabs as open on the same morning.
MOST = 4


def _provider() -> "Provider":
    """The provider; 404 where people sign in otherwise."""
    settings = config().provider or abort(404)
    kept = current_app.extensions.get("identity provider")
    if kept is None:
        # Where people sign in otherwise, no process holds the library.
        from announcer.services.openid import Provider

        wanted = {settings.person_claim}
        if any(role.group for role in installation().policy.roles.values()):
            wanted.add(settings.groups_claim)
        callback = f"{config().intranet_url}{url_for('openid.come_back')}"
        kept = Provider(settings, callback, wanted)
        current_app.extensions["identity provider"] = kept
    return cast("Provider", kept)


def _secret(what: str, state: str) -> str:
    """43 characters that only we can make of ``state`` (RFC 7636 section 4.1)."""
    key = config().secret_key.encode()
    made = hmac.digest(key, f"{what} of a sign-in: {state}".encode(), "sha256")
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def _begun() -> dict[str, tuple[str, int]]:
    """What was begun in this browser and is not too old."""
    oldest = arrival().now.timestamp() - PATIENCE.total_seconds()
    ways = session.get(UNDER_WAY, {})
    return {state: (onward, since) for state, (onward, since) in ways.items() if since >= oldest}


def door(onward: str) -> str:
    """The sign-in page: one button."""
    text = _("Logga in med ditt konto hos %(house)s.", house=installation().sender.name)
    return _shown(_("Logga in"), text, _("Logga in"), onward)


@blueprint.get("/konto")
def leave() -> Response | Page:
    """To the provider."""
    provider, now = _provider(), arrival().now
    state = secrets.token_urlsafe(32)
    try:
        there = provider.way_in(now, state, _secret("nonce", state), _secret("verifier", state))
    except ProviderAway as error:
        return _no_answer(error)
    kept = list(_begun().items())[1 - MOST :]
    onward = own_path(request.args.get("vidare", ""))
    session[UNDER_WAY] = dict([*kept, (state, (onward, int(now.timestamp())))])
    return redirect(there)


@blueprint.get("/svar")
def come_back() -> Response | Page:
    """From the provider, with a code that is good once, or with why there is none."""
    provider, now = _provider(), arrival().now
    state = request.args.get("state", "")
    begun = _begun().get(state)
    if begun is None:
        # Another tab of this browser was quicker.
        return redirect(url_for("reading.front")) if signed_in() else _not_begun_here()
    onward, _since = begun
    if "error" in request.args:
        return _refused(request.args["error"][:80], onward)
    try:
        claims = provider.identify(
            now,
            request.args.get("code", ""),
            _secret("nonce", state),
            _secret("verifier", state),
            request.args.get("iss", ""),
        )
    except ProviderAway as error:
        return _no_answer(error)
    except NotProven as error:
        return _refused(error.why, onward)
    return _let_in(claims, onward)


def _let_in(claims: Mapping[str, Any], onward: str) -> Response | Page:
    """A new session for the colleague of whom these are the claims."""
    settings = config().provider or abort(404)
    directory_id = str(claims.get(settings.person_claim, ""))
    if settings.groups_claim in claims.get("_claim_names", ()):
        _log.warning("a sign-in brought no groups", said="there are too many for a token")
    said = claims.get(settings.groups_claim)
    # One group alone may come as a word (AD FS).
    several = said if isinstance(said, list) else [said]
    groups = [one for one in several if isinstance(one, str)]
    try:
        person = signing_in.sign_in_by_account(installation(), directory_id, groups)
    except NotFound:
        session.clear()
        return _stranger(directory_id)
    start_session(person, arrival().now, _marks(claims))
    return redirect(onward or url_for("reading.front"), 303)


def _marks(claims: Mapping[str, Any]) -> list[str]:
    """By what the provider may end this session: itself, or all of somebody's. Where it gives its
    session no name, a notice that has both is about all of them."""
    subject, sid = str(claims["sub"]), claims.get("sid")
    own = _mark("session", sid) if isinstance(sid, str) and sid else _mark("nameless", subject)
    return [own, _mark("subject", subject)]


def _mark(kind: str, word: str) -> str:
    """The provider's word, which nobody can tell from this."""
    key = config().secret_key.encode()
    return hmac.digest(key, f"{kind} that was signed in: {word}".encode(), "sha256").hex()


@blueprint.post("/utloggad")
def ended_there() -> Answer:
    """The provider, not a browser, says that somebody has signed out there (OpenID Connect Back-Channel
    Logout 1.0). It is never limited: it stops something."""
    provider = _provider()
    try:
        notice = provider.signed_out(arrival().now, request.form.get("logout_token", ""))
    except ProviderAway as error:
        _log.warning("the identity provider does not answer", said=error.why)
        return {"error": "temporarily_unavailable"}, 503, UNKEPT_ANSWER
    except NotProven as error:
        _log.warning("a notice of signing out was refused", said=error.why)
        return {"error": "invalid_request"}, 400, UNKEPT_ANSWER
    if notice.session:
        ended = [_mark("session", notice.session)]
        ended += [_mark("nameless", notice.subject)] if notice.subject else []
    else:
        ended = [_mark("subject", notice.subject)]
    once = _mark("notice", notice.token)
    if not signed_out.end(installation(), once, ended, config().session_life):
        return {"error": "invalid_request"}, 400, UNKEPT_ANSWER
    return {}, 200, UNKEPT_ANSWER


@blueprint.get("/ut")
def gone() -> Response | Page:
    """Signed out here; the page goes on to where the provider signs out.

    A page between, because a form of ours may lead nowhere else (form-action of the CSP).
    """
    provider = _provider()
    if signed_in():
        return redirect(url_for("reading.front"))
    try:
        there = provider.way_out(
            arrival().now, f"{config().intranet_url}{url_for('signin.choose')}"
        )
    except ProviderAway as error:
        _log.warning("the identity provider does not answer", said=error.why)
        there = ""
    text = (
        _("Du är utloggad här. Nu loggas du ut också från ditt konto.")
        if there
        else _("Du är utloggad här. Stäng webbläsaren om andra använder datorn.")
    )
    again = "" if there else _("Logga in")
    page = _shown(_("Utloggad"), text, again, there=there)
    return page, 200


def _no_answer(error: ProviderAway) -> Page:
    _log.warning("the identity provider does not answer", said=error.why)
    text = _(
        "Det är inte ditt fel, och ditt konto är som det ska. Försök igen om en stund. Går det "
        "fortfarande inte: säg till den som sköter systemet, som kan ge dig en länk att logga in med."
    )
    return _shown(error.say(_).rstrip("."), text, _("Försök igen")), 503


def _refused(why: str, onward: str) -> Page:
    _log.warning("a sign-in was refused", said=why)
    text = _(
        "Inloggningstjänsten släppte inte in dig, eller så gick svaret inte att lita på. Försök en "
        "gång till. Går det fortfarande inte: säg till den som sköter systemet."
    )
    return _shown(_("Inloggningen blev inte klar"), text, _("Försök igen"), onward), 403


def _not_begun_here() -> Page:
    text = _(
        "Inloggningen tog för lång tid, eller så började den i en annan webbläsare. Börja om härifrån."
    )
    return _shown(_("Inloggningen blev inte klar"), text, _("Försök igen")), 400


def _stranger(directory_id: str) -> Page:
    """Their own id, and only to them: what the directory should have."""
    text = (
        _(
            "Ditt konto fungerar, men ”%(person)s” finns inte i personalkatalogen här. Är du nyanställd "
            "kan det dröja till nästa dag. Säg annars till din chef, och visa den här sidan.",
            person=directory_id[:80],
        )
        if directory_id
        else _(
            "Ditt konto fungerar, men det säger inte vem du är i personalkatalogen. Säg till den som "
            "sköter systemet, och visa den här sidan."
        )
    )
    return _shown(_("Du finns inte i personalkatalogen"), text, _("Försök igen")), 403


def _shown(title: str, text: str, button: str = "", onward: str = "", there: str = "") -> str:
    return render_template(
        "signin_account.html", title=title, text=text, button=button, onward=onward, there=there
    )
