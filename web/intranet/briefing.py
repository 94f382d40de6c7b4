"""The briefing: what whoever leads a meeting has in their hand.

Nothing here writes down who read or printed it (TF 3 kap. 5 §), and no browser keeps it.
"""

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _
from markupsafe import Markup

from announcer.render.briefing import RIGHTS, sentences
from announcer.render.catalogue import translator
from announcer.render.page import article as rendered
from announcer.services import briefing
from web.intranet.access import actor, installation
from web.intranet.words import language, moment
from web.shared.files import UNKEPT, answer, attachment_answer

blueprint = Blueprint("briefing", __name__, url_prefix="/genomgang/<public_id>")


@blueprint.get("")
def page(public_id: str) -> str:
    """Message, likely questions, what not to promise, and when it is told where."""
    found = briefing.of(installation(), actor(), public_id)
    html = rendered(found.content, public_id, translator)
    html = html.replace(f"/nyheter/{public_id}/bilagor/", f"/genomgang/{public_id}/bilagor/")
    return render_template(
        "briefing.html",
        found=found,
        text=found.content.text_in(language()),
        html=Markup(html),  # noqa: S704 - made safe by the renderer
        when=sentences(found.moments, moment, _),
        rights=RIGHTS,
    )


@blueprint.get("/genomgang.pdf")
def pdf(public_id: str) -> Response:
    """The same to print, on one page."""
    found = briefing.of(installation(), actor(), public_id)
    content = briefing.printed(installation(), found, language())
    return answer(content, "application/pdf", name=f"genomgang-{public_id}.pdf", cache=UNKEPT)


@blueprint.get("/bilagor/<name>")
def file(public_id: str, name: str) -> Response:
    """One file that belongs to the text."""
    found = briefing.attachment(briefing.of(installation(), actor(), public_id), name)
    return attachment_answer(found.content, found.media_type, found.name, UNKEPT)
