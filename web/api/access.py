"""Who asks: the holder of a key, with its person's rights and its own scopes."""

from typing import cast

from apiflask import HTTPTokenAuth
from flask import Response, current_app, g, request

from announcer.domain.audience import Person
from announcer.services import tokens
from announcer.services.installation import Installation
from announcer.services.tokens import Holder
from web.api.problems import problem

auth = HTTPTokenAuth(scheme="Bearer", security_scheme_name="key")


def installation() -> Installation:
    """The installation this application serves."""
    return cast(Installation, current_app.extensions["announcer"])


def holder() -> Holder:
    """Whoever asks; `auth` has made sure that there is somebody."""
    return cast(Holder, g.holder)


def actor() -> Person:
    """The person whose rights the key carries."""
    return holder().person


def known_holder() -> Holder | None:
    """The holder of the key that the request shows; None where it is not valid or not there."""
    if "holder" not in g:
        header = request.authorization
        g.holder = _holder_of(header.token if header and header.type == "bearer" else None)
    return cast("Holder | None", g.holder)


def _holder_of(token: str | None) -> Holder | None:
    """Its use leaves no trace."""
    if not token or not token.startswith(tokens.PREFIX):
        return None
    with installation().database.reading() as session:
        return tokens.holder(session, token)


@auth.verify_token
def verify(_: str | None) -> Holder | None:
    """The holder of a key that is valid."""
    return known_holder()


@auth.get_user_roles
def scopes(found: Holder) -> list[str]:
    """What the key may be used for."""
    return [scope.value for scope in found.scopes]


@auth.error_handler
def refuse(status: int) -> Response:
    """401 without a valid key, 403 where it lacks the scope."""
    if status == 401:
        g.pop("holder", None)
        return problem("not-signed-in", WWW_Authenticate='Bearer realm="announcer"')
    return problem("not-allowed")
