"""Pages about the newsroom itself; they need no database."""

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Redirect

from web.newsroom.answers import standing
from web.shared.feeds import FORMATS

blueprint = Blueprint("pages", __name__)


@blueprint.get("/presskontakt")
def press() -> Response:
    """Whom a journalist calls."""
    return standing(render_template("press.html"))


@blueprint.get("/floden")
def feeds() -> Response:
    """The addresses of the feeds."""
    return standing(render_template("feeds.html", formats=FORMATS))


@blueprint.get("/tillganglighet")
def accessibility() -> Response:
    """The accessibility statement, with a way to complain (DOS-lagen)."""
    return standing(render_template("accessibility.html"))


@blueprint.get("/favicon.ico")
def favicon() -> Redirect:
    """For browsers that look there without asking the page."""
    return redirect(url_for("look.logo"), 301)
