"""The handover sheet: what is new at a workplace, to read on the screen or to print.

Nothing here writes down who read it (TF 3 kap. 5 §).
"""

from flask import Blueprint, Response, render_template

from announcer.services import handover
from web.intranet.access import arrival, installation, looking, reader
from web.intranet.words import language, unit_name
from web.shared.files import UNKEPT, answer

blueprint = Blueprint("handover", __name__, url_prefix="/overlamning")


@blueprint.get("")
def page() -> str:
    """The next handover where whoever asks works, and the last ones."""
    asks, zone = reader(), installation().policy.zone
    known = handover.of_workplace(looking(), installation(), asks.workplace, arrival().now)
    return render_template(
        "handover.html",
        workplace=asks.workplace,
        sheet=handover.sheet(installation(), asks) if known else None,
        others=[(one, one.name(zone)) for one in known[1:]],
    )


@blueprint.get("/overlamning.pdf", defaults={"name": ""})
@blueprint.get("/<name>/overlamning.pdf")
def pdf(name: str) -> Response:
    """The sheet of the next handover, or of the one with this name (local time)."""
    found = handover.sheet(installation(), reader(), name)
    units = [unit_name(one.unit) for one in found.withdrawn]
    content = handover.printed(installation(), found, units, language())
    # By its own name: a workplace's can hold what no header can.
    when = found.handover.name(installation().policy.zone).replace(":", ".")
    return answer(content, "application/pdf", name=f"overlamning-{when}.pdf", cache=UNKEPT)
