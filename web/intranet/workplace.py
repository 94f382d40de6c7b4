"""The news on a shared phone: a workplace's code is typed in once, and the phone reads.

The code comes in a form's body and never stands in an address. The session holds its hash, which is
asked about each time; who holds the phone is not known here, and nothing is written down.
"""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.services import workplace_codes
from web.intranet.access import at_workplace, installation
from web.intranet.reading import news_for

blueprint = Blueprint("workplace", __name__, url_prefix="/arbetsplats")


@blueprint.get("")
def door() -> Response | str:
    """Where the code is typed in; the news where it has been."""
    if at_workplace() is not None:
        return redirect(url_for(".news"))
    return render_template("workplace_door.html", fault="")


@blueprint.post("")
def enter() -> Response | tuple[str, int]:
    """The phone reads from now on; whatever its session held is gone."""
    code = request.form.get("kod", "")[:200]
    with installation().database.reading() as found:
        place = workplace_codes.place_of(found, code)
    if place is None:
        fault = _("Koden gäller inte. Se efter att den är rätt skriven, eller be chefen om en ny.")
        return render_template("workplace_door.html", fault=fault), 422
    session.clear()
    session["workplace code"] = workplace_codes.fingerprint(code)
    # A phone on a wall is seldom closed; the code itself says until when.
    session.permanent = True
    return redirect(url_for(".news"), 303)


@blueprint.get("/nyheter")
def news() -> Response:
    """The newest announcements for everybody who works there."""
    return news_for("workplace_news.html")
