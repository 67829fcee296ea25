"""Keyed states, few of them hot: the others wait as compressed bytes.

A community has a handful of busy targets and up to a hundred thousand quiet ones. Which states are
hot never changes a result, because `load(dump(state))` is the same state.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

StateT = TypeVar("StateT")
HOT_KEYS = 512
MOST_TARGETS = 16
"""So many targets of one message have their states stepped: one line of a mention bot that names
hundreds must not cost as much as hundreds of lines."""


class StateKeeper(Protocol[StateT]):
    """What an operator must know of its states, whatever its steps are fed with."""

    def fresh(self, key: str) -> StateT: ...

    def load(self, blob: bytes) -> StateT: ...

    def dump(self, state: StateT) -> bytes: ...


class KeyedStates(Generic[StateT]):
    """A mapping from key to live state, with at most `hot` of them as objects."""

    def __init__(self, operator: StateKeeper[StateT], *, hot: int = HOT_KEYS) -> None:
        self.operator = operator
        self._hot_limit = hot
        self._hot: OrderedDict[str, StateT] = OrderedDict()
        self._cold: dict[str, bytes] = {}

    def take(self, key: str) -> StateT:
        """The state of this key, to be consumed by `step` and given back with `put`."""
        state = self._hot.pop(key, None)
        if state is not None:
            return state
        blob = self._cold.pop(key, None)
        if blob is None:
            return self.operator.fresh(key)
        return self.operator.load(zlib.decompress(blob))

    def put(self, key: str, state: StateT) -> None:
        self._hot[key] = state
        if len(self._hot) > self._hot_limit:
            cold_key, cold_state = self._hot.popitem(last=False)
            self._cold[cold_key] = zlib.compress(self.operator.dump(cold_state), 1)

    def dump(self, key: str) -> bytes | None:
        """The bytes of one state, or None when this key has none."""
        state = self._hot.get(key)
        if state is not None:
            return self.operator.dump(state)
        blob = self._cold.get(key)
        return None if blob is None else zlib.decompress(blob)

    def restore(self, key: str, blob: bytes) -> None:
        """Puts a dumped state back; it becomes an object when it is next needed."""
        self._hot.pop(key, None)
        self._cold[key] = zlib.compress(blob, 1)

    def drop(self, key: str) -> None:
        self._hot.pop(key, None)
        self._cold.pop(key, None)

    def keys(self) -> Iterator[str]:
        yield from self._hot
        yield from self._cold

    def __len__(self) -> int:
        return len(self._hot) + len(self._cold)
