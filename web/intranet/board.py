"""The page behind a board's own QR code: something is to be done here, or nothing is.

It names no announcement and asks for no name. It keeps no address, sets no cookie and opens nothing;
a code that is none is answered as a board that is in order.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from announcer.services import boards
from web.intranet.access import installation

blueprint = Blueprint("board", __name__, url_prefix="/tavla")
LONGEST_CODE = 64


@blueprint.get("/<code>")
def page(code: str) -> str:
    """Whether there is something to do; a look changes nothing."""
    return render_template(
        "board.html",
        bare=True,
        to_do=boards.is_anything_to_do(installation(), code[:LONGEST_CODE]),
        done="klart" in request.args,
    )


@blueprint.post("/<code>")
def done(code: str) -> Response:
    """Everything is put up, replaced and taken down."""
    boards.done_at(installation(), code[:LONGEST_CODE])
    return redirect(url_for(".page", code=code, klart=""), 303)
