"""Who gets a reply on a line where each reply costs money: state in, decision out. Pure.

Rules kept here:

1. A cap is never passed: what a reply costs is added before it is allowed, and a reply that would
   pass the cap of the hour or of the day waits. Nobody is more important than the cap.
2. The nearer the cap, the more genuine a sender must be: whom a person put back and whom the line
   answered before may use all of it, strangers with words of their own nine tenths, strangers who
   write what many others write half (of the day's cap: four fifths). Strangers together use at
   most a fifth of the hour's cap in five minutes, so that a flood of one minute leaves the line
   open for those who come after it.
3. Silence has a reason, and waiting is not silence: who waits is answered when budget returns, the
   most genuine first, the oldest of them first.
4. Who belongs to a recognised attack gets no reply from then on (reply stop), and leaves the queue.
   What a person undid is not done again.
5. Times are milliseconds of the line's own clock (`LineClock`): it only moves while the service
   runs, by a clock that nobody can set. A jump of the wall clock, or a restart, opens no cap.

Money is in millionths of the currency's unit, as integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum, StrEnum
from typing import NamedTuple

import msgspec

from rempart.store.interface.replies import DAY_MS, HOUR_MS, Pattern, Sender, Spent

MILLION = 1_000_000
SHARED_BY = 5
"""What so many senders wrote within the hour are nobody's own words."""
LEVELS = (50, 80, 100)
"""Percent of a cap at which a person is called."""


class Rank(IntEnum):
    """How genuine a sender is; the lowest is served first."""

    RELEASED = 0
    KNOWN = 1
    OWN_WORDS = 2
    SHARED_WORDS = 3


class Action(StrEnum):
    ANSWER = "answer"
    WAIT = "wait"
    SILENT = "silent"


class Reason(StrEnum):
    """Why; the names stand in the log and on the page."""

    ANSWERED = "answered"
    STOPPED = "stopped"
    """A reply stop is in force on the sender or the line."""
    ATTACK = "attack"
    """The message is part of a recognised attack."""
    HELD = "held"
    """The message is held and waits for a person."""
    SENDER_BUDGET = "sender_budget"
    """The sender had the replies that one sender gets."""
    NO_NUMBER = "no_number"
    """What wrote is no telephone number that could be answered."""
    NO_TEXT = "no_text"
    """The line has no reply for this."""
    IN_QUEUE = "in_queue"
    """An answer to the same sender waits already."""
    REFUSED = "refused"
    """The provider refused the reply for good."""
    UNKNOWN = "unknown"
    """It may have been sent: the provider is asked before it is sent again."""
    SUSPECT = "suspect"
    PATTERN = "pattern"
    """Many senders write the same."""
    PACE = "pace"
    CAP = "cap"
    LATE = "late"
    """The service had stopped before it could answer."""
    PUT_BACK = "put_back"
    """A person put the sender back."""


_SHARE = {
    Rank.RELEASED: 1.0,
    Rank.KNOWN: 1.0,
    Rank.OWN_WORDS: 0.9,
    Rank.SHARED_WORDS: 0.5,
}
_LATER_SHARE = {**_SHARE, Rank.OWN_WORDS: 0.7, Rank.SHARED_WORDS: 0.4}
"""Of those who wait: below the share of those who write now."""
_DAY_SHARE = {**_SHARE, Rank.SHARED_WORDS: 0.8}
"""Of the day's cap: what is left over for the known ones; the pace is set by the hour."""


class ReplyLimits(msgspec.Struct, frozen=True):
    """`cap_hour`, `cap_day`: millionths. `per_sender`: replies to one number in a day;
    `per_pattern`: replies to one text family in an hour; `pace`: share of the hour's cap that
    strangers may use in five minutes."""

    cap_hour: int
    cap_day: int
    per_sender: int = 1
    per_pattern: int = 60
    pace: float = 0.2


class Arrival(NamedTuple):
    """One message of the line after the pipeline judged it. `attack`, `suspect`: it is part of a
    raid of that stage; `held`: it waits for a person. `pattern` 0: no family (too short).
    `refused`: why it cannot be answered whatever else holds."""

    sender: str
    pattern: int
    cost: int
    attack: bool = False
    suspect: bool = False
    held: bool = False
    refused: Reason | None = None


class Decision(NamedTuple):
    """`stops`: the sender gets a reply stop because of this message."""

    action: Action
    reason: Reason
    rank: Rank
    cost: int = 0
    stops: bool = False


