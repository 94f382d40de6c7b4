"""Approving: what waits for me, and one text in full with the button that is bound to it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcer.domain.errors import N_, NotFound
from announcer.plain_language.passage import passages
from announcer.render.catalogue import translator
from announcer.render.page import article as rendered
from announcer.services import commenting, correcting_words, returning, reviewing, status
from announcer.services.approval_words import missing_in_words
from web.intranet import language_advice, picture
from web.intranet.access import actor, installation
from web.intranet.correcting import changed
from web.shared.files import UNKEPT, attachment_answer

blueprint = Blueprint("reviewing", __name__)


@blueprint.get("/godkann")
def waiting() -> str:
    """What this person could approve now, and what they are told of."""
    found = reviewing.concerning(installation(), actor())
    return render_template(
        "waiting.html",
        proposals=[one for one in found if one.can_approve],
        told=[one for one in found if one.informs],
    )


@blueprint.get("/godkann/<public_id>")
def read(public_id: str) -> str:
    """The full text as it will be read."""
    found = reviewing.proposal(installation(), actor(), public_id)
    html = rendered(found.content, public_id, translator)
    # Its files are not published yet; here they are read with the right to approve.
    html = html.replace(f"/nyheter/{public_id}/bilagor/", f"/godkann/{public_id}/bilagor/")
    return render_template(
        "approve.html",
        proposal=found,
        html=Markup(html),  # noqa: S704 - made safe by the renderer
        advice=language_advice.on(found.content),
        said=commenting.of(installation(), actor(), public_id, found.content),
        passages=passages(found.content),
        picture=picture.of_proposal(public_id),
        changes=list(changed(found.instead_of, found.content)) if found.instead_of else [],
        means=correcting_words.consequence(installation(), public_id) if found.instead_of else None,
    )


@blueprint.get("/godkann/<public_id>/bilagor/<name>")
def attachment(public_id: str, name: str) -> Response:
    """One attachment of a text that is not out yet."""
    found = reviewing.proposal(installation(), actor(), public_id)
    for one in found.content.attachments:
        if one.name == name:
            return attachment_answer(one.content, one.media_type, one.name, UNKEPT)
    raise NotFound(N_("Sidan finns inte."))


@blueprint.post("/godkann/<public_id>")
def approve(public_id: str) -> Response:
    """Approve the very text that was read."""
    content_hash = request.form.get("innehall", "")
    # Without the hash it would be "whatever is newest"; a person approves what they have read.
    first = reviewing.approve(installation(), actor(), public_id, content_hash or "-")
    left = reviewing.proposal(installation(), actor(), public_id)
    if not first:
        flash(_("Texten var redan godkänd."))
    elif left.in_review and left.standing:
        flash(" ".join((_("Du har godkänt texten."), missing_in_words(left.standing, _))))
    elif left.content.correction:
        flash(_("Rättelsen är godkänd. Den rättade texten gäller nu."))
    else:
        flash(_("Texten är godkänd."))
    return _to(public_id)


@blueprint.post("/godkann/<public_id>/tillbaka")
def give_back(public_id: str) -> Response:
    """Instead of approving: the author is to change something."""
    done = returning.give_back(installation(), actor(), public_id, request.form.get("varfor", ""))
    flash(_("Texten är återlämnad.") if done else _("Texten var redan återlämnad."))
    return _to(public_id)


@blueprint.post("/godkann/<public_id>/angra")
def take_back(public_id: str) -> Response:
    """The same text can be approved again."""
    status.seen_by(installation(), actor(), public_id)
    returning.take_back(installation(), actor(), public_id)
    flash(_("Texten kan godkännas igen."))
    return _to(public_id)


def _to(public_id: str) -> Response:
    return redirect(url_for("following.one", public_id=public_id), 303)
