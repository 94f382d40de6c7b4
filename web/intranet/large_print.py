"""Large print: what is read, in letters of 18 points and more, for whoever chose so in this browser.

The choice is a cookie that says yes and nothing else. It is told to the server and kept nowhere there.
"""

from datetime import timedelta

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from web.intranet.access import config
from web.intranet.session import own_path

blueprint = Blueprint("large_print", __name__)
COOKIE = "storstil"
CHOSEN = "ja"
#: Whoever needs it needs it next year as well.
KEPT = timedelta(days=365)


@blueprint.app_template_global()
def large_print() -> bool:
    """Whether this browser asks for it."""
    return request.cookies.get(COOKIE) == CHOSEN


@blueprint.get("/storstil")
def choose() -> Response:
    """Chosen or taken back, and on to the page that it was chosen from."""
    response = redirect(own_path(request.args.get("vidare", "")) or url_for("reading.front"))
    chosen = request.args.get("hur") == CHOSEN
    response.set_cookie(
        COOKIE,
        CHOSEN if chosen else "",
        max_age=KEPT if chosen else 0,
        secure=config().intranet_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return response
