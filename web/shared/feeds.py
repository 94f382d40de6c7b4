"""The formats of feeds that both houses have."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from announcer.render import feeds

#: By the ending of the address: how a feed is written, and its media type.
FORMATS: Mapping[str, tuple[Callable[..., bytes], str]] = {
    "rss": (feeds.rss, "application/rss+xml; charset=utf-8"),
    "atom": (feeds.atom, "application/atom+xml; charset=utf-8"),
    "json": (feeds.json_feed, "application/feed+json; charset=utf-8"),
}
#: When an empty feed was last changed: always the same moment.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
