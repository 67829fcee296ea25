"""What `/metrics` tells of statements on their way to the Transparency Database."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from rempart.engine.embedded import EmbeddedEngine
from rempart.store.interface.feed import FeedState
from rempart.web.feed.desk import FeedDesk


def told_of(engine: EmbeddedEngine, desk: FeedDesk) -> Iterator[Metric]:
    """`desk` has a database."""
    assert desk.database is not None, "nothing is told of what is off"
    with engine.read() as tables:
        counts = tables.feed.counts(desk.database)
    states = GaugeMetricFamily(
        "rempart_feed_statements",
        "Statements of reasons for the Transparency Database, by state",
        labels=["state"],
    )
    for state in FeedState:
        states.add_metric([state.value], counts.get(state, 0))
    yield states
    yield GaugeMetricFamily(
        "rempart_feed_trouble",
        "1 while the connection to the Transparency Database is in trouble",
        value=desk.trouble is not None,
    )
