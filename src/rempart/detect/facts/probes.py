"""Who tries out facts: counts per sender and protected target, by event time.

Rules of this module:

1. *Visible* is what the sender can see anyway: messages held because they look like personal data,
   whatever the facts are. More than `VISIBLE_PER_DAY` to one protected target within a day: the
   sender's messages there are held for a day, and a person is called. This never depends on whether
   a fact was hit, so that it tells nothing.
2. *Silent* are hits on facts that only the target is spared. More than `SILENT_PER_DAY`: everything
   from this sender is kept from the target for a day, and the target alone is told.
3. Bounded by time and by a hard cap; serialisable; deterministic.
"""

from __future__ import annotations

from typing import Final

DAY_MS: Final = 86_400_000
VISIBLE_PER_DAY: Final = 10
SILENT_PER_DAY: Final = 3
MOST_SENDERS: Final = 10_000
_SWEEP_MS: Final = 600_000

Row = tuple[str, str, list[int], list[int], int]


class _Sender:
    __slots__ = ("locked_until_ms", "silent", "visible")

    def __init__(self) -> None:
        self.visible: list[int] = []
        self.silent: list[int] = []
        self.locked_until_ms = 0

    @property
    def last_ms(self) -> int:
        return max([*self.visible[-1:], *self.silent[-1:], self.locked_until_ms])


class ProbeBook:
    """Keys are (target's name in the table, `platform/account`). Times are event times in ms."""

    def __init__(self) -> None:
        self._senders: dict[tuple[str, str], _Sender] = {}
        self._swept_ms = 0

    def saw_held(self, target: str, sender: str, at_ms: int) -> bool:
        """A message that looks like personal data; True when there were too many."""
        row = self._row(target, sender, at_ms)
        row.visible = _recent(row.visible, at_ms, VISIBLE_PER_DAY + 1)
        return len(row.visible) > VISIBLE_PER_DAY

    def saw_fact(self, target: str, sender: str, at_ms: int) -> None:
        row = self._row(target, sender, at_ms)
        row.silent = _recent(row.silent, at_ms, SILENT_PER_DAY + 1)
        if len(row.silent) > SILENT_PER_DAY:
            row.locked_until_ms = at_ms + DAY_MS

    def is_locked_out(self, target: str, sender: str, at_ms: int) -> bool:
        row = self._senders.get((target, sender))
        return row is not None and row.locked_until_ms > at_ms

    def _row(self, target: str, sender: str, at_ms: int) -> _Sender:
        if abs(at_ms - self._swept_ms) > _SWEEP_MS:
            self._swept_ms = at_ms
            self._forget(at_ms - DAY_MS)
        return self._senders.setdefault((target, sender), _Sender())

    def _forget(self, horizon_ms: int) -> None:
        kept = [(key, row) for key, row in self._senders.items() if row.last_ms > horizon_ms]
        if len(kept) > MOST_SENDERS:
            kept = sorted(kept, key=lambda pair: (pair[1].last_ms, pair[0]))[-MOST_SENDERS:]
        self._senders = dict(kept)

    def dump(self) -> list[Row]:
        rows = sorted(self._senders.items())
        return [(t, s, row.visible, row.silent, row.locked_until_ms) for (t, s), row in rows]

    def load(self, rows: list[Row]) -> None:
        self._senders = {}
        for target, sender, visible, silent, locked in rows:
            row = self._senders[target, sender] = _Sender()
            row.visible, row.silent, row.locked_until_ms = list(visible), list(silent), locked

    def __len__(self) -> int:
        return len(self._senders)


def _recent(times: list[int], at_ms: int, most: int) -> list[int]:
    """Those of the last day and this one, in order; only as many as decide."""
    return sorted([*(t for t in times if abs(at_ms - t) < DAY_MS), at_ms])[-most:]
