"""How the system goes, for people: whether things go out as they should, and whom to tell."""

from datetime import timedelta

from babel.dates import format_timedelta
from flask import Blueprint, render_template
from flask_babel import get_locale

from announcer.services import health
from announcer.services.health import TOO_OLD, Health
from web.intranet.access import installation

blueprint = Blueprint("operation", __name__)


@blueprint.get("/driftlage")
def page() -> str:
    """For every colleague; what is counted is for the information unit alone."""
    return render_template("operation.html", health=now(), too_old=TOO_OLD)


def now() -> Health:
    """The installation as it is at this moment."""
    with installation().database.reading() as session:
        return health.of(session)


@blueprint.app_template_filter("lasting")
def lasting(age: timedelta) -> str:
    """A time in words: ``4 minuter``."""
    return format_timedelta(age, threshold=1.2, locale=get_locale())
