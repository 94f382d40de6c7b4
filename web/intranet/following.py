"""Following one announcement: every step in order, what is done and what is waited for."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.domain.announcement import AnnouncementState
from announcer.services import (
    boards,
    briefing,
    commenting,
    correcting,
    correcting_words,
    happening,
    history,
    holding,
    status,
)
from announcer.services.commenting import Comment
from announcer.services.status import AnnouncementStatus
from web.intranet import picture
from web.intranet.access import actor, installation
from web.intranet.correcting import changed
from web.intranet.words import on_the_desk

blueprint = Blueprint("following", __name__, url_prefix="/meddelanden/<public_id>")


@blueprint.get("")
def one(public_id: str) -> str:
    """The plan, for those it concerns."""
    found = status.seen_by(installation(), actor(), public_id)
    return render_template(
        "following.html",
        found=found,
        briefed=any(step.channel == "meeting" for step in found.steps)
        and briefing.is_readable(installation(), actor(), public_id),
        picture=picture.of_proposal(public_id)
        if found.state is AnnouncementState.IN_REVIEW
        else picture.of_status(found),
        on_boards=boards.everywhere(installation(), actor(), public_id)
        if on_the_desk(actor())
        else None,
        can_correct=correcting.may_correct(installation(), actor(), public_id),
        sent_along=_sent_along(found),
    )


def _sent_along(found: AnnouncementStatus) -> list[Comment]:
    """For whoever is to change a text that was given back: what is said of it beside the reason."""
    given_back = found.standing is not None and found.standing.given_back is not None
    if not given_back or found.author != actor().pseudonym:
        return []
    return commenting.to_see_to(installation(), actor(), found.public_id)


@blueprint.get("/versioner")
def versions(public_id: str) -> str:
    """Every text it has had, with what each changed in the one before."""
    found = history.versions(installation(), actor(), public_id)
    return render_template(
        "versions.html",
        public_id=public_id,
        versions=[
            (one, list(changed(one.before, one.content)) if one.before and one.content else [])
            for one in found
        ],
    )


@blueprint.post("/moten/<key>")
def meeting_held(public_id: str, key: str) -> Response:
    """Say that a meeting was held."""
    status.seen_by(installation(), actor(), public_id)
    note, unit = request.form.get("anteckning", ""), request.form.get("enhet", "")
    holding.tick(installation(), actor(), public_id, key, note, unit)
    flash(_("Mötet är markerat som hållet."))
    return redirect(url_for(".one", public_id=public_id), 303)


@blueprint.post("/handelser")
def has_happened(public_id: str) -> Response:
    """Say that something has happened that steps wait for."""
    status.seen_by(installation(), actor(), public_id)
    said, note = request.form.get("handelse", ""), request.form.get("anteckning", "")
    happening.happened(installation(), actor(), public_id, said, note)
    flash(_("Det är antecknat. Det som väntade på det går vidare."))
    return redirect(url_for(".one", public_id=public_id), 303)


@blueprint.post("/tavlor")
def board_up(public_id: str) -> Response:
    """Say that the notice is up on a workplace's board."""
    place = request.form.get("arbetsplats", "")
    up, of = happening.board_up(installation(), actor(), public_id, place)
    flash(_("Uppe på %(up)s av %(of)s personaltavlor.", up=up, of=of))
    return redirect(url_for(".one", public_id=public_id), 303)


@blueprint.get("/dra-tillbaka")
def ask_withdraw(public_id: str) -> str:
    """Before withdrawing: why, and who has been reached already and would be told."""
    found = status.seen_by(installation(), actor(), public_id)
    if not (found.author == actor().pseudonym and found.state is AnnouncementState.IN_REVIEW):
        installation().require_information_unit(actor())
    return render_template(
        "withdraw.html",
        found=found,
        reached=correcting_words.told_of_withdrawal(installation(), public_id),
    )


@blueprint.post("/dra-tillbaka")
def withdraw(public_id: str) -> Response:
    """Nothing more starts, ever."""
    tell = {installation().policy.organisation.language: request.form.get("mening", "")}
    holding.withdraw(installation(), actor(), public_id, request.form.get("varfor", ""), tell)
    flash(_("Meddelandet är tillbakadraget."))
    return redirect(url_for(".one", public_id=public_id), 303)
