"""Pages that are about the intranet itself."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.intranet.access import installation
from web.intranet.session import own_path, read_in

blueprint = Blueprint("pages", __name__)


@blueprint.get("/tillganglighet")
def accessibility() -> str:
    """The accessibility statement, with a way to complain (DOS-lagen)."""
    return render_template("accessibility.html")


@blueprint.post("/sprak")
def choose_language() -> Response:
    """The pages in another of the house's languages, for this session; mail keeps to the directory's."""
    chosen = request.form.get("sprak", "")
    if chosen in installation().policy.organisation.languages:
        read_in(chosen)
    onward = own_path(request.form.get("vidare", ""))
    return redirect(onward or url_for("reading.front"), 303)
