"""This machine's clock, watched: a jump of it is no passing of time (FAULTS row 32).

Rules kept here:

1. The time since the machine started is what passed. When the clock says otherwise by more than a
   minute, it jumped: every running deadline moves with it, so that what is left stays what it was,
   and the log is told of the anomaly.
2. After a start of the machine nothing can be compared. A clock that went back moves them back;
   one that is a day ahead is believed only after ten minutes, with an alarm: nothing lapses
   blindly.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rempart.cases.entries import entry, record, rfc3339
from rempart.log.subjects import KEPT
from rempart.store.interface import Tables
from rempart.store.interface.deadlines import ClockSeen

TOLERANCE_MS = 60_000
DOUBT_MS = 24 * 3_600_000
GRACE_MS = 600_000
SEEN_EVERY_MS = 60_000
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def since_boot() -> float:
    """Seconds since the machine started, also those in which it slept, where the system tells."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def boot_name() -> str:
    """A name of this start of the machine; empty where the system tells none."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


class ClockWatch:
    """`elapsed`: seconds since some moment of this start of the machine, named `boot`."""

    def __init__(self, elapsed: Callable[[], float] = since_boot, boot: str | None = None) -> None:
        self._elapsed = elapsed
        self._boot = boot_name() if boot is None else boot
        self._seen: ClockSeen | None = None
        self._written_ms: int | None = None
        self._doubt_until: int | None = None

    def look(self, tables: Tables, now_ms: int) -> bool:
        """Inside a transaction, before deadlines are looked at. False: not now, the clock is in
        doubt."""
        boot_ms = int(self._elapsed() * 1000)
        last = self._seen or tables.deadlines.clock_seen()
        seen = ClockSeen(now_ms, boot_ms, self._boot)
        if last is not None:
            self._compare(tables, last, seen, known=self._seen is not None)
        self._seen = seen
        written = self._written_ms
        if written is None or abs(now_ms - written) >= SEEN_EVERY_MS:
            tables.deadlines.see_clock(seen)
            self._written_ms = now_ms
        if self._doubt_until is not None and boot_ms >= self._doubt_until:
            self._doubt_until = None
        return self._doubt_until is None

    def _compare(self, tables: Tables, last: ClockSeen, seen: ClockSeen, *, known: bool) -> None:
        went = seen.wall_ms - last.wall_ms
        comparable = known or (last.boot == seen.boot and bool(seen.boot))
        comparable = comparable and seen.boot_ms >= last.boot_ms
        if comparable:
            jump = went - (seen.boot_ms - last.boot_ms)
            if abs(jump) > TOLERANCE_MS:
                self._moved(tables, seen, jump, "jumped")
        elif went < -TOLERANCE_MS:
            self._moved(tables, seen, went, "went back over a restart")
        elif went > DOUBT_MS:
            self._doubt_until = seen.boot_ms + GRACE_MS
            self._tell(tables, seen, went, "is ahead after a restart", 0)

    def _moved(self, tables: Tables, seen: ClockSeen, jump: int, what: str) -> None:
        moved = tables.deadlines.shift(jump) + tables.erasure.shift(jump)
        self._tell(tables, seen, jump, what, moved)
        tables.deadlines.see_clock(seen)
        self._written_ms = seen.wall_ms

    def _tell(self, tables: Tables, seen: ClockSeen, jump: int, what: str, moved: int) -> None:
        told = {
            "what": what,
            "by_ms": jump,
            "at": rfc3339(seen.wall_ms),
            "deadlines_moved": moved,
        }
        record(tables, [(None, entry("clock-anomaly", told, bucket=KEPT))])
        tables.announce("alarm", {"what": "clock", "by_seconds": jump // 1000, "moved": moved})
