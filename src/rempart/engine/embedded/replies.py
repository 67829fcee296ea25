"""Replies of a paid line in the embedded engine: decided, paid for and written down at once.

Rules kept here:

1. A decision to reply, its cost and its entry of the log are one transaction; what was decided is
   answered the same way when the provider asks again.
2. Each batch is one entry `replies`: who was answered, who waits and who was met with silence, by
   the log entries of their messages and with the reason, and what was spent.
3. A reply stop is a measure like others: with a lease, an undo and an entry. What a person undid is
   not done again.
4. When half, four fifths or all of a cap is used, a person is called, once for each level.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from rempart.cases.entries import at_time, entry, record, rfc3339
from rempart.engine.embedded.measures import write_measures
from rempart.model import (
    Measure,
    MeasureKind,
    MeasureState,
    RaidStage,
    Scope,
    ScopeKind,
    Verdict,
    stable_id,
)
from rempart.protect.replies import (
    LEVELS,
    Action,
    Arrival,
    Decision,
    Reason,
    ReplyBook,
    ReplyLimits,
    level,
)
from rempart.store.interface import Tables
from rempart.store.interface.replies import LineRow, ReplyRow, Sender

if TYPE_CHECKING:
    from rempart.engine.embedded.engine import EmbeddedEngine

REPLY_STOP = "reply-stop"
COST_CAP = "cost-cap"
STOP_SECONDS = 24 * 3600
ALARM_SECONDS = 3600
LOOK_SECONDS = 1.0
_FALLEN = 10
"""A level counts as left when the use is this many percent below it."""
_STOP_REASON = {
    "en": "The number belongs to a coordinated attack on a line whose replies cost money: it gets "
    "no automatic reply. Its messages are kept.",
    "fr": "Ce numéro participe à une attaque coordonnée contre une ligne dont chaque réponse "
    "coûte de l’argent : il ne reçoit pas de réponse automatique. Ses messages sont conservés.",
}


class Came(NamedTuple):
    """A message of the line that is in the log. `text`: the reply it would get, `cost` what that
    costs; `refused`: why it cannot get one."""

    sid: str
    seq: int
    sender: str
    text: str
    cost: int
    pattern: int
    refused: Reason | None = None


class LineKeeper:
    """One line. Its methods return futures that are done after the commit."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        name: str,
        at: tuple[str, str],
        limits: ReplyLimits,
        price: int,
    ) -> None:
        self.name = name
        self.platform, self.channel = at
        self.limits = limits
        self.engine = engine
        self.next_price = price
        self._attacks: set[str] = set()
        self._stopped, self._looked = False, float("-inf")

    # -- messages that came ------------------------------------------------------------------

    def decide(
        self, came: Sequence[Came], clock_ms: int, *, late: bool = False
    ) -> Future[list[ReplyRow]]:
        """What becomes of each, in order. `late`: the webhook is no longer waiting, so that who
        would be answered goes into the queue."""
        return self.engine.write(lambda tables: self._decide(tables, came, clock_ms, late))

    def _decide(
        self, tables: Tables, came: Sequence[Came], clock_ms: int, late: bool
    ) -> list[ReplyRow]:
        now_ms = self.engine.now_ms()
        arrivals, raids = self._arrivals(tables, came)
        book = self.book(tables, came, clock_ms)
        if late:
            book.limits = ReplyLimits(0, 0, self.limits.per_sender, self.limits.per_pattern)
        decisions = book.decide_all(arrivals)
        rows = [
            _row(self.name, one, decision, now_ms, clock_ms, late)
            for one, decision in zip(came, decisions, strict=True)
        ]
        paid = [row for row in rows if row.state == "answered"]
        if paid:
            tables.replies.spend(self.name, clock_ms, sum(row.cost for row in paid), len(paid))
        tables.replies.add(rows)
        self.keep(tables, book, now_ms)
        stops = [
            self.stop(one.sender, raids.get(one.seq), now_ms)
            for one, decision in zip(came, decisions, strict=True)
            if decision.stops
        ]
        left = self.write_stops(tables, stops, now_ms)
        self.tell(tables, rows, book, now_ms, left)
        self.watch(tables, book, now_ms, clock_ms)
        return tables_rows(tables, self.name, rows)

    def _arrivals(
        self, tables: Tables, came: Sequence[Came]
    ) -> tuple[list[Arrival], dict[int, str]]:
        """With what the pipeline said of each message; and the raids of those that attack."""
        rows = {row.seq: row for row in tables.stream.messages(sorted({one.seq for one in came}))}
        stopped = self.is_stopped(tables)
        raids: dict[int, str] = {}
        arrivals = []
        for one in came:
            row = rows.get(one.seq)
            held = row is not None and row.verdict != Verdict.ALLOW.value
            raid = row.raid if row is not None and held else None
            attack = raid is not None and self.is_attack(tables, raid)
            if raid is not None and attack:
                raids[one.seq] = raid
            refused = Reason.STOPPED if stopped else one.refused
            suspect = raid is not None and not attack
            arrivals.append(
                Arrival(one.sender, one.pattern, one.cost, attack, suspect, held, refused)
            )
        return arrivals, raids

    def is_stopped(self, tables: Tables) -> bool:
        """Whether the whole line has a reply stop, looked up once a second."""
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self._stopped = tables.replies.channel_stopped(self.platform, self.channel)
        return self._stopped

    def is_attack(self, tables: Tables, raid: str) -> bool:
        """Once an attack, always one, until a person lifts it."""
        if raid in self._attacks:
            return raid not in tables.stream.lifted_raids()
        row = tables.stream.raid(raid)
        if row is None or row.raid.stage is not RaidStage.ATTACK or row.lifted_ms is not None:
            return False
        self._attacks.add(raid)
        return True

    def book(self, tables: Tables, came: Sequence[Came], clock_ms: int) -> ReplyBook:
        accounts = sorted({one.sender for one in came})
        senders = tables.replies.senders(self.name, accounts)
        for account, state in tables.replies.stops(self.platform, self.channel, accounts).items():
            known = senders.setdefault(account, Sender())
            if state == MeasureState.ACTIVE.value:
                known.stopped = True
            else:
                known.released = True
        keys = sorted({one.pattern for one in came if one.pattern})
        patterns = tables.replies.patterns(self.name, keys)
        spent = tables.replies.spent(self.name, clock_ms)
        return ReplyBook(self.limits, clock_ms, spent, senders, patterns)

    def keep(self, tables: Tables, book: ReplyBook, now_ms: int) -> None:
        tables.replies.put_senders(self.name, book.senders, now_ms)
        tables.replies.put_patterns(self.name, book.patterns, book.clock_ms)

    # -- reply stops -------------------------------------------------------------------------

    def stop(self, sender: str, raid: str | None, now_ms: int) -> Measure:
        from_at = at_time(now_ms)
        scope = Scope(ScopeKind.ACCOUNT, self.platform, self.channel, sender)
        return Measure(
            id=stable_id("m", REPLY_STOP, self.platform, self.channel, sender, str(now_ms)),
            kind=MeasureKind.REPLY_STOP,
            scope=scope,
            from_at=from_at,
            until=from_at + timedelta(seconds=STOP_SECONDS),
            rule=REPLY_STOP,
            raid=raid,
            account=sender,
            reason=_STOP_REASON,
        )

    def write_stops(self, tables: Tables, stops: Sequence[Measure], now_ms: int) -> list[ReplyRow]:
        """With those who leave the queue for it."""
        if not stops:
            return []
        write_measures(tables, self.engine.settings, stops, now_ms)
        names = [measure.scope.ref for measure in stops]
        return tables.replies.drop_waiting(self.name, names, Reason.ATTACK.value)

    # -- the log, and people -----------------------------------------------------------------

    def tell(
        self,
        tables: Tables,
        rows: Sequence[ReplyRow],
        book: ReplyBook,
        now_ms: int,
        left: Sequence[ReplyRow] = (),
    ) -> None:
        what: dict[str, dict[str, list[int]]] = {}
        for row in rows:
            what.setdefault(row.state, {}).setdefault(row.reason, []).append(row.seq)
        if left:
            what["left_queue"] = {Reason.ATTACK.value: [row.seq for row in left]}
        cost = sum(row.cost for row in rows if row.state in ("answered", "sending"))
        value = {
            "line": self.name,
            "at": rfc3339(now_ms),
            "messages": what,
            "cost": cost,
            "spent": {"hour": book.spent.hour, "day": book.spent.day},
        }
        record(tables, [(None, entry("replies", value))])
        tables.announce("line", {"line": self.name, **self.place()})

    def watch(self, tables: Tables, book: ReplyBook, now_ms: int, clock_ms: int) -> None:
        """Calls a person at each level of a cap; the line's clock goes on."""
        row = tables.replies.line(self.name)
        found = {
            "hour": level(book.spent.hour, self.limits.cap_hour, self.next_price),
            "day": level(book.spent.day, self.limits.cap_day, self.next_price),
        }
        before = {"hour": row.hour_level, "day": row.day_level}
        kept = dict(before)
        for window, now in found.items():
            spent, cap = getattr(book.spent, window), getattr(self.limits, f"cap_{window}")
            if now > before[window]:
                kept[window] = now
                self._call(tables, window, now, spent, cap, now_ms)
            elif spent * 100 < cap * (before[window] - _FALLEN):
                kept[window] = now
        tables.replies.put_line(
            LineRow(self.name, max(clock_ms, row.clock_ms), kept["hour"], kept["day"], row.price)
        )

    def _call(
        self, tables: Tables, window: str, reached: int, spent: int, cap: int, now_ms: int
    ) -> None:
        value = {
            "line": self.name,
            "at": rfc3339(now_ms),
            "window": window,
            "percent": reached,
            "spent": spent,
            "cap": cap,
        }
        record(tables, [(None, entry("cost_cap", value))])
        from_at = at_time(now_ms)
        measure = Measure(
            id=stable_id("m", COST_CAP, self.name, window, str(reached), str(now_ms)),
            kind=MeasureKind.ALARM,
            scope=Scope(ScopeKind.CHANNEL, self.platform, self.channel, self.channel),
            from_at=from_at,
            until=from_at + timedelta(seconds=ALARM_SECONDS),
            rule=COST_CAP,
            priority=reached,
            reason=_cap_reason(window, reached),
        )
        write_measures(tables, self.engine.settings, [measure], now_ms)
        tables.announce(
            "alarm", {"what": COST_CAP, "percent": reached, "window": window, **self.place()}
        )

    def place(self) -> dict[str, str]:
        return {"platform": self.platform, "channel": self.channel}


