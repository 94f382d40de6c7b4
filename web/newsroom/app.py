"""The newsroom: the public house. It knows what is released, and of nothing else."""

from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5

from announcer.render.catalogue import TRANSLATIONS
from announcer.services.released import Newsroom
from web.newsroom import feeds, health, pages, reading
from web.newsroom.errors import explain_errors
from web.newsroom.house import language
from web.newsroom.words import teach
from web.shared.faults import House
from web.shared.files import REVALIDATED
from web.shared.headers import protect, standing
from web.shared.look import look
from web.shared.porch import Porch
from web.shared.security import security
from web.shared.shelf import Shelf
from web.shared.squeeze import squeeze_files

#: The parts of the house, each with its own addresses.
PARTS = (reading, pages, feeds, health)


def create_app(newsroom: Newsroom) -> Flask:
    """The application. Nothing is connected before the first request.

    There is no secret key, hence no session and no cookie; nothing can be sent in.
    """
    app = House(__name__)
    app.extensions["newsroom"] = newsroom
    app.extensions["newsroom shelf"] = Shelf()
    app.config.update(
        {
            "BABEL_DEFAULT_LOCALE": "sv",
            "BABEL_TRANSLATION_DIRECTORIES": str(TRANSLATIONS),
            "BOOTSTRAP_SERVE_LOCAL": True,
            "SEND_FILE_MAX_AGE_DEFAULT": 86_400,
            # Bytes of a request's body: there is nothing to send.
            "MAX_CONTENT_LENGTH": 1_000,
        }
    )
    Babel(app, locale_selector=language)
    # Bootstrap-Flask makes its static folder's address from the application's.
    app.static_url_path = "/utseende"
    Bootstrap5(app)
    app.register_blueprint(look(newsroom.sender))
    app.register_blueprint(security(newsroom.sender, newsroom.base_url))
    for part in PARTS:
        app.register_blueprint(part.blueprint)
    teach(app)
    explain_errors(app)
    protect(app, public=True)
    squeeze_files(app)
    headers = standing(public=True) | {"Cache-Control": REVALIDATED}
    # Flask's own way for what stands before it.
    app.wsgi_app = Porch(  # type: ignore[method-assign]
        app.wsgi_app, feeds.at_hand(app), headers.items()
    )
    return app
