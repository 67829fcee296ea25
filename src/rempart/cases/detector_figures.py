"""How often each detector was right, by what people decided of single messages it spoke of."""

from __future__ import annotations

import msgspec

from rempart.model import THRESHOLD, Outcome
from rempart.store.interface import Tables
from rempart.store.interface.figures import Judged

MOST_DECIDED = 5_000
UPHELD = frozenset({"uphold", "act", "partial"})
_outcomes = msgspec.json.Decoder(Outcome)


def by_detector(
    tables: Tables, since_ms: int, channels: frozenset[str] | None = None
) -> list[Judged]:
    """The newest decided message cases: a detector whose signal reached its threshold was right
    when the case was upheld. `detector/label` is the group."""
    decided = [one for one in tables.cases.decided_messages(MOST_DECIDED) if one.at_ms >= since_ms]
    rows = {row.seq: row for row in tables.stream.messages([one.seq for one in decided])}
    found: dict[str, list[int]] = {}
    for one in decided:
        row = rows.get(one.seq)
        if row is None or row.outcome is None:
            continue
        if channels is not None and not {row.channel, f"{row.platform}/{row.channel}"} & channels:
            continue
        upheld = one.outcome in UPHELD
        named = {
            f"{signal.detector}/{signal.label}"
            for signal in _outcomes.decode(row.outcome).signals
            if signal.score >= THRESHOLD
        }
        for name in named:
            counts = found.setdefault(name, [0, 0, 0])
            counts[0] += 1
            counts[1] += upheld
            counts[2] += upheld and not one.stood
    return [Judged(name, *counts) for name, counts in sorted(found.items())]
