"""Who works on what just now: a lock with a heartbeat, and who else is looking. In memory, pure.

Rules kept here:

1. A case that somebody opened for deciding is held for a minute after each heartbeat, and let go at
   once when they leave. Nobody loses a hold because somebody else looks.
2. Taking over is possible, said to both, and an entry of the log (`cases.queue.queues`).
3. Nothing here is evidence and nothing of it is stored: after a restart nobody holds anything, and
   a case is still decided once (`decisions`). Bounded: what has run out is forgotten.
"""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

HELD_S = 60.0
PRESENT_S = 45.0
MOST = 10_000


class Hold(NamedTuple):
    """Who holds a case, since when and until when (seconds of the caller's clock)."""

    person: str
    since: float
    until: float


class Seen(NamedTuple):
    """A case as somebody opens it: who holds it (None: nobody), who else looks."""

    hold: Hold | None
    others: tuple[str, ...]


class Desk:
    """Thread-safe. Times are monotonic seconds, given by the caller."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._holds: dict[str, Hold] = {}
        self._present: dict[str, dict[str, float]] = {}

    def seen(self, case: str, person: str, now: float) -> Seen:
        """`person` looks at the case; holds nothing by it."""
        with self._lock:
            self._forget(now)
            self._present.setdefault(case, {})[person] = now + PRESENT_S
            return self._as_seen_by(case, person, now)

    def hold(self, case: str, person: str, now: float) -> Seen:
        """A heartbeat of who decides: holds the case if nobody else does."""
        with self._lock:
            self._forget(now)
            self._present.setdefault(case, {})[person] = now + PRESENT_S
            held = self._holds.get(case)
            if held is None or held.person == person or held.until <= now:
                since = held.since if held is not None and held.person == person else now
                self._holds[case] = Hold(person, since, now + HELD_S)
            return self._as_seen_by(case, person, now)

    def take_over(self, case: str, person: str, now: float) -> str | None:
        """Holds it whoever did; returns who did."""
        with self._lock:
            held = self._holds.get(case)
            self._holds[case] = Hold(person, now, now + HELD_S)
            if held is None or held.until <= now or held.person == person:
                return None
            return held.person

    def release(self, case: str, person: str) -> bool:
        """Lets go, if it is held by this person; who leaves also looks no more."""
        with self._lock:
            self._present.get(case, {}).pop(person, None)
            held = self._holds.get(case)
            if held is None or held.person != person:
                return False
            del self._holds[case]
            return True

    def held_by_other(self, case: str, person: str, now: float) -> str | None:
        with self._lock:
            held = self._holds.get(case)
            if held is None or held.until <= now or held.person == person:
                return None
            return held.person

    def holders(self, now: float) -> dict[str, str]:
        """By case, who holds it."""
        with self._lock:
            return {case: hold.person for case, hold in self._holds.items() if hold.until > now}

    def _as_seen_by(self, case: str, person: str, now: float) -> Seen:
        present = self._present.get(case, {})
        others = sorted(who for who, until in present.items() if until > now and who != person)
        return Seen(self._holds.get(case), tuple(others))

    def _forget(self, now: float) -> None:
        """What ran out."""
        if len(self._present) > MOST:
            self._present = {
                case: left
                for case, people in self._present.items()
                if (left := {who: until for who, until in people.items() if until > now})
            }
        self._holds = {case: hold for case, hold in self._holds.items() if hold.until > now}
