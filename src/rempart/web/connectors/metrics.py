"""What `/metrics` says of the connectors. The only label is the name an operator gave."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from rempart.web.connectors.board import Connectors


def told_of_connectors(connectors: Connectors) -> Iterator[Metric]:
    if not connectors.numbers:
        return
    connected = GaugeMetricFamily(
        "rempart_connector_connected",
        "1: the connector reads its platform now, 0: it does not",
        labels=["connector"],
    )
    lag = GaugeMetricFamily(
        "rempart_connector_lag_seconds",
        "From being written to being taken, of the last message",
        labels=["connector"],
    )
    items = CounterMetricFamily(
        "rempart_connector_items",
        "Messages and events of the platform, by what came of them",
        labels=["connector", "result"],
    )
    measures = CounterMetricFamily(
        "rempart_connector_measures",
        "Measures and undos sent to the platform, by what came of them",
        labels=["connector", "result"],
    )
    retries = CounterMetricFamily(
        "rempart_connector_retries", "Connected or sent once more", labels=["connector"]
    )
    waits = CounterMetricFamily(
        "rempart_connector_waits",
        "Times a reader had to wait because the service had too much to do",
        labels=["connector"],
    )
    for name, numbers in sorted(connectors.numbers.items()):
        if numbers.connected is not None:
            connected.add_metric([name], float(numbers.connected))
            lag.add_metric([name], numbers.lag)
        for result in ("taken", "duplicates", "refused"):
            items.add_metric([name, result], getattr(numbers, result))
        for result in ("applied", "not_applied"):
            measures.add_metric([name, result], getattr(numbers, result))
        retries.add_metric([name], numbers.retries)
        waits.add_metric([name], numbers.waits)
    yield from (connected, lag, items, measures, retries, waits)
