"""What those who run it look after, in one place: the lists, the roles, the channels, the record."""

from flask import Blueprint, render_template

from announcer.services import channel_health, event_search, lists, roles
from web.intranet.access import actor, installation
from web.intranet.policy_words import held_by

blueprint = Blueprint("admin", __name__, url_prefix="/forvalta")
blueprint.add_app_template_global(held_by)
blueprint.add_app_template_global(roles.by_unit, "by_unit")
#: People of one role who are named; a role of a whole unit is known by its rule.
MOST = 40


@blueprint.get("")
def overview() -> str:
    """The lists, with how much is in each and when it was last changed, and what else there is."""
    return render_template(
        "admin.html",
        lists=lists.summaries(installation(), actor()),
        sees_events=event_search.may_see(installation(), actor()),
    )


@blueprint.get("/roller")
def who_has_what() -> str:
    """Who has which role now, by what rule, and which nobody has."""
    return render_template("admin_roles.html", roles=roles.held(installation(), actor()), most=MOST)


@blueprint.get("/kanaler")
def channels() -> str:
    """How each channel goes, and the list that the press channel sends to."""
    found = lists.summaries(installation(), actor())
    return render_template(
        "admin_channels.html",
        channels=channel_health.of_channels(installation(), actor()),
        press=next(one for one in found if one.what == "press"),
        recent=channel_health.RECENT,
    )
