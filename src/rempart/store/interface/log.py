"""Tables of the log: entries (leaves), their erasable bodies, tiles and checkpoints."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from rempart.log.commit import SealedEntry
from rempart.log.scrub import Digested, Opened
from rempart.log.subjects import KEPT

__all__ = ["Digested", "LogTables", "Opened", "SealedEntry"]


class LogTables(ABC):
    @abstractmethod
    def append(self, entries: Sequence[SealedEntry]) -> int:
        """Appends in order, updates the tiles; returns the sequence number of the first."""

    @abstractmethod
    def size(self) -> int: ...

    @abstractmethod
    def foreign_version(self) -> int:
        """A number that changes when anybody but this writer changes the store."""

    @abstractmethod
    def root(self) -> bytes:
        """Root hash of the whole tree (RFC 6962), 32 bytes; of no entries: SHA-256 of nothing."""

    @abstractmethod
    def leaves(self, start: int, end: int) -> list[bytes]: ...

    @abstractmethod
    def bodies(self, sequence: int) -> tuple[bytes, ...]:
        """The disclosures of one entry; empty when they were erased. Here and below: a body that
        is damaged is left out too, and told in the log of the service; `opened` names it."""

    @abstractmethod
    def bodies_of(self, sequences: Sequence[int]) -> dict[int, tuple[bytes, ...]]:
        """The same of many; without those that were erased."""

    @abstractmethod
    def bodies_between(self, start: int, end: int) -> list[tuple[int, tuple[bytes, ...]]]: ...

    @abstractmethod
    def opened(self, start: int, end: int) -> Opened:
        """The same, with what could not be opened: destroyed keys apart from damage."""

    @abstractmethod
    def digested(self, start: int, end: int) -> Digested:
        """The same as the leaves they give, for who reads none: several times as fast."""

    @abstractmethod
    def erase(self, sequences: Sequence[int]) -> int: ...

    @abstractmethod
    def reseal(self, sequences: Sequence[int], subject: str, bucket: str = KEPT) -> int:
        """Gives the readable bodies of these entries to another subject and bucket, so that they
        outlive the keys they were written under; returns how many bodies. The leaves stay."""

    @abstractmethod
    def tile(self, level: int, index: int) -> bytes | None:
        """Concatenated 32-byte hashes of a tile of height 8 (1 to 256 of them)."""

    @abstractmethod
    def put_checkpoint(self, size: int, note: str, at_ms: int) -> None: ...

    @abstractmethod
    def last_checkpoint(self) -> tuple[int, str, int] | None:
        """Size, signed note, time (ms) of the newest checkpoint."""

    @abstractmethod
    def size_signed_before(self, at_ms: int) -> int | None:
        """The greatest size that a checkpoint was signed for before this time; None: there is no
        checkpoint that old."""
