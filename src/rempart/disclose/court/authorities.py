"""Head 4: what was passed on to authorities, and what they asked for. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from rempart.cases.evidence.referrals import places
from rempart.disclose.court.read import Read
from rempart.disclose.court.table import HOUR_MS, Table, hours, table
from rempart.disclose.plain_csv import Cell
from rempart.model.moments import at_time
from rempart.store.interface.orders import OrderRow
from rempart.store.interface.referrals import ReferralRow

AUTHORITY = "authority"
UNKNOWN = ""


def sent(read: Read) -> list[ReferralRow]:
    """What left for an authority in the period, in order; not for one of another country than the
    perimeter's. Where it is not recorded which country's it was, it is in."""
    wanted = read.perimeter.jurisdiction
    return [
        row for row in sent_anywhere(read) if not wanted or country_of(row) in (wanted, UNKNOWN)
    ]


def sent_anywhere(read: Read) -> list[ReferralRow]:
    return sorted(
        (
            row
            for row in read.referrals
            if row.kind == AUTHORITY
            and row.sent_ms is not None
            and read.period.begin_ms <= row.sent_ms < read.period.end_ms
            and (read.harms is None or row.harm in read.harms)
        ),
        key=lambda row: (row.sent_ms or 0, row.id),
    )


def country_of(row: ReferralRow) -> str:
    """Of the authority; `UNKNOWN`: it is not recorded."""
    place = places().get(row.place)
    return UNKNOWN if place is None else place.country


def requests(read: Read) -> list[OrderRow]:
    """Orders received in the period, of the perimeter's country."""
    wanted = read.perimeter.jurisdiction
    return [row for row in requests_of_all(read) if not wanted or row.order.country == wanted]


def requests_of_all(read: Read) -> list[OrderRow]:
    return [
        row
        for row in read.history.declared.orders
        if read.period.begin_ms <= row.received_ms < read.period.end_ms
        and (read.harms is None or (row.order.harm or "") in read.harms)
    ]


def head_4(read: Read) -> Iterator[Table]:
    rows = sent(read)
    begins = [month.begin_ms for month in read.months]
    counted = Counter(
        (
            row.place,
            row.harm,
            read.months[int(np.searchsorted(begins, row.sent_ms or 0, "right")) - 1].cell[:7],
        )
        for row in rows
    )
    yield table(
        "4.1-transmissions",
        "authority offence month transmissions",
        ([*key, number] for key, number in sorted(counted.items())),
        "transmission",
    )
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        groups[row.place, row.harm].append(max(0, (row.sent_ms or 0) - row.known_ms))
    yield table(
        "4.2-times",
        "authority offence transmissions median_hours p90_hours longest_hours",
        (
            [*key, len(found), hours(_ms(found), 0.5), hours(_ms(found), 0.9), hours(_ms(found), 1)]
            for key, found in sorted(groups.items())
        ),
        "transmission_time",
    )
    yield table(
        "4.3-acknowledgements",
        "sent_at authority offence reference acknowledged_at acknowledged_after_hours",
        (
            [
                _at(row.sent_ms),
                row.place,
                row.harm,
                row.reference or "not_given",
                _at(row.acknowledged_ms) or "not_acknowledged",
                _after(row.sent_ms, row.acknowledged_ms),
            ]
            for row in rows
        ),
        "transmission",
    )
    yield from _requests(read)


def _requests(read: Read) -> Iterator[Table]:
    found = requests(read)
    groups: dict[tuple[str, str, str], list[tuple[int | None, int | None]]] = defaultdict(list)
    for row in found:
        key = (row.order.kind.value, row.order.country, row.order.harm or "not_stated")
        receipt = None if row.receipt_ms is None else max(0, row.receipt_ms - row.received_ms)
        answer = None if row.answered_ms is None else max(0, row.answered_ms - row.received_ms)
        groups[key].append((receipt, answer))
    rows: list[list[Cell]] = []
    for key, times in sorted(groups.items()):
        receipts = _ms([one for one, _ in times if one is not None])
        answers = _ms([one for _, one in times if one is not None])
        rows.append(
            [
                *key,
                len(times),
                len(answers),
                hours(receipts, 0.5),
                hours(answers, 0.5),
                hours(answers, 0.9),
            ]
        )
    head = (
        "request country offence received answered receipt_median_hours"
        " answer_median_hours answer_p90_hours"
    )
    yield table("4.4-requests", head, rows, "order")
    yield table(
        "4.4-each",
        "received_at authority country request offence reference items effect answered_after_hours",
        (
            [
                _at(row.received_ms),
                row.order.authority,
                row.order.country,
                row.order.kind.value,
                row.order.harm or "not_stated",
                row.order.reference,
                len(row.order.links),
                row.effect.value if row.effect is not None else "not_answered",
                _after(row.received_ms, row.answered_ms),
            ]
            for row in found
        ),
        "order",
    )


def _ms(values: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array(values, np.int64)


def _after(begin: int | None, end: int | None) -> float | None:
    return None if begin is None or end is None else round(max(0, end - begin) / HOUR_MS, 2)


def _at(ms: int | None) -> str | None:
    return None if ms is None else at_time(ms).strftime(_FORM)


_FORM = "%Y-%m-%dT%H:%M:%SZ"
