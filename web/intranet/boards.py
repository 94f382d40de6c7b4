"""Staff boards: what to print and put up, replace or take down where one works."""

import io

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcer.domain.board import Task
from announcer.domain.errors import N_, NotFound
from announcer.services import boards
from web.intranet.access import actor, config, installation

blueprint = Blueprint("boards", __name__, url_prefix="/personaltavlor")


@blueprint.get("")
def overview() -> str:
    """The boards where this person works, or all of them for the information unit."""
    return render_template("boards.html", found=boards.at_my_workplace(installation(), actor()))


@blueprint.post("/<board>")
def done(board: str) -> Response:
    """Put up, replaced or taken down."""
    about, shown = (request.form.get(name, "") for name in ("meddelande", "visad"))
    try:
        task = boards.done(installation(), actor(), board, about, shown)
    except (boards.NewerError, boards.NothingToDo) as other:
        flash(other.say(_))
        return redirect(url_for(".overview"), 303)
    flash(
        {
            Task.PUT_UP: _("Antecknat: den sitter uppe."),
            Task.REPLACE: _("Antecknat: den är utbytt."),
            Task.TAKE_DOWN: _("Antecknat: den är nertagen."),
            Task.CONFIRM: _("Antecknat: den sitter uppe."),
        }[task]
    )
    return redirect(url_for(".overview"), 303)


@blueprint.get("/<board>/kort")
def card(board: str) -> str:
    """A card with the board's own QR code, to print once and put up beside it."""
    for one in boards.at_my_workplace(installation(), actor()):
        if str(one.id) == board:
            address = f"{config().intranet_url}/tavla/{one.code}"
            return render_template("board_card.html", board=one, address=address, qr=_qr(address))
    raise NotFound(N_("Det finns ingen sådan tavla."))


def _qr(address: str) -> Markup:
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", xmldecl=False, border=4, scale=6, dark="#000", light="#fff"
    )
    return Markup(picture.getvalue().decode())  # noqa: S704 - squares, made here
