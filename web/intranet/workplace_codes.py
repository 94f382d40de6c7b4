"""Codes for shared phones: made and revoked by managers for their unit, and by those who look after
all of it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.domain.errors import N_, NotAllowed, NotFound, Refusal
from announcer.services import workplace_codes
from announcer.services.workplace_codes import Place
from web.intranet.access import actor, installation, looking

blueprint = Blueprint("workplace_codes", __name__, url_prefix="/arbetsplatskoder")


@blueprint.get("")
def overview() -> str:
    """The codes that are valid where this person makes them."""
    return _page()


def _page(code: str = "", place: Place | None = None, fault: Refusal | None = None) -> str:
    house = installation()
    if not workplace_codes.makes_some(house, actor()):
        roles = (*house.policy.workplace_codes.by, *house.policy.information_unit)
        raise NotAllowed(N_("Det här kan bara {roles} göra."), roles=house.titles(roles))
    return render_template(
        "workplace_codes.html",
        found=workplace_codes.listed(house, actor()),
        places=workplace_codes.places(looking(), house, actor()),
        code=code,
        made_for=place,
        fault=fault,
        address=f"{house.base_url}{url_for('workplace.door')}",
    )


@blueprint.post("")
def make() -> str | tuple[str, int]:
    """A new code, shown in this answer and never again."""
    chosen = request.form.get("plats", "")
    unit, _cut, workplace = chosen.partition(":")
    try:
        code = workplace_codes.make(installation(), actor(), workplace, unit)
    except NotAllowed:
        raise
    except Refusal as fault:
        return _page(fault=fault), 422
    return _page(code, Place(workplace, unit))


@blueprint.post("/<code>/stoppa")
def revoke(code: str) -> Response:
    """At once, on every phone."""
    try:
        place = workplace_codes.revoke(installation(), actor(), code)
        flash(_("Koden för %(workplace)s gäller inte längre.", workplace=place.workplace))
    except NotFound as gone:  # stopped a moment ago, perhaps by the same finger
        if not workplace_codes.makes_some(installation(), actor()):
            raise
        flash(gone.say(_))
    return redirect(url_for(".overview"), 303)
