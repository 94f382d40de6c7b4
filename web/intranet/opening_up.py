"""The news is out already, or somebody asks for the text: what opens, with its consequence first.

Neither page asks who told or who asked, and nothing here could hold the answer.
"""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcer.domain.announcement import Content
from announcer.domain.errors import N_, NotFound
from announcer.render.catalogue import translator
from announcer.render.page import article as rendered
from announcer.services import bringing_forward, status
from announcer.services.status import AnnouncementStatus
from web.intranet.access import actor, installation
from web.shared.files import UNKEPT, attachment_answer

blueprint = Blueprint("opening_up", __name__, url_prefix="/meddelanden/<public_id>")


def _may(public_id: str) -> AnnouncementStatus:
    """Raises `NotFound` where it is no concern of theirs, `NotAllowed` where others do this."""
    found = status.seen_by(installation(), actor(), public_id)
    bringing_forward.require_opener(installation(), actor(), public_id)
    return found


@blueprint.get("/redan-ute")
def ask_already_out(public_id: str) -> str:
    """Before: what goes at once, and what nobody may ask."""
    return render_template("already_out.html", found=_may(public_id))


@blueprint.post("/redan-ute")
def already_out(public_id: str) -> Response:
    """Inside at once, the media right behind."""
    _may(public_id)
    moved = bringing_forward.already_out(installation(), actor(), public_id)
    if moved:
        flash(_("Det som var kvar inne går ut nu. Medierna får det så snart det är klart."))
    else:
        flash(_("Allt är redan på väg eller ute."))
    return redirect(url_for("following.one", public_id=public_id), 303)


@blueprint.get("/begard-ut")
def ask_hand_out(public_id: str) -> str:
    """Before: the text is handed out at once, and what follows from that."""
    return render_template("hand_out.html", found=_may(public_id))


@blueprint.post("/begard-ut")
def hand_out(public_id: str) -> Response:
    """The copy to hand over."""
    _may(public_id)
    bringing_forward.hand_out(installation(), actor(), public_id)
    return redirect(url_for(".copy", public_id=public_id), 303)


@blueprint.get("/utlamnad")
def copy(public_id: str) -> str:
    """The approved text to print or to send on."""
    content = _copy(public_id)
    html = rendered(content, public_id, translator)
    html = html.replace(f"/nyheter/{public_id}/bilagor/", f"/meddelanden/{public_id}/utlamnad/")
    return render_template(
        "handed_out.html",
        content=content,
        public_id=public_id,
        html=Markup(html),  # noqa: S704 - made safe by the renderer
    )


@blueprint.get("/utlamnad/<name>")
def file(public_id: str, name: str) -> Response:
    """One file that belongs to the text."""
    for one in _copy(public_id).attachments:
        if one.name == name:
            return attachment_answer(one.content, one.media_type, one.name, UNKEPT)
    raise NotFound(N_("Sidan finns inte."))


def _copy(public_id: str) -> Content:
    _may(public_id)
    return bringing_forward.copy_of(installation(), actor(), public_id)
