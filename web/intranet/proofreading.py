"""Proofreading: a colleague is asked to read a draft, and says what they think on a page of their own."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.domain.announcement import Content
from announcer.domain.errors import Refusal
from announcer.plain_language.passage import passages
from announcer.services import drafting, proofreading, remarking
from announcer.services.commenting import Comment
from announcer.services.proofreading import Reading, Request
from web.intranet import drafts, sketching
from web.intranet.access import actor, installation, looking
from web.intranet.commenting import marked_or_chosen
from web.intranet.manuscript import Form
from web.intranet.sketching import Shown

blueprint = Blueprint("proofreading", __name__)


@blueprint.get("/utkast/<begun>/lasare")
def readers(begun: str) -> str:
    """Who is asked to read a draft of one's own, and a form to ask somebody."""
    return _page(begun)


@blueprint.post("/utkast/<begun>/lasare")
def ask(begun: str) -> Response | tuple[str, int]:
    """Ask somebody; what was typed stays where it is refused."""
    whom, message = request.form.get("vem", "").strip(), request.form.get("mening", "")
    try:
        asked = proofreading.ask(installation(), actor(), begun, whom, message)
    except Refusal as fault:
        drafting.one(installation(), actor(), begun)
        return _page(begun, fault), 422
    flash(_say(asked))
    return redirect(url_for(".readers", begun=begun), 303)


def _say(asked: proofreading.Asked) -> str:
    if not asked.first:
        return str(_("Kollegan har redan fått den här texten."))
    if asked.by_mail:
        return str(_("Kollegan får ett mejl och ser texten under Mina."))
    return str(_("Kollegan ser texten under Mina, men har ingen e-post. Säg till på annat sätt."))


@blueprint.post("/utkast/<begun>/lasare/<asked>/bort")
def take_back(begun: str, asked: str) -> Response:
    """Ask no more."""
    proofreading.take_back(installation(), actor(), begun, asked)
    flash(_("Kollegan läser inte längre. Kommentarerna därifrån är borttagna."))
    return redirect(url_for(".readers", begun=begun), 303)


def _page(begun: str, fault: Refusal | None = None) -> str:
    draft = drafting.one(installation(), actor(), begun)
    return render_template(
        "readers.html",
        draft=draft,
        found=proofreading.readers(looking(), actor(), begun),
        typed=request.form,
        fault=fault,
    )


@blueprint.get("/las/<asked>")
def read(asked: str) -> str:
    """A draft that one is asked to read, as its readers would read it, and what one has said of it."""
    found = proofreading.requested(installation(), actor(), asked)
    shown = _shown(found)
    return render_template(
        "proofread.html",
        asked=found,
        shown=shown,
        said=remarking.mine(looking(), found, shown.sketch.content),
        passages=passages(shown.sketch.content),
    )


@blueprint.post("/las/<asked>/kommentarer")
def say(asked: str) -> Response:
    """What one thinks of a passage, or of all of it."""
    found = proofreading.requested(installation(), actor(), asked)
    about = marked_or_chosen(_shown(found).sketch.content)
    words = request.form.get("kommentar", "").replace("\r\n", "\n")
    version = request.form.get("innehall", 0, int)
    first = remarking.remark(installation(), actor(), asked, version, words, about)
    flash(_("Kommentaren är sparad.") if first else _("Den kommentaren fanns redan."))
    return redirect(url_for(".read", asked=asked, _anchor="kommentarer"), 303)


@blueprint.post("/las/<asked>/klar")
def done(asked: str) -> Response:
    """One has said what there was to say."""
    proofreading.done(installation(), actor(), asked)
    flash(_("Tack. Den som bad dig ser att du är klar."))
    return redirect(url_for("writing.mine"), 303)


def _shown(found: Request) -> Shown:
    return sketching.of_writer(drafts.form_from(found.text), found.writer)


def beside(form: Form, content: Content) -> list[Comment]:
    """What was said of the draft that the form is of: placed in what is typed."""
    public_id = form.first(drafts.WHICH)
    return remarking.beside(looking(), actor(), public_id, content) if public_id else []


@blueprint.app_template_global()
def asked_to_read() -> list[proofreading.ToRead]:
    """What others ask one to read."""
    return proofreading.to_read(looking(), actor())


@blueprint.app_template_global()
def readers_of_drafts() -> dict[str, list[Reading]]:
    """Who is asked to read one's own drafts, by the draft."""
    found: dict[str, list[Reading]] = {}
    for one in proofreading.readers(looking(), actor()):
        found.setdefault(one.draft, []).append(one)
    return found
