"""Calls: what somebody is needed for, and saying that one takes it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.services import calling
from web.intranet.access import actor, installation

blueprint = Blueprint("calls", __name__, url_prefix="/du-behovs")


@blueprint.get("")
def overview() -> str:
    """What this person is called for; for the information unit, everything."""
    return render_template("calls.html", calls=calling.waiting_for(installation(), actor()))


@blueprint.post("/<call>")
def take(call: str) -> Response:
    """Jag tar det."""
    if calling.answer(installation(), actor(), call):
        flash(_("Antecknat: du tar det."))
    else:
        flash(_("Någon hade redan tagit det."))
    return redirect(url_for(".overview"), 303)
