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

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rempart.model import Measure, MeasureKind, MeasureState, Raid

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


class RaidRow(NamedTuple):
    """`lifted_ms`: when a person said of it that it was fine (it causes nothing any more). `seq`:
    the log entry of its last change."""

    raid: Raid
    seq: int
    updated_ms: int
    lifted_ms: int | None


class MeasureRow(NamedTuple):
    """`measure.state` is the state now. `case`: the case it was bound to. `ended_by`: `lease`, or
    the id of the person or decision that undid it. `seq` and `ended_seq` are log entries."""

    measure: Measure
    seq: int
    case: str | None
    ended_ms: int | None
    ended_by: str | None
    ended_seq: int | None


class DeliveryRow(NamedTuple):
    """One measure on its way to one connector. `operation`: `apply` or `undo`; `state`: `pending`,
    `done` or `failed` (given up: the measure is shown as not applied)."""

    id: int
    measure: str
    connector: str
    operation: str
    state: str
    attempts: int
    next_at_ms: int
    detail: str
    updated_ms: int


class RaidCorrection(NamedTuple):
    """A person said of an account of a raid: it was not part of it (`part` None), or it belongs to
    that other part, a raid of its own. `part` equal to `raid`: the correction was taken back."""

    raid: str
    account: str
    part: str | None


class StreamTables(ABC):
    undone: list[Measure]
    """Measures that a person undid in this transaction; `taken` those that the planner may not
    know; `lifted` raids; what was `corrected`; the raids that were `taught` to be fine: the engine
    reads them so that its memory agrees with the tables."""
    taken: list[Measure]
    lifted: list[str]
    corrected: list[RaidCorrection]
    taught: list[Raid]

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

    # -- raids -------------------------------------------------------------------------------

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

    # -- measures ----------------------------------------------------------------------------

    @abstractmethod
    def add_measures(self, measures: Sequence[Measure], seqs: Sequence[int]) -> None:
        """`seqs[i]` is the log entry of `measures[i]`. A known id is left as it is. Those that the
        planner may not know (a person's, and lock-outs, which deadlines and reports cause too) are
        `taken`."""

    @abstractmethod
    def parts_of(self, ids: Sequence[str]) -> list[str]:
        """Active measures that are part of these, directly."""

    @abstractmethod
    def measure(self, id: str) -> MeasureRow | None: ...

    @abstractmethod
    def measures(
        self,
        *,
        ids: Sequence[str] | None = None,
        raid: str | None = None,
        case: str | None = None,
        kinds: Sequence[MeasureKind] | None = None,
        active: bool = False,
        within: Sequence[str] | None = None,
        limit: int = 1_000,
        offset: int = 0,
    ) -> list[MeasureRow]:
        """Newest first; conditions are joined by *and*."""

    @abstractmethod
    def measures_on(
        self, platform: str, channel: str, *, message: str | None = None, account: str | None = None
    ) -> list[MeasureRow]:
        """Measures whose cause is this message, or that touch this account, in this channel."""

    @abstractmethod
    def rule_record(self, rule: str, window_ms: int, after: int) -> tuple[int, int]:
        """How many measures this rule called for, alarms and parts of others apart, within
        `window_ms` before its newest one and told after the entry `after`; and how many of them
        people undid."""

    @abstractmethod
    def bind_measures(self, ids: Sequence[str], case: str) -> None: ...

    @abstractmethod
    def end_measures(
        self, ids: Sequence[str], state: MeasureState, *, seq: int, at_ms: int, by: str
    ) -> list[MeasureRow]:
        """Those of them that were active are now undone, expired or not applied; returns them.
        `seq` is the log entry that tells it.
        Whatever a connector was told of them is queued to be taken back (`undo`), and deliveries
        still waiting to apply them are dropped."""

    @abstractmethod
    def due_measures(self, now_ms: int, limit: int = 1_000) -> list[MeasureRow]:
        """Active measures whose lease is over."""

    # -- deliveries --------------------------------------------------------------------------

    @abstractmethod
    def queue_deliveries(
        self, measures: Sequence[str], connector: str, operation: str, at_ms: int
    ) -> None:
        """Once per measure, connector and operation; a repeat is left as it is."""

    @abstractmethod
    def due_deliveries(
        self,
        now_ms: int,
        limit: int = 100,
        *,
        connector: str | None = None,
        without: Sequence[str] = (),
    ) -> list[DeliveryRow]:
        """Pending ones whose time has come: measures before statements of reasons, then the oldest
        first; an `undo` never before its `apply`. `connector`: those to it alone; `without`: none
        to these."""

    @abstractmethod
    def settle_delivery(
        self, id: int, *, state: str, detail: str, at_ms: int, next_at_ms: int | None = None
    ) -> None:
        """After an attempt: `pending` with a next time, `done`, or `failed`."""

    @abstractmethod
    def failed_deliveries(self, since_ms: int, limit: int = 100) -> list[DeliveryRow]:
        """Given up since then, newest first: their measures are not applied."""

    @abstractmethod
    def not_applied(self) -> dict[str, int]:
        """By connector: measures in force whose delivery was given up."""

    @abstractmethod
    def deliveries(self, measures: Sequence[str]) -> list[DeliveryRow]: ...

    # -- chart, channels, counters -----------------------------------------------------------

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
