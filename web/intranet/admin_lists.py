"""The organisation's lists, for those who keep them: read, compared with a file, changed by row."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from announcer.domain.errors import N_, BadSubmission, Refusal
from announcer.people.lists import GROUP
from announcer.services import lists
from announcer.services.importing import Change
from announcer.services.lists import Numbered
from web.intranet.access import actor, installation
from web.shared.files import UNKEPT, answer

blueprint = Blueprint("admin_lists", __name__, url_prefix="/forvalta/listor")
#: Rows on a page, and of each kind of change in a preview.
ROWS = 50

TITLES = {
    "staff": N_("Personalen"),
    "units": N_("Enheterna"),
    "workplaces": N_("Arbetsplatserna"),
    "boards": N_("Tavlorna"),
    "shifts": N_("Skiftens telefoner"),
    "press": N_("Presslistan"),
}
#: What a column's cells are, for people; the file keeps its own words.
COLUMNS = {
    "person": N_("Person"),
    "unit": N_("Enhet"),
    "name": N_("Namn"),
    "kind": N_("Slag"),
    "parent": N_("Hör under"),
    "workplace": N_("Arbetsplats"),
    "role": N_("Befattning"),
    "email": N_("E-post"),
    "language": N_("Språk"),
    "languages": N_("Tavlornas språk"),
    "handovers": N_("Skiftet lämnar över"),
    "board": N_("Tavla"),
    "paper": N_("Papper"),
    "open_days": N_("Dagar då någon är där"),
    "phone": N_("Telefon"),
    "days": N_("Dagar"),
    "hours": N_("Tider"),
    "newsroom": N_("Redaktion"),
    "area": N_("Område"),
    "office": N_("Uppdrag"),
}
#: Cells of a board that are one of a few words.
OF_A_BOARD = {
    "kind": {"staff": N_("Där personalen går"), "visitors": N_("Där besökare går")},
    "paper": {"a4": N_("A4"), "a3": N_("A3")},
}


@blueprint.get("/<what>")
def one(what: str) -> str:
    """The list as it stands."""
    return _list_page(what)


@blueprint.get("/<what>/fil")
def file(what: str) -> Response:
    """The same as a file that can be taken in again."""
    content = lists.exported(installation(), actor(), what)
    name = f"{what.removeprefix(GROUP)}.csv"
    return answer(content, "text/csv", cache=UNKEPT, name=name, attached=True)


@blueprint.post("/<what>/granska")
def preview(what: str) -> str | tuple[str, int]:
    """What a file would change; nothing is changed."""
    lists.require_keeper(installation(), actor())
    upload = request.files.get("fil")
    content = upload.read() if upload else b""
    try:
        if not content:
            raise Refusal(N_("Välj en fil först."))
        change = lists.preview(installation(), actor(), what, content)
    except Refusal as fault:
        return _list_page(what, fault), 422
    return _preview_page(what, content, change)


@blueprint.post("/<what>/las-in")
def take_in(what: str) -> Response | tuple[str, int]:
    """Take in the file that was looked at, if it still does what was shown."""
    try:
        content = b64decode(request.form.get("innehall", ""), validate=True)
    except (NotBase64, ValueError):
        content = b""
    seal = request.form.get("granskad", "")
    try:
        change = lists.take_in(installation(), actor(), what, content, seal)
    except lists.StaleError as fault:
        change = lists.preview(installation(), actor(), what, content)
        if change.is_none and not change.result.findings:
            flash(_("Listan är redan som filen säger. Det finns inget att ändra."))
            return redirect(url_for(".one", what=what), 303)
        return _preview_page(what, content, change, fault), 409
    flash(
        _(
            "Listan är ändrad. Nya: %(new)s. Ändrade: %(changed)s. Borttagna: %(gone)s.",
            new=len(change.new),
            changed=len(change.changed),
            gone=len(change.gone),
        )
    )
    return redirect(url_for(".one", what=what), 303)


@blueprint.get("/<what>/rad")
def row(what: str) -> str:
    """One row, or an empty one to add."""
    return _row_page(what, request.args.get("rad", ""))


@blueprint.post("/<what>/rad")
def change_row(what: str) -> Response | tuple[str, int]:
    """Change, add or take out one row; what was typed stays where it is refused."""
    form, known = request.form, lists.known(installation(), what)
    mark = form.get("rad", "")
    gone = form.get("gor") == "bort"
    cells = tuple(" ".join(form.get(name, "").split()) for name in known.columns)
    try:
        lists.change_row(installation(), actor(), what, mark, None if gone else cells)
    except lists.RowGoneError as gone_already:
        flash(gone_already.say(_))
        return redirect(url_for(".one", what=what), 303)
    except Refusal as fault:
        if not lists.keeps(installation(), actor()):
            raise
        return _row_page(what, mark, None if gone else cells, fault), 422
    flash(_("Raden är borttagen.") if gone else _("Raden är sparad."))
    return redirect(url_for(".one", what=what), 303)


def _list_page(what: str, fault: Refusal | None = None) -> str:
    words = request.args.get("sok", "").strip()[:100]
    columns = lists.known(installation(), what).columns
    rows = lists.rows(installation(), actor(), what)
    choices = lists.choices(columns, rows)
    wanted = {name: request.args[name][:100] for name in choices if request.args.get(name)}
    found = lists.narrowed(columns, lists.search(rows, words), wanted)
    page = min(max(request.args.get("sida", 1, int), 1), max(1, -(-len(found) // ROWS)))
    return render_template(
        "admin_list.html",
        what=what,
        columns=columns,
        choices=choices,
        wanted=wanted,
        rows=found[(page - 1) * ROWS : page * ROWS],
        total=len(rows),
        found=len(found),
        page=page,
        pages=max(1, -(-len(found) // ROWS)),
        words=words,
        history=lists.history(installation(), actor(), what),
        largest=lists.LARGEST // 1_000_000,
        faults=_faults(fault),
    )


def _preview_page(what: str, content: bytes, change: Change, fault: Refusal | None = None) -> str:
    return render_template(
        "admin_preview.html",
        what=what,
        columns=lists.known(installation(), what).columns,
        change=change,
        most=ROWS,
        content=b64encode(content).decode(),
        faults=_faults(fault),
    )


def _row_page(
    what: str, mark: str, typed: tuple[str, ...] | None = None, fault: Refusal | None = None
) -> str:
    lists.require_keeper(installation(), actor())
    columns = lists.known(installation(), what).columns
    old: Numbered | None = lists.row(installation(), actor(), what, mark) if mark else None
    cells = typed or (old.cells if old else ("",) * len(columns))
    return render_template(
        "admin_row.html",
        what=what,
        old=old,
        cells=list(zip(columns, cells, strict=True)),
        options=OF_A_BOARD if what == "boards" else {},
        suggested=lists.choices(columns, lists.rows(installation(), actor(), what)),
        follows=lists.consequences(installation(), actor(), what, old) if old else None,
        faults=_faults(fault),
    )


def _faults(fault: Refusal | None) -> tuple[Refusal, ...]:
    if fault is None:
        return ()
    return fault.findings if isinstance(fault, BadSubmission) else (fault,)


@blueprint.app_template_global()
def list_title(what: str) -> str:
    """A list's name for people; a group's is the policy's own."""
    if what.startswith(GROUP):
        return installation().policy.audiences[what.removeprefix(GROUP)].title
    return str(_(TITLES[what]))


@blueprint.app_template_global()
def column_title(column: str) -> str:
    """What a column's cells are."""
    return str(_(COLUMNS[column]))


@blueprint.app_template_global()
def in_rows(count: int) -> str:
    """So many rows, in words."""
    return str(ngettext("%(num)s rad", "%(num)s rader", count))
