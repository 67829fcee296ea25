"""Figures of orders of authorities (sheet 3). Pure; there are never many."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from rempart.disclose.history.figures import HOUR_MS, Figures, median
from rempart.model import Effect, OrderKind
from rempart.store.interface.orders import OrderRow

UNSPECIFIED = ""
"""The harm of an order that names no legal ground."""


class Orders(NamedTuple):
    """Medians in hours from receipt; None when there is nothing to take one of."""

    content: int
    items: int
    content_receipt: float | None
    content_effect: float | None
    information: int
    information_receipt: float | None
    information_effect: float | None


def orders(
    figures: Figures,
    harms: Collection[str] | None = None,
    countries: Collection[str] | None = None,
) -> Orders:
    """Received in the period. `countries`: of the authority, as declared (Greece is GR)."""
    period = figures.period
    found = [
        row
        for row in figures.history.declared.orders
        if period.begin_ms <= row.received_ms < period.end_ms
        and (harms is None or (row.order.harm or UNSPECIFIED) in harms)
        and (countries is None or row.order.country in countries)
    ]
    content = [row for row in found if row.order.kind is OrderKind.CONTENT]
    information = [row for row in found if row.order.kind is OrderKind.INFORMATION]
    return Orders(
        len(content),
        sum(max(1, len(row.order.links)) for row in content),
        _receipt(content),
        _effect(content),
        len(information),
        _receipt(information),
        _effect(information),
    )


def _receipt(rows: Collection[OrderRow]) -> float | None:
    return _median([(row.received_ms, row.receipt_ms) for row in rows])


def _effect(rows: Collection[OrderRow]) -> float | None:
    given = [row for row in rows if row.effect in (Effect.GIVEN, Effect.PARTLY)]
    return _median([(row.received_ms, row.effect_ms) for row in given])


def _median(times: list[tuple[int, int | None]]) -> float | None:
    hours = [max(0, end - begin) / HOUR_MS for begin, end in times if end is not None]
    return median(np.array(hours, np.float64))
