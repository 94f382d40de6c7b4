"""Writing: choose what kind it is, write, see what will happen, hand in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.wrappers import Response

from announcer.domain.announcement import Content
from announcer.domain.errors import BadSubmission
from announcer.domain.plan import CHANNEL_NAMES
from announcer.domain.policy import Audience, MessageClass
from announcer.services import (
    briefing,
    calling,
    drafting,
    following,
    reviewing,
    status,
    writing,
)
from announcer.services.following import Chapter
from announcer.services.sketching import Sketch
from announcer.services.writing import EditedMeanwhile
from web.intranet import (
    beginning,
    choosing,
    commenting,
    drafts,
    proofreading,
    rewriting,
    sketching,
)
from web.intranet.access import actor, arrival, installation
from web.intranet.manuscript import (
    Form,
    content_of,
    encoded,
    field_of,
    optional_channels,
    read_form,
)
from web.intranet.sketching import View

blueprint = Blueprint("writing", __name__)


@blueprint.get("/skriv")
def write() -> str:
    """What it is about, or the form of the class that follows, or that of a text to be changed."""
    if changing := request.args.get(rewriting.WHICH, ""):
        return _form(rewriting.form_of(changing))
    if like := request.args.get(rewriting.LIKE, ""):
        return _form(rewriting.copy_of(like))
    if draft := request.args.get(drafts.WHICH, ""):
        return _form(drafts.form_of(draft))
    if template := request.args.get(beginning.WHICH, ""):
        return _form(beginning.form_of(template, request.args.get("fortsatter", "")))
    class_name = choosing.chosen()
    if not class_name:
        return choosing.ask(beginning.offered())
    empty: ImmutableMultiDict[str, str] = ImmutableMultiDict(
        [("enhet", actor().unit), ("fortsatter", request.args.get("fortsatter", ""))]
    )
    return _form(read_form(installation().policy, class_name, empty, ImmutableMultiDict()))


def _form(form: Form, unused: Sequence[tuple[str, str]] = ()) -> str:
    """The form; ``unused`` is what a template says where something else was typed."""
    sketched = sketching.of_form(form)
    return render_template(
        "write.html",
        form=form,
        faults=[(fault, field_of(fault, form)) for fault in form.faults],
        encoded=encoded,
        shown=sketched,
        templates=[] if rewriting.rewritten(form) else beginning.offered(form.class_name),
        unused=unused,
        comments=commenting.beside(form, sketched.sketch.content),
        remarks=proofreading.beside(form, sketched.sketch.content),
        returned=rewriting.returned(form),
        others_at_work=_others_at_work(form),
        goes_at_once=form.own_unit_only and not form.message_class.approval,
        audiences=_audiences(form.message_class),
        chapters=_chapters(form),
        always_outside=_always_outside(form.message_class),
        optional_channels=[
            (c, CHANNEL_NAMES.get(c, c)) for c in optional_channels(form.message_class)
        ],
    )


def _others_at_work(form: Form) -> datetime | None:
    changed = rewriting.rewritten(form)
    if not changed:
        return None
    return drafting.others_at_work(installation(), actor(), rewriting.WHICH, changed)


def _chapters(form: Form) -> list[Chapter]:
    """What it can go on from: never from itself, and never of a note to one unit."""
    if form.own_unit_only:
        return []
    chosen = following.choices(installation(), actor())
    return [one for one in chosen if one.public_id != rewriting.rewritten(form)]


def _audiences(message_class: MessageClass) -> list[str]:
    """The names a writer of this class can choose: of the staff, and others where it is a choice."""
    policy = installation().policy
    chosen = {s.audience for s in message_class.steps.values() if s.when == "audience"}
    return [n for n in policy.audiences if policy.is_staff(n) or n in chosen]


def _always_outside(message_class: MessageClass) -> list[Audience]:
    """Who is told without being named, each once: the press has a mail and a page."""
    policy = installation().policy
    steps = message_class.steps.values()
    always = [s.audience for s in steps if s.audience and s.when == "always"]
    return [policy.audiences[name] for name in dict.fromkeys(always) if not policy.is_staff(name)]


@blueprint.post("/skriv")
def hand_in() -> Any:
    """Show what will happen, go back to the text, or hand it in; nothing typed is lost."""
    policy = installation().policy
    class_name = choosing.known(request.form.get("klass", ""))
    form = read_form(policy, class_name, request.form, request.files)
    if template := request.form.get(beginning.WHICH, ""):
        return _form(*beginning.filled_in(form, template))
    doing = request.form.get("gor", "visa")
    if doing == "andra":
        return _form(form)
    try:
        content = content_of(form, policy, actor())
        if rewriting.rewritten(form):
            content = rewriting.completed(content, form)
        if doing == "lamna_in":
            return _submit(content, form)
        return _preview(form, content)
    except BadSubmission as wrong:
        form.faults = list(wrong.findings)
        return _form(form), 422
    except EditedMeanwhile as newer:
        return _both_texts(form, newer)


def _submit(content: Content, form: Form) -> Response:
    if rewritten := rewriting.rewritten(form):
        submitted = drafts.handed_in(
            form,
            lambda joined: writing.edit(
                joined, actor(), rewritten, content, form.first(rewriting.BASED_ON)
            ),
        )
        commenting.ticked_off(form)
        flash(_("Texten är ändrad. Den godkänns på nytt."))
        return redirect(url_for("following.one", public_id=submitted.public_id), 303)
    submitted = drafts.handed_in(form, lambda joined: writing.submit(joined, actor(), content))
    if submitted.again:
        flash(_("Den här texten har du redan lämnat in. Här är den."))
    else:
        flash(_("Texten är inlämnad."))
    for finding in submitted.findings:
        flash(finding.say(_))
    return redirect(url_for("following.one", public_id=submitted.public_id), 303)


def _both_texts(form: Form, fault: EditedMeanwhile) -> tuple[str, int]:
    """What was typed here, and where the other text is. Whoever writes on has been told of it."""
    public_id = rewriting.rewritten(form)
    read = url_for("reviewing.read", public_id=public_id)
    newest = reviewing.proposal(installation(), actor(), public_id).content_hash
    title = _("Texten är ändrad av någon annan")
    return drafts.typed_page(title, fault.say(_), 409, read, {rewriting.BASED_ON: newest})


def _preview(form: Form, content: Content) -> str:
    content, plan, findings = writing.preview(installation(), actor(), content)
    return render_template(
        "preview.html",
        form=form,
        content=content,
        shown=sketching.of_sketch(Sketch(content, tuple(plan), arrival().now), View.PAGE),
        plan=plan,
        findings=findings,
        encoded=encoded,
    )


@blueprint.get("/mina")
def mine() -> str:
    """What this person handed in, what they are called for, and the meetings that wait for their
    word."""
    return render_template(
        "mine.html",
        found=status.by_author(installation(), actor().pseudonym),
        meetings=status.meetings_for(installation(), actor()),
        briefings=briefing.open_for(installation(), actor()),
        calls=calling.waiting_for(installation(), actor()),
    )
