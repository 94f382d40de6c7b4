"""The page behind a board's own QR code: something is to be done here, or nothing is.

It names no announcement and asks for no name. It keeps no address, sets no cookie and opens nothing;
a code that is none is answered as a board that is in order.
"""

import secrets
from hashlib import blake2b

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from announcer.services import boards
from web.intranet.access import installation
from web.shared.counting import apart, count

blueprint = Blueprint("board", __name__, url_prefix="/tavla")
LONGEST_CODE = 64
#: From one address: more than all who share a proxy ask for. Each look reckons all boards' tasks anew.
RATE = "120 per minute"
_SALT = secrets.token_bytes(16)


def limit(app: Flask) -> None:
    """Counted in this process alone, which holds however Redis is; an address is a salted hash there
    for a minute, and nowhere else."""
    endpoints = ("board.page", "board.done")
    limiter = apart(app, endpoints, _somebody, storage_uri="memory://")
    for endpoint in endpoints:
        count(app, endpoint, limiter.shared_limit(RATE, scope=blueprint.name))


def _somebody() -> str:
    return blake2b(get_remote_address().encode(), key=_SALT, digest_size=16).hexdigest()


@blueprint.get("/<code>")
def page(code: str) -> str:
    """Whether there is something to do; a look changes nothing."""
    return render_template(
        "board.html",
        bare=True,
        shown=boards.shown_at(installation(), code[:LONGEST_CODE]),
        done="klart" in request.args,
        newer="nyare" in request.args,
    )


@blueprint.post("/<code>")
def done(code: str) -> Response:
    """Everything that was shown is put up, replaced and taken down."""
    is_done = boards.done_at(installation(), code[:LONGEST_CODE], request.form.get("visad", ""))
    return redirect(f"{url_for('.page', code=code)}?{'klart' if is_done else 'nyare'}", 303)
