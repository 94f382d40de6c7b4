"""Signing in: by a link that works once, or by choosing a person from the directory.

Choosing is for evaluation, on this machine only. The organisation's own accounts are ``openid``'s.
"""

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcer.domain.audience import Person
from announcer.people.lookup import directory, find_person
from announcer.services import signing_in
from web.intranet import openid
from web.intranet.access import arrival, config, installation, is_on_loopback, units
from web.intranet.session import own_path, start_session

blueprint = Blueprint("signin", __name__)
Page = tuple[str, int]
#: As many as a person looks through; the search finds the others.
SHOWN = 40


def _refuse_elsewhere() -> None:
    if config().sign_in != "choose" or not is_on_loopback():
        text = _("Här loggar man in med en länk. Be den som sköter systemet om en.")
        abort(make_response(_page(_("Logga in"), text, 403)))


@blueprint.get("/logga-in")
def choose() -> str:
    """The way to the organisation's own accounts; else the directory, searched by id, position and
    unit."""
    if config().provider:
        return openid.door(own_path(request.args.get("vidare", "")))
    _refuse_elsewhere()
    words = request.args.get("sok", "").casefold().split()
    with installation().database.reading() as found:
        people = [person for person in directory(found) if _matches(person, words)]
    return render_template(
        "signin.html",
        people=people[:SHOWN],
        count=len(people),
        onward=own_path(request.args.get("vidare", "")),
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
    start_session(person, arrival().now)
    return redirect(own_path(request.form.get("vidare", "")) or url_for("reading.front"), 303)


@blueprint.get("/logga-in/<key>")
def show_link(key: str) -> Page:
    """Whom the link lets in, and one button. Opening it does not use it up: mail programs and
    chats open links to show what is behind them."""
    with installation().database.reading() as found:
        invited = signing_in.whose(found, key)
    if invited is None:
        return _no_such_link()
    unit = units().by_code.get(invited.unit)
    text = _(
        "Länken är till för %(person)s, %(unit)s, och gäller en gång.",
        person=invited.directory_id,
        unit=unit.name if unit else invited.unit,
    )
    return _page(_("Logga in"), text, 200, invited)


@blueprint.post("/logga-in/<key>")
def use_link(key: str) -> Response | Page:
    """A new session for the link's person; the link is gone."""
    person = signing_in.sign_in(installation(), key)
    if person is None:
        return _no_such_link()
    start_session(person, arrival().now)
    return redirect(url_for("reading.front"), 303)


def _no_such_link() -> Page:
    """The same for a false, a used and an old link: which it was, a stranger need not know."""
    text = _(
        "Den är redan använd, för gammal eller inte hel. Be den som sköter systemet om en ny länk. "
        "Har du nyss tryckt på knappen är du redan inloggad: gå till nyheterna."
    )
    return _page(_("Länken gäller inte"), text, 404, onward=True)


def _page(
    title: str, text: str, code: int, invited: Person | None = None, *, onward: bool = False
) -> Page:
    page = render_template(
        "signin_link.html", title=title, text=text, invited=invited, onward=onward
    )
    return page, code


@blueprint.post("/logga-ut")
def sign_out() -> Response:
    """The end of the session."""
    session.clear()
    flash(_("Du är utloggad."))
    onward = redirect(url_for("openid.gone" if config().provider else "signin.choose"), 303)
    # W3C Clear Site Data: what the pages kept in this browser of an unsaved text goes with it.
    onward.headers["Clear-Site-Data"] = '"storage"'
    return onward
