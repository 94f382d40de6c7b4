"""How often one colleague may write, and how often one address may try codes, links and accounts.

Reading is never counted (TF 3 kap. 5 §), and nothing that stops, releases, opens up or belongs to a
crisis is ever limited: only what is listed here.
"""

from hashlib import blake2b

from flask import Flask, Response, request
from flask_limiter.util import get_remote_address

from announcer.config import Config
from web.intranet.access import actor, config
from web.intranet.sketching import View
from web.shared.counting import apart, count, counted_in

#: Of one person, for each kind: more than a script of ours saves and shows while they write.
WRITING = "120 per minute"
#: From one address, which may be a proxy's that all share.
TRYING = "60 per minute"
#: What leaves something behind, or is dear to make.
WRITERS = (
    "writing.hand_in",
    "drafts.save",
    "proofreading.ask",
    "proofreading.say",
    "sketching.show",
    "correcting.correct",
    "boards.done",
    "feeds.make_key",
    "standing_in.appoint",
    "workplace_codes.make",
    "admin_lists.preview",
    "admin_lists.take_in",
    "admin_lists.change_row",
)
#: Where a key can be guessed.
TRIES = ("workplace.enter", "signin.use_link")
#: Where the identity provider is asked whether a code is good.
ACCOUNTS = "openid.come_back"
#: Only this is counted there: a morning when everybody signs in has none of it.
REFUSED = 403
#: What draws a poster when its address asks for one.
FORM = "writing.write"
LIMITED = frozenset({*WRITERS, *TRIES, ACCOUNTS, FORM})


def limit(app: Flask, settings: Config) -> None:
    """Count from now on. Called when every part has its addresses; connects to nothing."""
    counted = counted_in(settings.redis_url)
    limiter = apart(app, LIMITED, get_remote_address, key_prefix="announcer", **counted)
    sent, asked = ["POST"], ["GET"]
    for endpoint in WRITERS:
        count(app, endpoint, limiter.limit(WRITING, key_func=_writer, methods=sent))
    for endpoint in TRIES:
        count(app, endpoint, limiter.limit(TRYING, key_func=_address, methods=sent))
    refused = limiter.limit(TRYING, key_func=_address, methods=asked, deduct_when=_was_refused)
    count(app, ACCOUNTS, refused)
    drawn = limiter.limit(WRITING, key_func=_writer, methods=asked, exempt_when=_draws_nothing)
    count(app, FORM, drawn)


def _was_refused(answer: Response) -> bool:
    return answer.status_code == REFUSED


def _draws_nothing() -> bool:
    return request.args.get("flik") != View.POSTER


def _writer() -> str:
    return _said_by_nobody(str(actor().pseudonym))


def _address() -> str:
    return _said_by_nobody(get_remote_address())


def _said_by_nobody(who: str) -> str:
    """Under what somebody is counted: for a minute, and told to nobody who reads the counter."""
    key = config().secret_key.encode()[:64]
    return blake2b(who.encode(), key=key, digest_size=16).hexdigest()
