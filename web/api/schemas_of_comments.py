"""What goes in and out of the API about comments."""

from apiflask import Schema
from apiflask.fields import Boolean, List, Nested, String
from apiflask.validators import Length, Regexp

from announcer.services.commenting import LONGEST_COMMENT, LONGEST_QUOTE
from web.api.schemas import NO_NUL


class CommentIn(Schema):
    """What is said of the text with this hash; ``quote`` is words of it as they are read, empty for all
    of it."""

    content_hash = String(required=True, validate=Regexp(r"^[0-9a-f]{64}\Z"))
    words = String(required=True, validate=[Length(1, LONGEST_COMMENT), NO_NUL])
    quote = String(load_default="", validate=[Length(max=LONGEST_QUOTE), NO_NUL])


class Comment(Schema):
    """One comment; ``field`` and ``quote`` are empty where it is about the whole text. ``roles`` are
    those of who said it, none for whoever wrote the text."""

    id = String(required=True)
    field = String(required=True)
    quote = String(required=True)
    moved_away = Boolean(
        required=True, metadata={"description": "the quoted words have been changed"}
    )
    words = String(required=True)
    roles = List(String(), required=True)
    mine = Boolean(required=True)
    at = String(required=True)
    done = Boolean(required=True)


class Comments(Schema):
    """What is said of the text with this hash: what is not seen to first."""

    content_hash = String(required=True)
    comments = List(Nested(Comment), required=True)
