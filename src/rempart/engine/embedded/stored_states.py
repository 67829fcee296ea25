"""Keyed states whose cold part lies in the store: a hundred thousand quiet targets cost no memory.

Rules kept here:

1. Live objects are the keys used last, at most `hot` of them. What falls out waits as bytes until
   the next snapshot has written it, and is then in the store only.
2. The store has every state as it was at the last snapshot. What changed since is in memory, so a
   key is looked for in memory first, and the store is asked only for what did not change.
3. Which states are hot never changes a result, because `load(dump(state))` is the same state.
4. States of another version of their operator are unreadable and count as never seen: the operator
   learns anew, the log has everything. So is one whose bytes are damaged, and the service's log
   says so: better a target without its past than one whose every message fails.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from rempart.engine.states import KeyedStates

_LOG = logging.getLogger(__name__)
_StateT = TypeVar("_StateT")
Fetch = Callable[[str], bytes | None]
BUSY_KEYS = 1_280
"""A thousand targets are busy at once in the largest community that one process is meant for; the
quiet ones that are needed in between must not push them out."""
WAITING_BYTES = 32 << 20
"""So much may wait for a snapshot before one is made out of turn."""


class StoredStates(KeyedStates[_StateT], Generic[_StateT]):
    """`fetch(key)`: the bytes of a state in the store, or None."""

    def __init__(self, operator: Any, fetch: Fetch, *, hot: int = BUSY_KEYS) -> None:
        super().__init__(operator, hot=hot)
        self.changed: set[str] = set()
        """Since the last snapshot; also keys that were dropped."""
        self.waiting_bytes = 0
        self._fetch = fetch

    def take(self, key: str) -> _StateT:
        state = self._hot.pop(key, None)
        if state is not None:
            return state
        blob = self._bytes(key)
        self._forget(key)
        if blob is not None:
            try:
                return self.operator.load(blob)
            except Exception:
                _LOG.exception("the state of %s is damaged; it is learnt anew", key)
        return self.operator.fresh(key)

    def put(self, key: str, state: _StateT) -> None:
        self.changed.add(key)
        self._hot[key] = state
        if len(self._hot) > self._hot_limit:
            cold_key, cold_state = self._hot.popitem(last=False)
            if cold_key in self.changed:
                self._keep(cold_key, self.operator.dump(cold_state))

    def dump(self, key: str) -> bytes | None:
        state = self._hot.get(key)
        return self._bytes(key) if state is None else self.operator.dump(state)

    def restore(self, key: str, blob: bytes) -> None:
        self._hot.pop(key, None)
        self.changed.add(key)
        self._keep(key, blob)

    def drop(self, key: str) -> None:
        self._hot.pop(key, None)
        self._forget(key)
        self.changed.add(key)

    def unsaved(self) -> Iterator[tuple[str, bytes | None]]:
        """What a snapshot has to write, in order of keys; None: the state was dropped."""
        for key in sorted(self.changed):
            yield key, self.dump(key)

    def saved(self) -> None:
        """The store has everything now."""
        self.changed.clear()
        self._cold.clear()
        self.waiting_bytes = 0

    def _bytes(self, key: str) -> bytes | None:
        blob = self._cold.get(key)
        if blob is None and key not in self.changed:
            blob = self._fetch(key)
        return blob

    def _keep(self, key: str, blob: bytes) -> None:
        self._forget(key)
        self._cold[key] = blob
        self.waiting_bytes += len(blob)

    def _forget(self, key: str) -> None:
        blob = self._cold.pop(key, None)
        if blob is not None:
            self.waiting_bytes -= len(blob)
