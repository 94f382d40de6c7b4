"""Comments on a text that waits for approval: said where it is read, seen to where it is changed."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.domain.announcement import Content
from announcer.domain.errors import N_, Refusal
from announcer.plain_language.passage import Passage, passages, quoted
from announcer.services import commenting, proofreading, reviewing
from announcer.services.commenting import Comment
from web.intranet.access import actor, installation
from web.intranet.manuscript import Form
from web.intranet.rewriting import rewritten

blueprint = Blueprint("commenting", __name__, url_prefix="/godkann/<public_id>/kommentarer")
#: The field of the form in which comments are ticked off that the text was changed for.
DONE = proofreading.TICKED_OFF


@blueprint.post("")
def say(public_id: str) -> Response:
    """A comment on the passage that was chosen from the list, or marked in the text."""
    content = reviewing.proposal(installation(), actor(), public_id).content
    content_hash = request.form.get("innehall", "")
    if content.content_hash != content_hash:
        raise Refusal(commenting.CHANGED)
    words = request.form.get("kommentar", "").replace("\r\n", "\n")
    first = commenting.comment(
        installation(), actor(), public_id, content_hash, words, marked_or_chosen(content)
    )
    flash(_("Kommentaren är sparad.") if first else _("Den kommentaren fanns redan."))
    return _back(public_id)


def marked_or_chosen(content: Content) -> Passage | None:
    """What was marked, else what was chosen; None for the whole text."""
    if marked := request.form.get("citat", "").strip():
        if found := quoted(content, marked):
            return found
        raise Refusal(
            N_("Det markerade finns inte i texten. Markera det igen, eller välj ett stycke.")
        )
    chosen = request.form.get("stycke", "")
    if not chosen:
        return None
    listed = {str(number): one for number, one in enumerate(passages(content), start=1)}
    if chosen not in listed:
        raise Refusal(N_("Stycket finns inte i texten. Välj ett annat."))
    return listed[chosen]


@blueprint.post("/<comment>/klar")
def tick_off(public_id: str, comment: str) -> Response:
    """One comment has been seen to."""
    done = commenting.tick_off(installation(), actor(), public_id, commenting.ids_of([comment]))
    flash(_("Kommentaren är avbockad.") if done else _("Inget ändrades."))
    return _back(public_id)


def _back(public_id: str) -> Response:
    return redirect(url_for("reviewing.read", public_id=public_id, _anchor="kommentarer"), 303)


def beside(form: Form, content: Content) -> list[Comment]:
    """What is said of the text that the form changes, and is not seen to: placed in what is typed."""
    public_id = rewritten(form)
    if not public_id:
        return []
    found = commenting.of(installation(), actor(), public_id, content)
    return [one for one in found if not one.is_done]


def ticked_off(form: Form) -> None:
    """What whoever changed the text has seen to."""
    if ids := commenting.ids_of(form.fields.getlist(DONE)):
        commenting.tick_off(installation(), actor(), rewritten(form), ids)