def _row(
    line: str, one: Came, decision: Decision, now_ms: int, clock_ms: int, late: bool
) -> ReplyRow:
    state = {
        Action.ANSWER: "answered",
        Action.WAIT: "waiting",
        Action.SILENT: "silent",
    }[decision.action]
    waits = decision.action is Action.WAIT
    return ReplyRow(
        id=0,
        line=line,
        sid=one.sid,
        seq=one.seq,
        sender=one.sender,
        state=state,
        reason=Reason.LATE.value if late and waits else decision.reason.value,
        rank=decision.rank.value,
        pattern=one.pattern,
        cost=one.cost,
        text=one.text,
        at_ms=now_ms,
        clock_ms=clock_ms,
    )


def tables_rows(tables: Tables, line: str, rows: Sequence[ReplyRow]) -> list[ReplyRow]:
    """The rows as the store has them, with their ids, in the order given."""
    found = tables.replies.of_sids(line, [row.sid for row in rows])
    return [found[row.sid] for row in rows]


def _cap_reason(window: str, reached: int) -> dict[str, str]:
    span = {"hour": ("an hour", "l’heure"), "day": ("a day", "la journée")}[window]
    if reached == LEVELS[-1]:
        return {
            "en": f"The cost cap of {span[0]} is used up: further replies wait.",
            "fr": f"Le plafond de {span[1]} est atteint : les réponses suivantes attendent.",
        }
    return {
        "en": f"{reached} % of the cost cap of {span[0]} are used.",
        "fr": f"{reached} % du plafond de {span[1]} sont utilisés.",
    }
