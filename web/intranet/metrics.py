"""An installation's health as Prometheus reads it: how much and since when, and nobody's name.

Everything is asked of the database when it is read, so that every process tells the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from announcer import __version__
from announcer.db.schema import known_revision
from announcer.services.health import Health


def exposition(health: Health, accept: str) -> tuple[bytes, str]:
    """The metrics in the format that ``accept`` asks for, with their media type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(health))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


@dataclass(frozen=True, eq=False)
class _Collected(Collector):
    health: Health

    def collect(self) -> Iterator[Metric]:
        """The age of what is due first: it says more than everything that follows."""
        h = self.health
        due = GaugeMetricFamily(
            "announcer_oldest_due_seconds",
            "How long the oldest thing that may go has been due.",
            labels=["queue"],
        )
        for queue, age in h.oldest_due.items():
            due.add_metric([queue], age.total_seconds())
        yield due
        yield GaugeMetricFamily(
            "announcer_unconfirmed_page_seconds",
            "How long the oldest page has been out without having been read back.",
            h.unconfirmed_page.total_seconds(),
        )
        yield GaugeMetricFamily(
            "announcer_standstill_seconds",
            "How long nothing has been sent because of a standstill.",
            (h.at - h.standstill_since).total_seconds() if h.standstill_since else 0,
        )
        yield from self._counts()
        yield GaugeMetricFamily(
            "announcer_database_time_seconds",
            "The database's clock, which decides when everything goes.",
            h.at.timestamp(),
        )
        yield InfoMetricFamily(
            "announcer_build",
            "Which version runs, and the schema that it knows.",
            {"version": __version__, "schema": known_revision()},
        )

    def _counts(self) -> Iterator[Metric]:
        h = self.health
        under_way = GaugeMetricFamily(
            "announcer_announcements", "Announcements that are not finished.", labels=["state"]
        )
        for state, count in h.announcements.items():
            under_way.add_metric([state], count)
        yield under_way
        batches = GaugeMetricFamily(
            "announcer_batches",
            "Batches of recipients that are not done; 'again' waits for its next try.",
            labels=["state"],
        )
        for state, count in h.batches.items():
            batches.add_metric([state], count)
        yield batches
        yield GaugeMetricFamily(
            "announcer_stopped_steps",
            "Steps that were stopped by themselves and wait for a person.",
            h.stopped_steps,
        )
        yield GaugeMetricFamily(
            "announcer_open_calls",
            "Calls for somebody that nobody has taken.",
            h.open_calls,
        )
        doubts = GaugeMetricFamily(
            "announcer_deliveries_in_doubt",
            "Recipients of whom nobody knows if it reached them, by who decides.",
            labels=["decided_by"],
        )
        doubts.add_metric(["person"], h.doubts_for_a_person)
        doubts.add_metric(["itself"], h.doubts - h.doubts_for_a_person)
        yield doubts
