"""What a reader sees when something cannot be shown, in plain words and without details."""

from flask import Flask, abort, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from announcer.domain.errors import NotFound
from announcer.services.released import Unreachable
from web.shared.faults import note

#: Seconds; how soon a crawler may come back.
SOON = {"Retry-After": "60"}


def explain_errors(app: Flask) -> None:
    """Register a page for each kind of error, and refuse what no database can hold."""
    app.before_request(_refuse_nul)
    app.register_error_handler(NotFound, lambda _error: _missing())
    app.register_error_handler(Unreachable, _closed)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


Page = tuple[str, int]


def _page(title: str, text: str, code: int) -> Page:
    return render_template("error.html", title=title, text=text), code


def _refuse_nul() -> None:
    if "\x00" in request.path or "%00" in request.environ["QUERY_STRING"]:
        abort(404)


def _missing() -> Page:
    """The same for what never was and for what is not out: nothing in it is about the address."""
    text = _("Adressen kan vara fel, eller så är sidan borttagen.")
    return _page(_("Sidan finns inte"), text, 404)


def _http(error: HTTPException) -> "Page | tuple[str, int, dict[str, str]]":
    code = error.code or 500
    if code == 404:
        return _missing()
    page = _page(_("Det gick inte"), _("Webbläsaren bad om något som inte går här."), code)
    allowed = getattr(error, "valid_methods", None)  # RFC 9110 section 15.5.6
    return (*page, {"Allow": ", ".join(sorted(allowed))}) if allowed else page


def _closed(error: Unreachable) -> tuple[str, int, dict[str, str]]:
    note(error)
    text = _("Nyhetsrummet är stängt en stund. Försök igen om några minuter.")
    return (*_page(_("Vi är snart tillbaka"), text, 503), SOON)


def _broken(error: Exception) -> Page:
    note(error)
    text = _("Felet är antecknat hos den som sköter systemet. Försök igen om en stund.")
    return _page(_("Något gick fel hos oss"), text, 500)
