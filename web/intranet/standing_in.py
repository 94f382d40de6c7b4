"""Stand-ins: everybody names their own, the information unit anybody's."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.domain.errors import Refusal
from announcer.services import standing_in
from web.intranet.access import actor, installation

blueprint = Blueprint("standing_in", __name__, url_prefix="/ersattare")


@blueprint.get("")
def overview() -> str:
    """Who stands in for me, and for whom I do; for the information unit everybody."""
    return _page()


@blueprint.post("")
def appoint() -> Response | tuple[str, int]:
    """Name somebody; what was typed stays where it is refused."""
    form = request.form
    zone = installation().policy.zone
    try:
        standing_in.appoint(
            installation(),
            actor(),
            form.get("ersattare", "").strip(),
            form.get("for", "").strip() or actor().directory_id,
            standing_in.day(form.get("till", ""), zone, last=True),
            standing_in.day(form["fran"], zone) if form.get("fran") else None,
            form.get("meddelande", "").strip(),
        )
    except Refusal as fault:
        return _page(fault), 422
    flash(_("Ersättaren är antecknad."))
    return redirect(url_for(".overview"), 303)


@blueprint.post("/<stand_in>/avsluta")
def revoke(stand_in: str) -> Response:
    """At once."""
    standing_in.revoke(installation(), actor(), stand_in)
    flash(_("Ersättaren har inte längre den andras roller."))
    return redirect(url_for(".overview"), 303)


def _page(fault: Refusal | None = None) -> str:
    return render_template(
        "stand_ins.html",
        found=standing_in.listed(installation(), actor(), history=True),
        typed=request.form,
        about=request.values.get("meddelande", ""),
        fault=fault,
    )
