"""Tables of raids: the picture of each, how it grew, and what people corrected in it.

Times and pages as in `store.interface.stream`, of which they are a part.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rempart.model import Raid


class RaidRow(NamedTuple):
    """`lifted_ms`: when a person said of it that it was fine (it causes nothing any more). `seq`:
    the log entry of its last change."""

    raid: Raid
    seq: int
    updated_ms: int
    lifted_ms: int | None


class RaidCorrection(NamedTuple):
    """A person said of an account of a raid: it was not part of it (`part` None), or it belongs to
    that other part, a raid of its own. `part` equal to `raid`: the correction was taken back."""

    raid: str
    account: str
    part: str | None


class RaidTables(ABC):
    lifted: list[str]
    """Raids that a person said were fine in this transaction; what was `corrected`; the raids that
    were `taught` to be fine: the engine reads them so that its memory agrees with the tables."""
    corrected: list[RaidCorrection]
    taught: list[Raid]

    @abstractmethod
    def put_raid(self, raid: Raid, seq: int | None, at_ms: int) -> None:
        """The whole picture replaces the one before; a raid that was lifted stays lifted. `seq` is
        the log entry that tells this change; None: growth that is not told on its own."""

    @abstractmethod
    def raid_entries(self, raid: str) -> list[int]:
        """Log entries that tell how the raid grew, rising."""

    @abstractmethod
    def raid(self, id: str) -> RaidRow | None: ...

    @abstractmethod
    def raids(
        self,
        *,
        platform: str | None = None,
        channel: str | None = None,
        since_ms: int | None = None,
        within: Sequence[str] | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[RaidRow]:
        """Most recently begun first; `since_ms`: those whose last message is not older."""

    @abstractmethod
    def lift_raid(self, id: str, at_ms: int) -> None:
        """A person said it was fine. Its measures are undone by `end_measures`."""

    @abstractmethod
    def lifted_raids(self) -> list[str]: ...

    @abstractmethod
    def teach(self, raid: Raid) -> None:
        """Its case was decided as fine: the operators learn from it in this transaction."""

    @abstractmethod
    def correct_raid(
        self, raid: str, accounts: Iterable[str], part: str | None, *, seq: int, at_ms: int
    ) -> None:
        """See `RaidCorrection`; a later correction of the same account replaces the earlier one.
        With a part, the messages and measures of these accounts count to it from now on. `seq` is
        the log entry that tells it."""

    @abstractmethod
    def corrections(self, raid: str | None = None) -> list[RaidCorrection]:
        """All that stand, oldest first; of one raid, or of all."""
