"""What those who run it look after, in one place."""

from flask import Blueprint, render_template

from announcer.services import event_search, lists
from web.intranet.access import actor, installation

blueprint = Blueprint("admin", __name__, url_prefix="/forvalta")


@blueprint.get("")
def overview() -> str:
    """The lists, with how much is in each and when it was last changed, and what else there is."""
    return render_template(
        "admin.html",
        lists=lists.summaries(installation(), actor()),
        sees_events=event_search.may_see(installation(), actor()),
    )
