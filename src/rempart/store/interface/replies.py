"""Tables of lines that answer for money: senders, text families, replies, and what was spent.

What these tables promise:

1. One reply row per message of a line; a second row for the same provider's id cannot be added.
2. What was spent is kept by minute of the line's own clock (`protect.replies.LineClock`), written
   in the transaction of the decision to reply.
3. Costs are millionths of the currency's unit; times end in `_ms`: `clock_ms` is of the line's
   clock, every other of the wall clock, milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
PACE_MS: Final = 5 * MINUTE_MS


class Sender(msgspec.Struct):
    """What a line remembers of a number. `window_ms`: when its present day of replies began
    (`clock_ms`), `in_window`: replies since. `released`: a person put it back. `waits`: a reply to
    it is waiting. `stopped`: a reply stop is in force (see `ReplyTables.stops`)."""

    messages: int = 0
    answered: int = 0
    window_ms: int = 0
    in_window: int = 0
    released: bool = False
    stopped: bool = False
    waits: bool = False


class Pattern(msgspec.Struct):
    """A text family: how many senders wrote it first, and how many were answered, since
    `window_ms`."""

    window_ms: int = 0
    senders: int = 0
    answered: int = 0


class Spent(msgspec.Struct):
    """What was spent in the last hour, day and five minutes of the line's clock."""

    hour: int = 0
    day: int = 0
    pace: int = 0


class ReplyRow(NamedTuple):
    """What became of one message. `state`: `answered` (in the answer to the webhook), `silent`,
    `waiting`, `sending` (its cost is spent, it is on its way), `sent`, `refused`. `sid`: the
    provider's id of the message, `out_sid` that of the reply; `seq`: the message's log entry;
    `cost`: what the reply costs, spent only in the states `answered`, `sending` and `sent`."""

    id: int
    line: str
    sid: str
    seq: int
    sender: str
    state: str
    reason: str
    rank: int
    pattern: int
    cost: int
    text: str
    at_ms: int
    clock_ms: int
    attempts: int = 0
    next_ms: int = 0
    out_sid: str = ""
    detail: str = ""


class LineRow(NamedTuple):
    """`hour_level`, `day_level`: percent of the cap a person was last called at. `price`: the
    highest price of a segment that the provider told, 0 when it told none."""

    line: str
    clock_ms: int
    hour_level: int
    day_level: int
    price: int


class ReplyTables(ABC):
    @abstractmethod
    def line(self, name: str) -> LineRow: ...

    @abstractmethod
    def put_line(self, row: LineRow) -> None: ...

    @abstractmethod
    def spent(self, line: str, clock_ms: int) -> Spent:
        """In the last hour, day and five minutes; the minute in which each begins counts whole."""

    @abstractmethod
    def spend(self, line: str, clock_ms: int, cost: int, replies: int) -> None:
        """Adds to the minute of `clock_ms`; a negative cost gives back."""

    @abstractmethod
    def senders(self, line: str, names: Sequence[str]) -> dict[str, Sender]:
        """Those that are known. `stopped` is not kept here: see `stops`."""

    @abstractmethod
    def put_senders(self, line: str, senders: Mapping[str, Sender], at_ms: int) -> None: ...

    @abstractmethod
    def patterns(self, line: str, keys: Sequence[int]) -> dict[int, Pattern]: ...

    @abstractmethod
    def put_patterns(self, line: str, patterns: Mapping[int, Pattern], clock_ms: int) -> None:
        """Those whose hour is over are forgotten."""

    @abstractmethod
    def stops(self, platform: str, channel: str, accounts: Sequence[str]) -> dict[str, str]:
        """The measures `reply_stop` on these accounts: `active`, or `undone` by a person when no
        other is active."""

    @abstractmethod
    def channel_stopped(self, platform: str, channel: str) -> bool:
        """A `reply_stop` on the whole line is in force."""

    @abstractmethod
    def add(self, rows: Iterable[ReplyRow]) -> None:
        """Their `id` is given by the store. StoreError on a known `sid`."""

    @abstractmethod
    def of_sids(self, line: str, sids: Sequence[str]) -> dict[str, ReplyRow]: ...

    @abstractmethod
    def get(self, id: int) -> ReplyRow | None: ...

    @abstractmethod
    def waiting(self, line: str, limit: int) -> list[ReplyRow]:
        """The most genuine first, the oldest of them first."""

    @abstractmethod
    def due(self, line: str, now_ms: int, limit: int) -> list[ReplyRow]:
        """On their way, and to be tried (again) now."""

    @abstractmethod
    def settle(self, row: ReplyRow) -> None:
        """State, reason, rank, cost, attempts, next time, the provider's id and detail of this row
        are as given from now on."""

    @abstractmethod
    def drop_waiting(self, line: str, senders: Sequence[str], reason: str) -> list[ReplyRow]:
        """Who waits gets no answer any more; returns them as they were."""

    @abstractmethod
    def counts(self, line: str, since_ms: int) -> dict[tuple[str, str], int]:
        """How many messages since then, by state and reason."""

    @abstractmethod
    def latest(
        self,
        line: str,
        *,
        state: str | None = None,
        sender: str | None = None,
        limit: int = 100,
    ) -> list[ReplyRow]:
        """Newest first."""

    @abstractmethod
    def missing(self, platform: str, channel: str, line: str, since_ms: int) -> list[int]:
        """Log entries of messages of the line that have no reply row, rising."""
