"""Correcting what is planned already: the text in force, changed, with what that would mean."""

from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcer.domain.announcement import Content, Translation
from announcer.domain.change import CorrectionKind
from announcer.domain.errors import BadSubmission, Refusal
from announcer.domain.translating import CHECKED
from announcer.render.catalogue import translator
from announcer.render.page import article as rendered
from announcer.services import correcting
from announcer.services.correcting_words import Prospect, prospect
from web.intranet.access import actor, installation
from web.intranet.rewriting import BASED_ON

blueprint = Blueprint("correcting", __name__, url_prefix="/meddelanden/<public_id>/ratta")
#: What of a text is in the form.
WORDS = ("rubrik", "sammanfattning", "text")


@blueprint.get("")
def form(public_id: str) -> str:
    """The text in force, to be changed, and who would be told."""
    found = prospect(installation(), actor(), public_id)
    return _form(found, _typed(found.content) | {BASED_ON: found.newest}, ())


def _typed(content: Content) -> dict[str, str]:
    typed = {"kontakt": content.contact, "slag": CorrectionKind.REAL.value}
    texts = {"": Translation(content.title, content.summary, content.body), **content.translations}
    for language, words in texts.items():
        ending = f"_{language}" if language else ""
        parts = (words.title, words.summary, words.body)
        typed |= {f"{name}{ending}": part for name, part in zip(WORDS, parts, strict=True)}
    return typed


def _form(found: Prospect, typed: dict[str, str], faults: tuple[Refusal, ...]) -> str:
    return render_template(
        "correct.html", found=found, typed=typed, faults=faults, based_on=BASED_ON
    )


@blueprint.post("")
def correct(public_id: str) -> Any:
    """Show what would happen, or propose it; nothing typed is lost."""
    found = prospect(installation(), actor(), public_id)
    typed = {name: words.replace("\r\n", "\n").strip() for name, words in request.form.items()}
    content = _content(found.content, typed)
    kind = CorrectionKind.MINOR if typed.get("slag") == "minor" else CorrectionKind.REAL
    what = {
        one: typed.get(f"vad_{one}", "") for one in installation().policy.organisation.languages
    }
    doing, based_on = typed.get("gor", "visa"), typed.get(BASED_ON, "")
    if doing == "andra":
        return _form(found, typed, ())
    try:
        if doing != "ratta":
            content, findings = correcting.preview(
                installation(), actor(), public_id, content, kind, what, based_on
            )
            return _preview(found, typed, content, findings)
        done = correcting.propose(installation(), actor(), public_id, content, kind, what, based_on)
    except BadSubmission as wrong:
        return _form(found, typed, wrong.findings), 422
    except correcting.CorrectedMeanwhile as wrong:
        # Whoever goes on has been told of it.
        newest = prospect(installation(), actor(), public_id)
        return _form(newest, typed | {BASED_ON: newest.newest}, (wrong,)), 409
    except Refusal as wrong:
        return _form(found, typed, (wrong,)), 422
    flash(_said(done))
    return redirect(url_for("following.one", public_id=public_id), 303)


def _said(done: correcting.Proposed) -> str:
    if done.again:
        return str(_("Den rättelsen väntar redan på att godkännas."))
    if done.applied:
        return str(_("Texten är rättad."))
    return str(_("Rättelsen väntar på att godkännas. Till dess går inget mer ut."))


def _content(in_force: Content, typed: dict[str, str]) -> Content:
    """The text in force with what the form says instead; its files stay."""
    translations = {
        language: replace(
            Translation(*(typed.get(f"{name}_{language}", "") for name in WORDS)),
            of=CHECKED if typed.get(f"stammer_{language}") else "",
        )
        for language in in_force.translations
    }
    return replace(
        in_force,
        title=typed.get("rubrik", ""),
        summary=typed.get("sammanfattning", ""),
        body=typed.get("text", ""),
        contact=typed.get("kontakt", ""),
        translations=translations,
        correction=None,
    )


def _preview(
    found: Prospect, typed: dict[str, str], content: Content, findings: tuple[Refusal, ...]
) -> str:
    html = rendered(content, found.public_id, translator)
    return render_template(
        "correct_preview.html",
        found=found,
        typed=typed,
        content=content,
        findings=findings,
        changes=list(changed(found.content, content)),
        html=Markup(html),  # noqa: S704 - made safe by the renderer
    )


def changed(was: Content, now: Content) -> Iterator[tuple[str, str]]:
    """What differs between two texts in their first language, line by line: ``-`` for what goes,
    ``+`` for what comes."""
    before = "\n".join((was.title, was.summary, was.body, was.contact)).splitlines()
    after = "\n".join((now.title, now.summary, now.body, now.contact)).splitlines()
    # Lines alone: looking for likeness within them takes time with the square of their number.
    for what, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if what != "equal":
            gone, come = (("-", before[a:b]), ("+", after[c:d]))
            yield from (
                (mark, line) for mark, some in (gone, come) for line in some if line.strip()
            )


@blueprint.post("/angra")
def take_back(public_id: str) -> Response:
    """All goes on with the text in force."""
    prospect(installation(), actor(), public_id)
    done = correcting.take_back(installation(), actor(), public_id)
    flash(
        _("Rättelsen är återtagen. Allt går vidare med texten som den var.")
        if done
        else _("Det fanns ingen rättelse som väntade.")
    )
    return redirect(url_for("following.one", public_id=public_id), 303)
