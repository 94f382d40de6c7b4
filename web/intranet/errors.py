"""What a person sees when something cannot be done, in plain words and without details."""

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from announcer.db.engine import GateClosed
from announcer.domain.errors import AlreadyDone, NotAllowed, NotFound, Refusal
from web.intranet.access import signed_in
from web.intranet.drafts import typed_page
from web.intranet.signin import sign_out
from web.shared.faults import note

MEGABYTE = 1_000_000
#: Where long texts are sent to.
HOLD_TEXTS = frozenset({"writing.hand_in", "drafts.save"})
#: Where a request comes from, as the browser says and no page can.
FROM = "Sec-Fetch-Site"
#: Bytes of one request: ten attachments on their way back and forth inside the page.
LARGEST_REQUEST = 40 * MEGABYTE


def explain_errors(app: Flask) -> None:
    """Register a page for each kind of error."""
    app.register_error_handler(NotFound, lambda _error: _missing())
    app.register_error_handler(NotAllowed, _not_allowed)
    app.register_error_handler(AlreadyDone, _already_done)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(GateClosed, _gate_closed)
    app.register_error_handler(CSRFError, lambda _error: _stale())
    app.register_error_handler(401, lambda _error: _signed_out(401))
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


Page = tuple[str, int]


def _page(title: str, text: str, code: int, *, bare: bool = False) -> Page:
    page = render_template("error.html", title=title, text=text, bare=bare)
    return page, code


def _not_allowed(error: NotAllowed) -> Page:
    return _page(_("Det här får du inte göra"), error.say(_), 403)


def _refused(error: Refusal) -> Page:
    return _page(_("Det gick inte"), error.say(_), 400)


def _already_done(error: AlreadyDone) -> Page:
    return _page(_("Redan gjort"), error.say(_), 409)


def _gate_closed(_error: GateClosed) -> Page:
    text = _(
        "Någon annan hann före, eller så har läget ändrats sedan sidan visades. Ingenting har "
        "ändrats. Läs om sidan och se hur det står till."
    )
    return _page(_("Det går inte just nu"), text, 409)


def _stale() -> ResponseReturnValue:
    """A page of another session of this browser: somebody has signed in anew in another tab."""
    # Whoever signs out must be out. A browser says itself whether our own page asks (Fetch Metadata).
    if request.endpoint == "signin.sign_out" and request.headers.get(FROM) == "same-origin":
        return sign_out()
    if signed_in() is None or request.endpoint in HOLD_TEXTS:
        return _signed_out(400)
    text = _(
        "Du har loggat in på nytt sedan sidan öppnades, så inget är gjort. Gå tillbaka med webbläsarens "
        "bakåtknapp, kopiera det du har skrivit, ladda om sidan och tryck igen."
    )
    return _page(_("Tryck en gång till"), text, 400)


def _signed_out(code: int) -> "Page | tuple[str, int, dict[str, str]]":
    text = _(
        "Du är inte inloggad, eller så har sidan legat framme för länge. Har du skrivit något: "
        "logga in i en ny flik och gå sedan tillbaka hit med webbläsarens bakåtknapp. Texten står "
        "kvar, men ladda om sidan först när du har kopierat den."
    )
    if request.endpoint in HOLD_TEXTS and request.form:
        page, status = _typed(code)
    else:
        page, status = _page(_("Du behöver logga in"), text, code, bare=True)
    return (page, status, {"WWW-Authenticate": "Bearer"}) if code == 401 else (page, status)


def _typed(code: int) -> Page:
    """Nothing that was typed is lost with the session: the page holds it, and sends it again."""
    title, text = (
        (
            _("Du behöver logga in"),
            _(
                "Du är inte inloggad längre. Det du har skrivit står kvar här på sidan. Logga in i "
                "en ny flik, kom tillbaka hit och tryck på Skriv vidare."
            ),
        )
        if signed_in() is None
        else (
            _("Tryck en gång till"),
            _("Du är inloggad igen, och det du har skrivit är kvar. Tryck på Skriv vidare."),
        )
    )
    return typed_page(title, text, code)


def _too_large(_error: RequestEntityTooLarge) -> Page:
    text = _(
        "Bilagorna är för stora tillsammans: högst %(limit)s MB går på en gång. Gå tillbaka med "
        "webbläsarens bakåtknapp. Det du har skrivit står kvar. Välj mindre eller färre filer.",
        limit=LARGEST_REQUEST // MEGABYTE,
    )
    return _page(_("Bilagorna är för stora"), text, 413)


def _http(error: HTTPException) -> Page:
    code = error.code or 500
    if code == 403:
        return _page(_("Det här får du inte göra"), error.description or "", 403)
    if code == 404:
        return _missing()
    if code == 429:
        text = _("Det kom för många frågor på en gång. Vänta en minut och försök igen.")
        if request.endpoint in HOLD_TEXTS and request.form:
            return typed_page(_("Vänta en stund"), text, 429)
        return _page(_("Vänta en stund"), text, 429, bare=True)
    return _page(_("Det gick inte"), _("Webbläsaren bad om något som inte går."), code)


def _missing() -> Page:
    """The same for what does not exist and for what this person may not know of."""
    text = _("Sidan finns inte, eller så är den inte till för dig.")
    return _page(_("Sidan finns inte"), text, 404)


def _broken(error: Exception) -> Page:
    note(error)
    g.person = None  # the page must not ask the database for a language: that may be what broke
    text = _(
        "Felet är antecknat hos den som sköter systemet. Det som var inlämnat är inlämnat. "
        "Försök igen om en stund."
    )
    return _page(_("Något gick fel hos oss"), text, 500, bare=True)
