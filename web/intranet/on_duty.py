"""What whoever is on duty decides: what was stopped, what nobody knows about, a standstill. Each way
out says its consequence before it is taken."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from announcer.domain.errors import N_, Refusal
from announcer.services import doubts, resolving, restoring, stopped
from announcer.services.resolving import Exit
from announcer.services.stopped import After
from web.intranet.access import actor, installation

blueprint = Blueprint("on_duty", __name__)
CHOOSE = N_("Välj ett av de tre sätten.")


@blueprint.get("/stoppat")
def late() -> str:
    """What was stopped and this person decides about: what would go where, and how late."""
    return render_template("stopped.html", found=stopped.waiting(installation(), actor()))


@blueprint.post("/stoppat/<public_id>/<key>")
def decide(public_id: str, key: str) -> Response:
    """Now, at another time, or not at all."""
    about = (installation(), actor(), public_id, key)
    doing = request.form.get("gor", "")
    if doing == "nu":
        stopped.send_now(*about)
        flash(_("Det går nu."))
    elif doing == "tid":
        stopped.plan_anew(*about, _moment(request.form.get("tid", "")))
        flash(_("Det går då."))
    elif doing == "inte":
        then = request.form.get("efter", "")
        after = After(then) if then in set(After) else None
        stopped.give_up(*about, request.form.get("varfor", ""), after)
        flash(_("Det går inte ut. Det är antecknat."))
    else:
        raise Refusal(CHOOSE)
    return redirect(url_for(".late"), 303)


def _moment(typed: str) -> datetime:
    try:
        return datetime.strptime(typed, "%Y-%m-%dT%H:%M").replace(tzinfo=installation().policy.zone)
    except ValueError:
        raise Refusal(N_("Tiden går inte att läsa. Skriv till exempel 2026-12-08T09:00.")) from None


@blueprint.get("/oklart")
def unsure() -> str:
    """What nobody knows about and this person answers for."""
    return render_template("unsure.html", found=doubts.waiting(installation(), actor()))


@blueprint.post("/oklart/<public_id>/<key>")
def resolve_step(public_id: str, key: str) -> Response:
    """One answer for everyone of a step."""
    many = resolving.resolve_step(installation(), actor(), public_id, key, _way_out())
    flash(ngettext("Antecknat för %(num)s mottagare.", "Antecknat för %(num)s mottagare.", many))
    return redirect(url_for(".unsure"), 303)


@blueprint.post("/oklart/mottagare/<delivery>")
def resolve(delivery: str) -> Response:
    """One of the three ways out of doubt, for one recipient."""
    resolving.resolve(installation(), actor(), delivery, _way_out())
    flash(_("Det är antecknat."))
    return redirect(url_for(".unsure"), 303)


def _way_out() -> Exit:
    try:
        return Exit(request.form.get("utgang", ""))
    except ValueError:
        raise Refusal(CHOOSE) from None


@blueprint.post("/oklart/<public_id>/<key>/se-efter")
def look_again(public_id: str, key: str) -> Response:
    """Ask the channel if it is there; nothing is sent."""
    found = doubts.look_again(installation(), actor(), public_id, key)
    flash(_("Framme hos %(there)s av %(of)s.", there=found.there, of=found.of))
    return redirect(url_for(".unsure"), 303)


@blueprint.get("/stillestand")
def standstill() -> str:
    """Everything that would go when it is ended."""
    restoring.require_watcher(installation(), actor())
    return render_template("standstill.html", found=restoring.standing(installation()))


@blueprint.post("/stillestand")
def go_on() -> Response:
    """End it; what is held or in doubt still waits."""
    restoring.go_on(installation(), actor())
    flash(_("Allt går vidare. Det som är stoppat eller oklart väntar."))
    return redirect(url_for("reading.front"), 303)
