"""Drafts: saved by a button or by the page's own script, gone on with, thrown away."""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.wrappers import Response

from announcer.domain.errors import NotFound, Refusal
from announcer.services import drafting
from announcer.services.drafting import Draft, SavedElsewhere
from announcer.services.installation import Installation
from announcer.services.writing import Submitted
from web.intranet.access import actor, arrival, installation, looking
from web.intranet.manuscript import Form, encoded, read_form
from web.intranet.rewriting import rewritten
from web.intranet.words import language
from web.shared.moments import clock_time

blueprint = Blueprint("drafts", __name__)
#: The hidden field, and the word in the address, that say which draft it is.
WHICH = "utkast"
#: What the button says with which somebody is asked to read it.
ASK_SOMEBODY = "be_lasa"
#: What a form sends that is not of the text.
_OF_THE_FILES = frozenset({"bilaga_namn", "bilaga_alt", "bilaga_innehall", "bilder_alt", "ta_bort"})
_OF_THE_PAGE = frozenset({"csrf_token", "gor", WHICH, "utkast_version", "filer_kvar"})
Answer = Response | tuple[Response | str, int]


def form_of(public_id: str) -> Form:
    """The form as it was left. Raises `NotFound`, also where its class is gone."""
    return form_from(drafting.one(installation(), actor(), public_id))


def form_from(draft: Draft) -> Form:
    """The form that a draft was saved from. Raises `NotFound` where its class is gone."""
    typed = MultiDict(draft.fields)
    typed.add("klass", draft.class_name)
    typed.add(WHICH, draft.public_id)
    typed.add("utkast_version", str(draft.version))
    for name, alt, content in draft.files:
        typed.add("bilaga_namn", name)
        typed.add("bilaga_alt", alt)
        typed.add("bilaga_innehall", content)
    policy = installation().policy
    if draft.class_name not in policy.classes:
        raise NotFound(_("Sidan finns inte."))
    return read_form(policy, draft.class_name, ImmutableMultiDict(typed), ImmutableMultiDict())


@blueprint.app_template_global()
def drafts_of_mine() -> list[tuple[Draft, bool]]:
    """One's own, each with whether it will soon be deleted."""
    now = arrival().now
    return [(one, one.is_old(now)) for one in drafting.of(looking(), actor())]


@blueprint.post("/utkast")
def save() -> Answer:
    """Keep what is typed: the script is answered in JSON, a person goes on writing."""
    policy = installation().policy
    class_name = request.form.get("klass", "")
    if class_name not in policy.classes:
        raise NotFound(_("Sidan finns inte."))
    form = read_form(policy, class_name, request.form, request.files)
    try:
        if form.faults:
            raise form.faults[0]
        draft = _saved(form)
    except SavedElsewhere as newer:
        return _newer(newer)
    except Refusal as fault:
        if not _by_script():
            raise
        return jsonify(said=fault.say(_)), 422
    if _by_script():
        return jsonify(
            draft=draft.public_id,
            version=draft.version,
            said=_("Sparat %(clock)s", clock=_clock(draft)),
            address=_address(draft.public_id),
        )
    if request.form.get("gor") == ASK_SOMEBODY:
        return redirect(url_for("proofreading.readers", begun=draft.public_id), 303)
    flash(_("Utkastet är sparat. Det ligger under Mina tills du lämnar in det."))
    return redirect(_address(draft.public_id), 303)


def _clock(draft: Draft) -> str:
    return clock_time(draft.saved_at, installation().policy.zone, language())


def _saved(form: Form) -> Draft:
    files = [(one.name, one.alt, encoded(one)) for one in form.attachments]
    fields = [
        (name, words)
        for name, words in form.fields.items(multi=True)
        if name not in _OF_THE_FILES | _OF_THE_PAGE and name != "klass"
    ]
    return drafting.save(
        installation(),
        actor(),
        form.first(WHICH),
        _version(form),
        form.class_name,
        fields,
        None if form.first("filer_kvar") else files,
        rewritten(form),
    )


def _version(form: Form) -> int:
    typed = form.first("utkast_version")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def handed_in(form: Form, act: Callable[[Installation], Submitted]) -> Submitted:
    """What ``act`` made of the form; its draft, if it has one, is gone with it."""
    public_id = form.first(WHICH)
    if not public_id:
        return act(installation())
    return drafting.hand_in(installation(), actor(), public_id, _version(form), act)


def _newer(fault: SavedElsewhere) -> Answer:
    """Both versions: the saved one at its address, and what was typed here."""
    address = _address(request.form.get(WHICH, ""))
    if _by_script():
        return jsonify(said=fault.say(_), address=address), 409
    return typed_page(_("Utkastet är sparat på ett annat ställe"), fault.say(_), 409, address)


def typed_page(
    title: str, text: str, code: int, saved: str = "", instead: Mapping[str, str] | None = None
) -> tuple[str, int]:
    """What was typed, readable and ready to be sent again, where it could not be taken. ``saved`` is
    the address of the other text; ``instead`` has fields in place of those that were sent."""
    instead = instead or {}
    another = saved and not instead  # what is saved is the draft itself: this goes on as another
    dropped = _OF_THE_PAGE if another else _OF_THE_PAGE - {WHICH, "utkast_version"}
    sent = [
        (name, instead.get(name, words))
        for name, words in request.form.items(multi=True)
        if name not in dropped
    ]
    readable = [
        words
        for name, words in sent
        if words.strip()
        and name.startswith(
            ("rubrik", "sammanfattning", "text", "kontakt", "fraga_", "svar_", "lova")
        )
    ]
    page = render_template(
        "typed.html",
        title=title,
        text=text,
        sent=sent,
        readable=readable,
        saved=saved,
        bare=not saved,
    )
    return page, code


def _by_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _address(public_id: str) -> str:
    return url_for("writing.write", utkast=public_id)


@blueprint.get("/utkast/nyckel")
def key() -> Response:
    """For a page that was open while its session ended: whose session it is now, and its token."""
    return jsonify(person=str(actor().pseudonym), token=generate_csrf())


@blueprint.post("/utkast/<begun>/bort")
def throw_away(begun: str) -> Response:
    """Delete a draft."""
    drafting.throw_away(installation(), actor(), begun)
    flash(_("Utkastet är borttaget."))
    return redirect(url_for("writing.mine"), 303)
