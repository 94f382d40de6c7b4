"""A crisis from a phone at night: declared, told further, over, and looked at afterwards. What goes
where is shown before anything goes; nothing on these pages waits for anybody else."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcer.domain.declaring import Declaration, Kind, crisis_of
from announcer.domain.errors import N_, BadSubmission, Refusal
from announcer.render.catalogue import translator
from announcer.render.page import article
from announcer.services import crises, declaring
from web.intranet.access import actor, installation

blueprint = Blueprint("crisis", __name__, url_prefix="/kris")
NO_TIME = N_("Tiden går inte att läsa. Skriv till exempel 2026-12-08T09:00.")
#: What a form that was sent says it is for: to look, or to do it.
DO_IT = "gor"


@blueprint.get("")
def overview() -> str:
    """Every crisis and exercise, and the way to a new one."""
    return render_template(
        "crises.html",
        found=crises.all_of(installation(), actor()),
        may_declare=declaring.may_declare(installation(), actor()),
    )


@blueprint.get("/<public_id>")
def one(public_id: str) -> str:
    """What was told when, and what is left to do."""
    return render_template("crisis.html", found=crises.of(installation(), actor(), public_id))


@blueprint.route("/utlys", methods=("GET", "POST"))
def declare() -> Response | str | tuple[str, int]:
    """It has happened; with ``ovning`` it is an exercise."""
    return _say(Kind.DECLARED)


@blueprint.route("/<public_id>/mer", methods=("GET", "POST"))
def tell_more(public_id: str) -> Response | str | tuple[str, int]:
    """There is more to tell."""
    return _say(Kind.UPDATE, public_id)


@blueprint.route("/<public_id>/faran-over", methods=("GET", "POST"))
def lift(public_id: str) -> Response | str | tuple[str, int]:
    """The danger is over."""
    return _say(Kind.LIFTED, public_id)


@blueprint.post("/<public_id>/granska")
def review(public_id: str) -> Response:
    """Closed afterwards, with a note."""
    crises.review(installation(), actor(), public_id, request.form.get("anteckning", ""))
    flash(_("Krisen är granskad och avslutad."))
    return redirect(url_for(".one", public_id=public_id), 303)


def _say(kind: Kind, follows: str = "") -> Response | str | tuple[str, int]:
    """The form, what would go where, or the deed; what was typed stays where it is refused."""
    declaring.require_declarer(installation(), actor())
    known = crises.of(installation(), actor(), follows) if follows else None
    shown, faults = None, tuple[Refusal, ...]()
    if request.method == "POST":
        try:
            said = _said(kind, follows)
            if request.form.get("steg") == DO_IT:
                done = declaring.declare(installation(), actor(), said)
                flash(_DONE[kind, said.exercise or bool(known and known.exercise)]())
                return redirect(url_for(".one", public_id=done.public_id), 303)
            shown = declaring.preview(installation(), actor(), said)
        except BadSubmission as several:
            faults = several.findings
        except Refusal as fault:
            faults = (fault,)
    page = render_template(
        "declare.html",
        kind=kind.value,
        known=known,
        crisis=crisis_of(installation().policy),
        typed=request.values,
        exercise=_is_exercise() or bool(known and known.exercise),
        shown=shown,
        html=Markup(article(shown.content, "utkast", translator)) if shown else "",  # noqa: S704 - made safe by the renderer
        faults=faults,
    )
    return (page, 422) if faults else page


def _said(kind: Kind, follows: str) -> Declaration:
    form, policy = request.form, installation().policy
    return Declaration(
        template=form.get("mall", ""),
        area=form.get("plats", ""),
        what={one: form.get(f"tillagg-{one}", "") for one in policy.organisation.languages},
        next_information=_moment(form.get("nasta", "")) or _shown_before(),
        exercise=_is_exercise(),
        kind=kind,
        follows=follows,
    )


def _is_exercise() -> bool:
    return request.values.get("ovning") == "1"


def _moment(typed: str) -> datetime | None:
    if not typed.strip():
        return None
    try:
        return datetime.strptime(typed, "%Y-%m-%dT%H:%M").replace(tzinfo=installation().policy.zone)
    except ValueError:
        raise Refusal(NO_TIME) from None


def _shown_before() -> datetime | None:
    """The hour that was promised on the page before: what goes is what was shown."""
    shown = request.form.get("utlovad", "")
    if request.form.get("steg") != DO_IT or not shown:
        return None
    try:
        return datetime.fromisoformat(shown).astimezone(installation().policy.zone)
    except (ValueError, OverflowError):
        raise Refusal(NO_TIME) from None


_DONE = {
    (Kind.DECLARED, False): lambda: _("Krisen är utlyst. Det går ut nu."),
    (Kind.DECLARED, True): lambda: _("Övningen har börjat."),
    (Kind.UPDATE, False): lambda: _("Det går ut nu."),
    (Kind.UPDATE, True): lambda: _("Det går ut nu, som övning."),
    (Kind.LIFTED, False): lambda: _("Faran är över. Alla som fick veta får veta det nu."),
    (Kind.LIFTED, True): lambda: _("Övningen är över. De som övade får veta det nu."),
}
