"""The intranet: where staff read first, managers write, and the information unit watches."""

from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFProtect

from announcer.config import Config
from announcer.render import timeline
from announcer.render.catalogue import TRANSLATIONS
from announcer.services.installation import Installation
from announcer.services.kept import Kept
from web.intranet import (
    admin,
    admin_events,
    admin_lists,
    agenda,
    assets,
    board,
    boards,
    briefing,
    calls,
    commenting,
    correcting,
    crisis,
    desk,
    drafts,
    feeds,
    finding,
    following,
    handover,
    health,
    large_print,
    limits,
    on_duty,
    openid,
    opening_up,
    operation,
    pages,
    policy_page,
    proofreading,
    reading,
    reviewing,
    signin,
    sketching,
    standing_in,
    workplace,
    workplace_codes,
    writing,
)
from web.intranet.access import admit, look_away, refuse_what_cannot_be_stored
from web.intranet.errors import LARGEST_REQUEST, explain_errors
from web.intranet.signing import Sessions
from web.intranet.words import language, teach
from web.shared.faults import House
from web.shared.files import PERSONAL
from web.shared.headers import protect, standing
from web.shared.look import look
from web.shared.porch import Porch
from web.shared.security import security
from web.shared.shelf import Shelf
from web.shared.squeeze import squeeze_files

#: The parts of the house, each with its own addresses.
PARTS = (
    signin,
    openid,
    reading,
    large_print,
    finding,
    feeds,
    writing,
    sketching,
    drafts,
    proofreading,
    reviewing,
    commenting,
    following,
    opening_up,
    boards,
    board,
    briefing,
    handover,
    calls,
    correcting,
    crisis,
    on_duty,
    desk,
    agenda,
    standing_in,
    workplace,
    workplace_codes,
    operation,
    admin,
    admin_lists,
    admin_events,
    policy_page,
    pages,
    assets,
    health,
)


def create_app(installation: Installation, config: Config) -> Flask:
    """The application. Nothing is connected before the first request."""
    app = House(__name__)
    app.extensions["announcer"] = installation
    app.extensions["announcer config"] = config
    app.extensions["intranet shelf"] = Shelf()
    app.extensions["articles as html"] = Kept(500)
    app.extensions["feeds"] = Kept(100)
    app.config.update(_settings(config))
    app.session_interface = Sessions()
    app.before_request(admit)
    app.teardown_request(look_away)
    csrf = CSRFProtect(app)
    app.before_request(refuse_what_cannot_be_stored)
    # Its code is all that it asks for; it knows no session, and gives none.
    csrf.exempt(board.blueprint)
    # Comes from the identity provider, which signs what it says.
    csrf.exempt(openid.ended_there)
    Babel(app, locale_selector=language)
    # Bootstrap-Flask makes its static folder's address from the application's.
    app.static_url_path = "/utseende"
    Bootstrap5(app)
    app.register_blueprint(look(installation.sender, timeline.style()))
    app.register_blueprint(security(installation.sender, config.intranet_url))
    for part in PARTS:
        app.register_blueprint(part.blueprint)
    limits.limit(app, config)
    board.limit(app)
    teach(app)
    explain_errors(app)
    protect(app)
    squeeze_files(app)
    headers = standing() | {"Cache-Control": PERSONAL}
    # Flask's own way for what stands before it.
    app.wsgi_app = Porch(  # type: ignore[method-assign]
        app.wsgi_app, feeds.at_hand(app), headers.items()
    )
    return app


def _settings(config: Config) -> dict[str, object]:
    secure = config.intranet_url.startswith("https:")
    return {
        "SECRET_KEY": config.secret_key,
        # RFC 6265bis section 4.1.3.2: no other host or path can set or see such a cookie.
        "SESSION_COOKIE_NAME": "__Host-announcer" if secure else "announcer",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "MAX_FORM_MEMORY_SIZE": LARGEST_REQUEST,
        # A text may take a day to write; the token lives as long as the session.
        "WTF_CSRF_TIME_LIMIT": None,
        # It asks for the Referer, which our own pages never send (feed keys stand in addresses).
        "WTF_CSRF_SSL_STRICT": False,
        "BABEL_DEFAULT_LOCALE": "sv",
        "BABEL_TRANSLATION_DIRECTORIES": str(TRANSLATIONS),
        "BOOTSTRAP_SERVE_LOCAL": True,
        "SEND_FILE_MAX_AGE_DEFAULT": 86_400,
    }
