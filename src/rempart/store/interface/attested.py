"""What others attested of our log (cosignatures, time-stamp tokens), what is still owed, and what
we attested of theirs. Times are integer milliseconds since the epoch, UTC, unless named otherwise.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import NamedTuple


class OwedKind(StrEnum):
    """What somebody else still has to give: the newest checkpoint's cosignature, the token that is
    due every hour, the token of a checkpoint that was signed when a case was sealed."""

    COSIGNATURE = "cosignature"
    TOKEN = "token"  # noqa: S105 - of time, no secret
    SEALED = "sealed"


class CosignatureRow(NamedTuple):
    """`witness`: its name in our settings; `line` as it stands under the checkpoint of `size`
    entries; `at_s`: the time in it, in seconds; `seq`: its entry."""

    size: int
    witness: str
    line: str
    at_s: int
    seq: int


class TokenRow(NamedTuple):
    """`reply`: the whole RFC 3161 answer, as it came; `at_ms`: the time in it; `checked_with`:
    which verifier accepted it; `seq`: its entry; `chain`: the certificates trusted then, as PEM."""

    size: int
    authority: str
    reply: bytes
    at_ms: int
    checked_with: str
    seq: int
    chain: str


class OwedRow(NamedTuple):
    """`since_ms`: pending since; `tries`: failed attempts, the last with `error`."""

    kind: OwedKind
    name: str
    size: int
    since_ms: int
    tries: int
    next_ms: int
    error: str


class WitnessedRow(NamedTuple):
    """A checkpoint of another log that we cosigned."""

    origin: str
    size: int
    root: bytes
    note: str
    at_ms: int


class RefusalRow(NamedTuple):
    """The last time a log proved against itself that it tells two histories. `what`: `two-roots`;
    of older versions also `no-proof`, `smaller`, which prove nothing."""

    origin: str
    what: str
    size: int
    at_ms: int
    seq: int


class ScrubRow(NamedTuple):
    """The last full check of the log. `failed` is empty when everything held; `why`: `schedule`,
    `start`, `foreign-write`, `command`."""

    at_ms: int
    took_ms: int
    entries: int
    erased: int
    why: str
    failed: tuple[str, ...]


class AttestedTables(ABC):
    seal_asked = False
    """What this transaction wrote is to be signed with it and stamped at once."""

    @abstractmethod
    def checkpoint(self, size: int) -> tuple[str, int] | None:
        """The note we signed at this size, and when."""

    @abstractmethod
    def add_cosignature(self, row: CosignatureRow) -> None: ...

    @abstractmethod
    def cosignatures(self, size: int) -> list[CosignatureRow]: ...

    @abstractmethod
    def last_cosignature(self, witness: str) -> CosignatureRow | None:
        """The one of the largest checkpoint."""

    @abstractmethod
    def add_token(self, row: TokenRow) -> None: ...

    @abstractmethod
    def tokens(self, size: int) -> list[TokenRow]: ...

    @abstractmethod
    def last_token(self, authority: str) -> TokenRow | None:
        """The one of the largest checkpoint."""

    @abstractmethod
    def stamped_from(self, size: int) -> list[int]:
        """Sizes of at least `size` with a token, smallest first; at most a thousand."""

    @abstractmethod
    def owe(self, row: OwedRow) -> None:
        """Writes or replaces what is owed by that name at that size."""

    @abstractmethod
    def settle(self, kind: OwedKind, name: str, size: int) -> None:
        """It was given; of the kinds that later ones replace, also what is older."""

    @abstractmethod
    def owed(self, kind: OwedKind | None = None) -> list[OwedRow]:
        """Oldest first."""

    @abstractmethod
    def witnessed(self, origin: str, size: int | None = None) -> WitnessedRow | None:
        """The largest checkpoint of this log that we cosigned, or the one of this very size, when
        it is still kept."""

    @abstractmethod
    def witness(self, row: WitnessedRow) -> None:
        """Keeps it; of the older ones the last thousand stay."""

    @abstractmethod
    def refusal(self, origin: str) -> RefusalRow | None: ...

    @abstractmethod
    def refusals(self) -> list[RefusalRow]:
        """Newest first."""

    @abstractmethod
    def refuse(self, row: RefusalRow) -> None: ...

    @abstractmethod
    def changed(self, seq: int, noticed: int) -> bool:
        """This entry does not hold what the log commits to; `noticed`: the size of the log now.
        Whether that is news."""

    @abstractmethod
    def changes(self) -> list[tuple[int, int]]:
        """Such entries (seq, noticed) that no full check has cleared, the first hundred."""

    @abstractmethod
    def last_scrub(self) -> ScrubRow | None: ...

    @abstractmethod
    def scrubbed(self, row: ScrubRow) -> None:
        """Keeps it; when everything held, changes that it looked at are forgotten."""
