"""What `/metrics` tells of plug-ins. No label names a channel, a person or a word."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from rempart.connect.opinion.limits import BreakerState
from rempart.web.opinions.desk import OpinionDesk


def told_of(desk: OpinionDesk) -> Iterator[Metric]:
    """The state of every plug-in."""
    counted = CounterMetricFamily(
        "rempart_opinions",
        "Messages offered to plug-ins, calls and what came of them",
        labels=["source", "what"],
    )
    seconds = CounterMetricFamily(
        "rempart_opinion_seconds", "Seconds that calls to plug-ins took", labels=["source"]
    )
    opened = CounterMetricFamily(
        "rempart_opinion_breaker_opened", "How often the breaker opened", labels=["source"]
    )
    is_open = GaugeMetricFamily(
        "rempart_opinion_breaker_open", "1 while nobody is asked", labels=["source"]
    )
    waiting = GaugeMetricFamily(
        "rempart_opinion_waiting", "Messages that wait for a plug-in", labels=["source"]
    )
    left = GaugeMetricFamily(
        "rempart_opinion_budget_left", "Texts that may be asked about now", labels=["source"]
    )
    for seat in desk.seats:
        for what, count in sorted(seat.counts.items()):
            counted.add_metric([seat.name, what], count)
        seconds.add_metric([seat.name], seat.seconds)
        opened.add_metric([seat.name], seat.breaker.opened)
        is_open.add_metric([seat.name], seat.breaker.state is not BreakerState.CLOSED)
        waiting.add_metric([seat.name], len(seat))
        left.add_metric([seat.name], seat.budget.now())
    yield from (counted, seconds, opened, is_open, waiting, left)