class ReplyBook:
    """The line's memory as far as one batch needs it. Decides message by message; the caller
    writes back what changed."""

    def __init__(
        self,
        limits: ReplyLimits,
        clock_ms: int,
        spent: Spent,
        senders: Mapping[str, Sender],
        patterns: Mapping[int, Pattern],
    ) -> None:
        self.limits = limits
        self.clock_ms = clock_ms
        self.spent = spent
        self.senders = dict(senders)
        self.patterns = dict(patterns)

    def decide_all(self, arrivals: Iterable[Arrival]) -> list[Decision]:
        """In the order given; where the caps do not suffice for all of them, the most genuine are
        served first, then who came first."""
        ordered = list(arrivals)
        firsts = [self._before_money(one) for one in ordered]
        open_places = [place for place, first in enumerate(firsts) if first is None]
        ranks = {place: self._rank(ordered[place]) for place in open_places}
        found: dict[int, Decision] = {}
        for place in sorted(open_places, key=lambda place: (ranks[place], place)):
            found[place] = self._spend(ordered[place], ranks[place], later=False)
        return [found[place] if first is None else first for place, first in enumerate(firsts)]

    def decide_waiting(self, arrival: Arrival, rank: Rank) -> Decision:
        """Whether somebody who waits is answered now."""
        sender = self.sender(arrival.sender)
        if sender.stopped and not sender.released:
            return Decision(Action.SILENT, Reason.STOPPED, rank)
        if sender.in_window >= self.limits.per_sender and not sender.released:
            return Decision(Action.SILENT, Reason.SENDER_BUDGET, rank)
        return self._spend(arrival, Rank.RELEASED if sender.released else rank, later=True)

    def sender(self, name: str) -> Sender:
        known = self.senders.get(name)
        if known is None:
            known = self.senders[name] = Sender()
        if self.clock_ms - known.window_ms >= DAY_MS:
            known.window_ms, known.in_window = self.clock_ms, 0
        return known

    def pattern(self, key: int) -> Pattern:
        known = self.patterns.get(key)
        if known is None:
            known = self.patterns[key] = Pattern(self.clock_ms)
        if self.clock_ms - known.window_ms >= HOUR_MS:
            known.window_ms, known.senders, known.answered = self.clock_ms, 0, 0
        return known

    # -- one message -------------------------------------------------------------------------

    def _before_money(self, arrival: Arrival) -> Decision | None:
        """A decision that no budget changes; None: it is a question of money."""
        sender = self.sender(arrival.sender)
        sender.messages += 1
        if arrival.pattern:
            self.pattern(arrival.pattern).senders += sender.messages == 1
        stops = arrival.attack and not (sender.released or sender.stopped or arrival.refused)
        silence = self._silence(arrival, sender)
        if silence is not None:
            if stops:
                sender.stopped, sender.waits = True, False
            return Decision(Action.SILENT, silence, self._rank(arrival), stops=stops)
        if arrival.suspect and not sender.released:
            sender.waits = True
            return Decision(Action.WAIT, Reason.SUSPECT, Rank.SHARED_WORDS, arrival.cost)
        return None

    def _silence(self, arrival: Arrival, sender: Sender) -> Reason | None:
        """Why this message gets no reply whatever there is to spend."""
        if arrival.refused is not None:
            return arrival.refused
        if not sender.released:
            if sender.stopped:
                return Reason.STOPPED
            if arrival.attack:
                return Reason.ATTACK
            if arrival.held and not arrival.suspect:
                return Reason.HELD
        return self._already(sender)

    def _already(self, sender: Sender) -> Reason | None:
        if sender.in_window >= self.limits.per_sender:
            return Reason.SENDER_BUDGET
        return Reason.IN_QUEUE if sender.waits else None

    def _rank(self, arrival: Arrival) -> Rank:
        sender = self.senders[arrival.sender]
        if sender.released:
            return Rank.RELEASED
        if sender.answered:
            return Rank.KNOWN
        if arrival.pattern and self.pattern(arrival.pattern).senders >= SHARED_BY:
            return Rank.SHARED_WORDS
        return Rank.OWN_WORDS

    def _spend(self, arrival: Arrival, rank: Rank, *, later: bool) -> Decision:
        """The same sender may stand twice in a batch: the budget is looked at once more."""
        sender = self.sender(arrival.sender)
        already = None if later else self._already(sender)
        if already is not None:
            return Decision(Action.SILENT, already, rank)
        why = self._no_room(arrival, rank, _LATER_SHARE if later else _SHARE)
        if why is not None:
            sender.waits = True
            return Decision(Action.WAIT, why, rank, arrival.cost)
        self.spent.hour += arrival.cost
        self.spent.day += arrival.cost
        self.spent.pace += arrival.cost
        sender.answered += 1
        sender.in_window += 1
        sender.waits = False
        if arrival.pattern:
            self.pattern(arrival.pattern).answered += 1
        return Decision(Action.ANSWER, Reason.ANSWERED, rank, arrival.cost)

    def _no_room(self, arrival: Arrival, rank: Rank, shares: Mapping[Rank, float]) -> Reason | None:
        limits, spent, share = self.limits, self.spent, shares[rank]
        if (
            spent.hour + arrival.cost > limits.cap_hour * share
            or spent.day + arrival.cost > limits.cap_day * _DAY_SHARE[rank]
        ):
            return Reason.CAP
        if rank < Rank.OWN_WORDS:
            return None
        if spent.pace + arrival.cost > limits.cap_hour * limits.pace:
            return Reason.PACE
        if arrival.pattern and self.pattern(arrival.pattern).answered >= limits.per_pattern:
            return Reason.PATTERN
        return None


def level(spent: int, cap: int, next_cost: int) -> int:
    """The highest of `LEVELS` that is reached, or 0. 100: the next reply would pass the cap."""
    if spent + next_cost > cap:
        return LEVELS[-1]
    return max((one for one in LEVELS[:-1] if spent * 100 >= cap * one), default=0)


class LineClock:
    """Milliseconds for which the service has run with this line, over all its starts.

    `monotonic` gives seconds of a clock that nobody can set; the time between two runs does not
    count, so a cap may open later than it could, and never earlier.
    """

    def __init__(self, stored_ms: int, monotonic: Callable[[], float]) -> None:
        self._stored_ms = stored_ms
        self._monotonic = monotonic
        self._began = monotonic()

    def now_ms(self) -> int:
        return self._stored_ms + max(0, int((self._monotonic() - self._began) * 1000))
