"""The intranet's own scripts and the stylesheets of its larger pages. Every page works without the
scripts; none comes from elsewhere or stands in a page.

Their addresses hold a version, so that a browser keeps them for good and an imported module comes
in the version of the one that imports it. They are open: nothing in them is about anything.
"""

import hashlib
import secrets
from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, abort, g, url_for
from markupsafe import Markup

from web.shared.files import PUBLIC, answer

blueprint = Blueprint("assets", __name__)
TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


@blueprint.get("/delar/<version>/<name>.<any(js, css):ending>")
def asset(version: str, name: str, ending: str) -> Response:
    """One file, whichever version is asked for: an open page must go on after an upgrade."""
    del version
    found = _ours().get(f"{name}.{ending}")
    if found is None:
        abort(404)
    return answer(found, TYPES[ending], cache=PUBLIC)


@blueprint.app_template_global()
def script(name: str, word: str = "") -> Markup:
    """The tag that loads one of our modules. ``word`` is the answer's `nonce` where the tag is kept
    for more than one answer."""
    return Markup('<script type="module" nonce="{}" src="{}"></script>').format(
        word or nonce(), _url(name, "js")
    )


@blueprint.app_template_global()
def sheet(name: str) -> Markup:
    """The tag that loads one of our stylesheets."""
    return Markup('<link rel="stylesheet" href="{}">').format(_url(name, "css"))


def nonce() -> str:
    """The word by which this answer's scripts may run; making it lets them (CSP level 3, 2.4)."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _url(name: str, ending: str) -> str:
    return url_for("assets.asset", version=_version(), name=name, ending=ending)


@cache
def _ours() -> dict[str, bytes]:
    folder = files("web.intranet").joinpath("static")
    return {one.name: one.read_bytes() for one in folder.iterdir()}


@cache
def _version() -> str:
    return hashlib.sha256(b"".join(found for _, found in sorted(_ours().items()))).hexdigest()[:12]
