"""Many small channels at the same hour, for raids that visit each of them once."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from tests.evaluate.hosts import Host, Judged

WANTED = 70
_HOURS = 3.0
_LEAST = 60


def many_channels(host: Host) -> list[Host]:
    """Excerpts of three hours out of different days, all dated to the same afternoon."""
    days: dict[int, list[int]] = {}
    for index, time in enumerate(host.times):
        days.setdefault(int(time // 86_400), []).append(index)
    found: list[Host] = []
    base = host.rows[0].message.sent_at.replace(hour=12, minute=0, second=0, microsecond=0)
    for places in days.values():
        start = host.times[places[0]]
        rows = [host.rows[p] for p in places if host.times[p] - start < _HOURS * 3_600]
        if len(rows) < _LEAST:
            continue
        shift = base - rows[0].message.sent_at
        found.append(Host("channel", [_moved(row, shift, f"c{len(found)}") for row in rows]))
        if len(found) == WANTED:
            break
    return found


def _moved(row: Judged, shift: timedelta, channel: str) -> Judged:
    message = row.message
    moved = msgspec.structs.replace(message, sent_at=message.sent_at + shift, channel=channel)
    return row._replace(message=moved)
