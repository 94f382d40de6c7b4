"""Pages that are about the intranet itself."""

from flask import Blueprint, render_template

blueprint = Blueprint("pages", __name__)


@blueprint.get("/tillganglighet")
def accessibility() -> str:
    """The accessibility statement, with a way to complain (DOS-lagen)."""
    return render_template("accessibility.html")
