"""Signing in by choosing a person from the directory: for evaluation, on this machine only."""

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.domain.audience import Person
from announcer.people.lookup import directory, find_person
from web.intranet.access import config, installation, is_on_loopback, units

blueprint = Blueprint("signin", __name__)
#: As many as a person looks through; the search finds the others.
SHOWN = 40


def _refuse_elsewhere() -> None:
    if config().sign_in != "choose" or not is_on_loopback():
        abort(403, _("Inloggningen är inte inställd på den här adressen."))


@blueprint.get("/logga-in")
def choose() -> str:
    """The directory, searched by id, position and unit."""
    _refuse_elsewhere()
    words = request.args.get("sok", "").casefold().split()
    with installation().database.reading() as found:
        people = [person for person in directory(found) if _matches(person, words)]
    return render_template(
        "signin.html",
        people=people[:SHOWN],
        count=len(people),
        onward=_own_path(request.args.get("vidare", "")),
    )


def _matches(person: Person, words: list[str]) -> bool:
    unit = units().by_code.get(person.unit)
    known = f"{person.directory_id} {person.role} {unit.name if unit else person.unit}".casefold()
    return all(word in known for word in words)


@blueprint.post("/logga-in")
def sign_in() -> Response:
    """A new session for the chosen person; whatever the old one held is gone."""
    _refuse_elsewhere()
    with installation().database.reading() as found:
        person = find_person(found, request.form.get("person", ""))
    session.clear()
    session["person"] = str(person.pseudonym)
    return redirect(_own_path(request.form.get("vidare", "")) or url_for("reading.front"), 303)


def _own_path(onward: str) -> str:
    """``onward`` if it is a path of ours, else nothing: a link must not lead elsewhere."""
    clean = onward.isprintable() and "\\" not in onward
    return onward if clean and onward.startswith("/") and not onward.startswith("//") else ""


@blueprint.post("/logga-ut")
def sign_out() -> Response:
    """The end of the session."""
    session.clear()
    flash(_("Du är utloggad."))
    return redirect(url_for("signin.choose"), 303)
