"""The information unit's desk: everything under way, and what only they may do about it."""

import hashlib
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from announcer.domain.errors import Refusal
from announcer.domain.policy.spokespersons import answers_in_words
from announcer.services import (
    bringing_forward,
    calling,
    correcting,
    doubts,
    holding,
    public_now,
    reach,
    stopped,
)
from announcer.services import overview as overviews
from announcer.services.overview import Question
from announcer.services.status import AnnouncementStatus
from web.intranet import operation
from web.intranet.access import actor, arrival, installation
from web.intranet.words import language
from web.shared.files import UNKEPT, is_fresh
from web.shared.moments import clock_time

blueprint = Blueprint("desk", __name__, url_prefix="/bevakning")


@blueprint.before_request
def only_the_information_unit() -> None:
    """Everything here; the services ask again for what changes something."""
    installation().require_information_unit(actor())


@blueprint.get("")
def overview() -> str:
    """Everything under way, in the order in which one asks about it, and every doubt."""
    return render_template("desk.html", **_seen())


@blueprint.get("/nu")
def now() -> Response:
    """What changes of that, for a page that is open: again only where it has changed, always with the
    database's time (milliseconds since 1970, and as people write it)."""
    html = render_template("_desk.html", counts=True, **_seen())
    etag = hashlib.sha256(html.replace(generate_csrf(), "").encode()).hexdigest()
    moment = arrival().now
    response = Response(status=304) if is_fresh(etag) else Response(html, mimetype="text/html")
    response.set_etag(etag)
    response.headers["Clock"] = f"{milliseconds(moment)} {hours_and_minutes(moment)}"
    response.headers["Cache-Control"] = UNKEPT
    return response


@blueprint.app_template_filter()
def milliseconds(moment: datetime) -> int:
    """An aware moment for scripts."""
    return round(moment.timestamp() * 1000)


@blueprint.app_template_filter()
def hours_and_minutes(moment: datetime) -> str:
    """An aware moment by the clock on the wall."""
    return clock_time(moment, installation().policy.zone, language())


def _seen() -> dict[str, Any]:
    """What the address asks for: which announcements are opened (``visa``), and a question alone
    (``fraga``) with its page (``sida``)."""
    opened = list(dict.fromkeys(request.args.getlist("visa")))
    asked = request.args.get("fraga", "")
    alone = Question(asked) if asked in set(Question) else None
    page = max(request.args.get("sida", 1, int), 1)
    return {
        "seen": overviews.of(installation(), actor(), alone=alone, page=page, opened=opened),
        "opened": opened,
        "alone": alone,
        "page": page,
        "per_page": overviews.PAGE,
        "doubts": doubts.how_many(installation(), actor()),
        "stopped": stopped.how_many(installation(), actor()),
        "calls": calling.waiting(installation()),
        "health": operation.now(),
    }


@blueprint.app_template_global()
def would_go(found: AnnouncementStatus) -> list[Refusal]:
    """What a release would let go, and how many it would reach."""
    keys = {step.key for step in found.steps if step.needs_release}
    return reach.of_steps(installation(), found.public_id, keys) if keys else []


@blueprint.app_template_global()
def may_correct(found: AnnouncementStatus) -> bool:
    """Whether whoever looks may correct it now; asked of what is opened alone."""
    return correcting.may_correct(installation(), actor(), found.public_id)


@blueprint.get("/laget")
def position() -> str:
    """What is public, what is not yet and who answers: for a phone, when a journalist calls."""
    return render_template(
        "position.html",
        found=public_now.position(installation(), actor()),
        promise=answers_in_words(installation().policy, _),
    )


@blueprint.post("/<public_id>/pausa")
def hold(public_id: str) -> Response:
    """Start nothing more until it is resumed."""
    why, step = request.form.get("varfor", ""), request.form.get("steg", "")
    running = holding.hold(installation(), actor(), public_id, why, step)
    flash(_("Steget är pausat.") if step else _("Meddelandet är pausat."))
    if running:
        flash(
            ngettext(
                "%(num)s utskick var redan på väg och går inte att stoppa.",
                "%(num)s utskick var redan på väg och går inte att stoppa.",
                running,
            )
        )
    return _back(public_id)


@blueprint.post("/<public_id>/fortsatt")
def resume(public_id: str) -> Response:
    """Lift the pause."""
    holding.resume(installation(), actor(), public_id, request.form.get("steg", ""))
    flash(_("Meddelandet fortsätter."))
    return _back(public_id)


@blueprint.post("/<public_id>/slapp")
def release(public_id: str) -> Response:
    """Release to the media; it goes when its window is over as well."""
    released = holding.release(installation(), actor(), public_id)
    if released:
        flash(_("Släppt till medierna. Det går när personalens försprång är slut."))
    else:
        flash(_("Det var redan släppt till medierna."))
    return _back(public_id)


@blueprint.post("/<public_id>/steg/<key>/vanta-inte")
def pass_over(public_id: str, key: str) -> Response:
    """What comes after a step waits for it no longer."""
    why = request.form.get("varfor", "")
    bringing_forward.pass_over(installation(), actor(), public_id, key, why)
    flash(_("Det som väntade på steget går vidare."))
    return _back(public_id)


@blueprint.post("/<public_id>/ga-ut-nu")
def go_now(public_id: str) -> Response:
    """Tell the inside now, because it becomes known anyway."""
    bringing_forward.go_now(installation(), actor(), public_id, request.form.get("varfor", ""))
    flash(_("Personalen får veta det nu. Medierna får det när personalens försprång är slut."))
    return _back(public_id)


def _back(public_id: str) -> Response:
    return redirect(url_for("following.one", public_id=public_id), 303)
