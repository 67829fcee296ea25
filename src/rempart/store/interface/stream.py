"""Tables of the stream: messages, raids and their states, measures, deliveries, minutes, counters.

What these tables promise:

1. A message's text is not here: it lies in the body of its log entry (`log.bodies(row.seq)`), the
   single source and the only place to erase. Rows carry what queries need.
2. `seq` is the log sequence number of the message's entry; order of messages is order of `seq`.
3. A message key (`model.message_key`) names one message: a second row with it cannot be added.
4. All times are integer milliseconds since the epoch, UTC; scores are integers per mille.
5. Lists are newest first and paged by `before` (exclusive): pass the last `seq` of the page.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rempart.store.interface.kept import KeptTables
from rempart.store.interface.measures import MeasureTables
from rempart.store.interface.raids import RaidTables

FLAGGED = 500
"""A message is flagged from this abuse score on (per mille), or when it is not simply allowed."""


class MessageRow(NamedTuple):
    """One accepted message. `target` is the first it hits, `others` the rest; `verdict` the value
    of `model.Verdict`; `abuse` per mille; `outcome` the outcome's JSON, or None for a plain allow;
    `conflicts`: how many entries of the log bring the same id with another body."""

    seq: int
    key: bytes
    id: str
    platform: str
    channel: str
    target: str
    author: str
    author_name: str | None
    kind: str
    sent_at_ms: int
    received_at_ms: int
    verdict: str
    abuse: int
    raid: str | None
    outcome: bytes | None
    others: tuple[str, ...] = ()
    conflicts: int = 0

    @property
    def held(self) -> bool:
        return self.verdict != "allow"


class History(NamedTuple):
    """Messages as a look back reads them, column by column: `held`: it was not simply allowed;
    `outcome` as in `MessageRow`; `body`: the first disclosure of its log entry."""

    seq: Sequence[int] = ()
    sent_at_ms: Sequence[int] = ()
    held: Sequence[int] = ()
    outcome: Sequence[bytes | None] = ()
    body: Sequence[bytes] = ()


class EventRow(NamedTuple):
    """One accepted event of the platform (`kind` is the value of `model.EventKind`)."""

    seq: int
    key: bytes
    platform: str
    channel: str
    kind: str
    at_ms: int
    account: str | None


class Known(NamedTuple):
    """What is known of a key that was accepted before: entry and outcome (None: plain allow)."""

    seq: int
    outcome: bytes | None


class MinuteRow(NamedTuple):
    """One minute of one channel by event time; as an argument the numbers are added."""

    platform: str
    channel: str
    minute_ms: int
    messages: int
    held: int
    flagged: int
    raid: int
    authors: int


class ChannelRow(NamedTuple):
    platform: str
    channel: str
    messages: int
    held: int
    flagged: int
    first_ms: int
    last_ms: int


class StreamTables(MeasureTables, RaidTables, KeptTables):
    # -- messages and events -----------------------------------------------------------------

    @abstractmethod
    def add_messages(self, rows: Sequence[MessageRow]) -> None:
        """In order of `seq`; counts them in their channels too. StoreError on a known key."""

    @abstractmethod
    def add_events(self, rows: Sequence[EventRow]) -> None: ...

    @abstractmethod
    def known(self, keys: Sequence[bytes]) -> dict[bytes, Known]:
        """Those of the keys that messages of the store already have; one query."""

    @abstractmethod
    def known_events(self, keys: Sequence[bytes]) -> dict[bytes, Known]:
        """The same for events; their keys are a space of their own."""

    @abstractmethod
    def changes(
        self, platform: str, channel: str, since_ms: int, limit: int = 500
    ) -> list[EventRow]:
        """What the platform told of messages that were edited or deleted there, oldest first."""

    @abstractmethod
    def message(self, key: bytes) -> MessageRow | None: ...

    @abstractmethod
    def messages(self, seqs: Sequence[int]) -> list[MessageRow]:
        """The rows of these entries, in rising `seq`; entries that are no message are left out."""

    @abstractmethod
    def history(self, start: int, end: int) -> History:
        """The messages of these entries whose words were not erased, in rising `seq`: only what a
        look back over many needs."""

    @abstractmethod
    def message_seq_back(self, count: int) -> int:
        """The entry from which on there are `count` messages, or of the first message."""

    @abstractmethod
    def latest(
        self,
        platform: str | None = None,
        channel: str | None = None,
        *,
        before: int | None = None,
        limit: int = 100,
        flagged: bool = False,
        within: Sequence[str] | None = None,
    ) -> list[MessageRow]:
        """Newest first: of one channel, or of all. `flagged`: only those that stand out.
        `within`: only channels of these names (what somebody has rights on)."""

    @abstractmethod
    def writers(self, messages: int) -> list[tuple[str, str, str | None]]:
        """Who wrote the newest so many messages: platform, id and name, each once."""

    @abstractmethod
    def latest_by_author(
        self,
        platform: str,
        channel: str,
        author: str,
        *,
        before: int | None = None,
        limit: int = 100,
    ) -> list[MessageRow]:
        """Newest first, inside one channel only: all that stand out, and the others as far as a
        bounded look back into the channel finds them."""

    @abstractmethod
    def latest_of_raid(
        self, raid: str, *, before: int | None = None, limit: int = 100
    ) -> list[MessageRow]: ...

    @abstractmethod
    def raid_sequences(self, raid: str) -> list[int]:
        """Entries of all messages of a raid, rising (for a dossier)."""

    @abstractmethod
    def join_raid(
        self,
        raid: str,
        platform: str,
        channel: str,
        authors: Iterable[str],
        *,
        from_ms: int,
        until_ms: int,
    ) -> list[MessageRow]:
        """Messages of these authors in this channel and time that no raid has yet now belong to
        this one; returns them. (What a raid's members wrote before it was recognised, as far as
        a bounded look back into the channel finds it.)"""

    @abstractmethod
    def rejudge(self, seq: int, verdict: str, abuse: int, outcome: bytes) -> None:
        """The outcome of this message is another from now on (the log says why); `abuse` per
        mille. The numbers of its channel follow."""

    @abstractmethod
    def add_conflict(self, key: bytes, seq: int) -> None:
        """Entry `seq` brings another body for the message or event of this key."""

    @abstractmethod
    def conflicts(self, key: bytes) -> list[int]:
        """Entries with other bodies for this key, rising."""

    # -- chart, channels ---------------------------------------------------------------------------

    @abstractmethod
    def add_minutes(self, rows: Iterable[MinuteRow]) -> None: ...

    @abstractmethod
    def minutes(
        self,
        from_ms: int,
        until_ms: int,
        *,
        platform: str | None = None,
        channel: str | None = None,
        within: Sequence[str] | None = None,
    ) -> list[MinuteRow]:
        """Rising in time, `from_ms` inclusive, `until_ms` exclusive. Without a channel the sums of
        all, or of those within (platform and channel empty)."""

    @abstractmethod
    def channels(self) -> list[ChannelRow]:
        """Latest active first."""

    @abstractmethod
    def platforms(self) -> list[str]:
        """Of all channels, sorted; costs as much as there are platforms, not channels."""
