"""What `/metrics` tells of lines. No label names a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from rempart.protect.replies import MILLION
from rempart.store.interface import Tables
from rempart.web.lines.desk import LineDesk


def told_of(tables: Tables, desks: Iterable[LineDesk]) -> Iterator[Metric]:
    """Of every line what was spent, the caps, and what became of its messages."""
    spent = GaugeMetricFamily(
        "rempart_line_spent", "Spent on replies, in the line's currency", labels=["line", "window"]
    )
    cap = GaugeMetricFamily("rempart_line_cap", "The cost cap", labels=["line", "window"])
    replies = CounterMetricFamily(
        "rempart_line_messages",
        "Messages of the line, by what became of their reply",
        labels=["line", "state", "reason"],
    )
    unsigned = CounterMetricFamily(
        "rempart_line_unsigned", "Webhooks refused for their signature", labels=["line"]
    )
    for desk in desks:
        limits, name = desk.settings.limits, desk.name
        now = tables.replies.spent(name, desk.clock.now_ms())
        for window, used, most in (
            ("hour", now.hour, limits.cap_hour),
            ("day", now.day, limits.cap_day),
        ):
            spent.add_metric([name, window], used / MILLION)
            cap.add_metric([name, window], most / MILLION)
        for (state, reason), count in sorted(tables.replies.counts(name, 0).items()):
            replies.add_metric([name, state, reason], count)
        unsigned.add_metric([name], desk.counts["unsigned"])
    yield from (spent, cap, replies, unsigned)
