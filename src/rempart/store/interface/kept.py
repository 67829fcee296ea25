"""Tables of what is kept between batches: counters, states of the pipeline, facts told to the log;
a part of the stream tables (see `store.interface.stream`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence


class KeptTables(ABC):
    @abstractmethod
    def count(self, deltas: Mapping[str, int]) -> None: ...

    @abstractmethod
    def counters(self) -> dict[str, int]: ...

    # -- states of the pipeline --------------------------------------------------------------

    @abstractmethod
    def put_states(self, states: Iterable[tuple[str, bytes]], seq: int) -> None:
        """Snapshot: with these, all stored states are those after the entries below `seq`."""

    @abstractmethod
    def states(self) -> tuple[int, list[tuple[str, bytes]]]:
        """`seq` of the last snapshot (0 when there is none) and all states."""

    @abstractmethod
    def state(self, key: str) -> bytes | None:
        """One state of the last snapshot."""

    @abstractmethod
    def snapshot_seq(self) -> int:
        """`seq` of the last snapshot alone."""

    @abstractmethod
    def drop_states(self, keys: Sequence[str] | None = None) -> None:
        """Forgets these states; or all, and with them the snapshot: they are rebuilt from the
        log."""

    @abstractmethod
    def drop_states_under(self, prefix: str) -> None:
        """Forgets the states whose keys begin so."""

    # -- facts told to the log ---------------------------------------------------------------

    @abstractmethod
    def fact(self, name: str) -> str | None:
        """What the log was last told of this: the key, the versions of rules and detectors …"""

    @abstractmethod
    def put_fact(self, name: str, value: str, seq: int) -> None:
        """Entry `seq` of the log says so."""
