"""From effects to measures: what is wished becomes what is done, within limits.

Rules kept here:

1. Pure: same book, same effects, same time give the same measures with the same ids.
2. One measure per kind and scope is in force at a time. A wish that comes while its measure runs
   extends nothing before half of the lease is over, then a new measure takes over: no flood of
   measures, no gap in the protection.
3. The verdict of a message is the furthest of its effects; a held account's messages are held under
   the account's measure, without one measure for each message.
4. At a limit nothing is dropped in silence: the message is still held, the broader measure is
   replaced by an alarm to a human, once per hour.
5. What a person undid stays undone: a raid that was lifted causes no measures any more, one whose
   shield (or hold of an account) was undone does not bring that one back, and an account that was
   lifted out of it is no member of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from rempart.model import (
    Measure,
    MeasureKind,
    Message,
    Raid,
    Scope,
    ScopeKind,
    Verdict,
    stable_id,
)
from rempart.protect.corrections import Corrections
from rempart.protect.limits import DAY_MS, HOUR_MS, Limit, Limits
from rempart.rules import Effect, RuleSet

_VERDICTS = {
    MeasureKind.HOLD: Verdict.HOLD,
    MeasureKind.HIDE: Verdict.HIDE,
    MeasureKind.REMOVE: Verdict.REMOVE,
}
_REFUSED_MS = 86_400_000
"""So long after its lease a measure that a person undid is still refused to its raid."""


class Standing(msgspec.Struct, frozen=True):
    """A measure in force, as the planner remembers it (event time, ms)."""

    measure: str
    from_ms: int
    until_ms: int
    raid: str | None

    def is_renewable(self, at_ms: int) -> bool:
        """Whether half of the lease is over, so that a new measure may take over."""
        return at_ms >= (self.from_ms + self.until_ms) // 2


class MeasureBook:
    """The planner's state: measures in force by scope, uses of limits, raids that were lifted.

    Bounded by time: what has ended is forgotten at the next sweep. Serialisable, and rebuilt from
    the stored measures at a restart (`remember`).
    """

    SWEEP_MS = 60_000
    STEP_MS = 30_000

    def __init__(self) -> None:
        self.standing: dict[str, Standing] = {}
        self.held_accounts: dict[tuple[str, str, str], Standing] = {}
        self.uses: dict[str, deque[int]] = {}
        self.lifted: set[str] = set()
        self.refused: dict[tuple[str, str], int] = {}
        self.corrections = Corrections()
        self._swept_ms = 0
        self._clock_ms = 0

    def copy(self) -> MeasureBook:
        """A book to plan in without consequence. What only people change is shared; the clock of
        its sweep begins anew."""
        copied = MeasureBook()
        copied.standing = dict(self.standing)
        copied.held_accounts = dict(self.held_accounts)
        copied.uses = {key: deque(uses) for key, uses in self.uses.items()}
        copied.refused = dict(self.refused)
        copied.lifted = self.lifted
        copied.corrections = self.corrections
        return copied

    def remember(self, measure: Measure) -> None:
        """Takes in a measure that is in force (after a restart, or just planned)."""
        until = _ms(measure.until) if measure.until else 1 << 60
        standing = Standing(measure.id, _ms(measure.from_at), until, measure.raid)
        scope = measure.scope
        self.standing[_scope_key(measure.kind, scope)] = standing
        if measure.kind is MeasureKind.HOLD and scope.kind is ScopeKind.ACCOUNT:
            self.held_accounts[scope.platform, scope.channel, scope.ref] = standing

    def forget(self, measure: Measure) -> None:
        """A person undid it: it holds nothing any more, and its raid does not cause it again. A
        newer one on the same scope stays."""
        scope = measure.scope
        key = _scope_key(measure.kind, scope)
        standing = self.standing.get(key)
        if standing is None or standing.measure != measure.id:
            return
        if standing.raid is not None:
            self.refused[standing.raid, key] = standing.until_ms + _REFUSED_MS
        del self.standing[key]
        if measure.kind is MeasureKind.HOLD and scope.kind is ScopeKind.ACCOUNT:
            self.held_accounts.pop((scope.platform, scope.channel, scope.ref), None)

    def lift(self, raid: str) -> None:
        """A person said of this raid that it was fine; it causes nothing any more."""
        self.lifted.add(raid)
        self.standing = {k: s for k, s in self.standing.items() if s.raid != raid}
        self.held_accounts = {k: s for k, s in self.held_accounts.items() if s.raid != raid}

    def spare(self, raid: str, account: str) -> None:
        """A person lifted this account out of the raid: it is not held for it again. What held it
        is undone measure by measure (`forget`)."""
        self.corrections.spare(raid, account)

    def split(self, raid: str, part: str, accounts: Iterable[str]) -> None:
        """From now on these accounts count to a part of the raid, a raid of its own: so do the
        measures that are in force on them."""
        names = frozenset(accounts)
        self.corrections.split(raid, part, names)
        for key, standing in self.held_accounts.items():
            if standing.raid == raid and key[2] in names:
                moved = msgspec.structs.replace(standing, raid=part)
                self.held_accounts[key] = moved
                scope = Scope(ScopeKind.ACCOUNT, *key)
                self.standing[_scope_key(MeasureKind.HOLD, scope)] = moved

    def put_back(self, raid: str, account: str) -> None:
        """A correction was taken back: the account counts as the machine says."""
        self.corrections.put_back(raid, account)

    def sweep(self, at_ms: int) -> None:
        """Forgets what has ended. Its clock only strolls after the messages' times, at most
        `STEP_MS` a call: one message dated years ahead must not end what holds everywhere."""
        if self._clock_ms:
            ahead = at_ms - self._clock_ms
            at_ms = self._clock_ms + max(-self.STEP_MS, min(self.STEP_MS, ahead))
        self._clock_ms = at_ms
        if abs(at_ms - self._swept_ms) < self.SWEEP_MS:
            return
        self._swept_ms = at_ms
        self.standing = {k: s for k, s in self.standing.items() if s.until_ms > at_ms}
        self.held_accounts = {k: s for k, s in self.held_accounts.items() if s.until_ms > at_ms}
        horizon = at_ms - DAY_MS
        self.uses = {k: uses for k, uses in self.uses.items() if uses and uses[-1] > horizon}
        self.refused = {k: until for k, until in self.refused.items() if until > at_ms}


class Planner:
    """Turns effects into measures. Holds no state of its own: the book is passed in."""

    def __init__(self, rules: RuleSet, limits: Limits | None = None) -> None:
        self.rules = rules
        self.limits = limits or Limits()

    def for_message(
        self,
        book: MeasureBook,
        message: Message,
        effects: Sequence[Effect],
        raid: str | None,
    ) -> tuple[Verdict, list[str], list[Measure]]:
        """Verdict, ids of the measures that cause it, and those that are new."""
        at_ms = _ms(message.sent_at)
        ids: list[str] = []
        new: list[Measure] = []
        verdict = Verdict.ALLOW
        held = self.held_account(book, message, at_ms)
        if held is not None:
            verdict = Verdict.HOLD
            ids.append(held.measure)
        for effect in _strongest(effects):
            if effect.scope is ScopeKind.MESSAGE:
                reached = _VERDICTS.get(effect.kind, Verdict.ALLOW)
                covered = held is not None and effect.priority == 0
                if covered and reached.rank <= Verdict.HOLD.rank:
                    continue
                verdict = max(verdict, reached, key=lambda v: v.rank)
            scope = _message_scope(effect.scope, message)
            measure = self._measure(book, effect, scope, message.sent_at, raid, message)
            if measure is None:
                continue
            ids.append(measure.id)
            new.append(measure)
        return verdict, ids, new

    def held_account(self, book: MeasureBook, message: Message, at_ms: int) -> Standing | None:
        """The hold on this message's account in this channel, when one is in force."""
        if not book.held_accounts:
            return None
        key = (message.platform, message.channel, message.author.id)
        standing = book.held_accounts.get(key)
        return standing if standing and standing.until_ms > at_ms else None

    def for_raid(
        self, book: MeasureBook, raid: Raid, effects: Iterable[Effect], at: datetime
    ) -> list[Measure]:
        """Measures on the target, the channel and the core members of a raid."""
        if raid.id in book.lifted:
            return []
        new: list[Measure] = []
        at_ms = _ms(at)
        for effect in _strongest(effects):
            for scope in _raid_scopes(effect, raid, book, at_ms):
                measure = self._measure(book, effect, scope, at, raid.id, None)
                if measure is not None:
                    new.append(measure)
        return new

    def _measure(
        self,
        book: MeasureBook,
        effect: Effect,
        scope: Scope,
        at: datetime,
        raid: str | None,
        message: Message | None,
    ) -> Measure | None:
        at_ms = _ms(at)
        book.sweep(at_ms)
        key = _scope_key(effect.kind, scope)
        standing = book.standing.get(key)
        if standing is not None and not standing.is_renewable(at_ms):
            return None
        if raid is not None and book.refused and (raid, key) in book.refused:
            return None
        limit = self.limits.of(effect.kind, scope.kind)
        if limit is not None and not _within(book, effect.kind, scope, at_ms, limit):
            return self._alarm_at_limit(book, effect, scope, at, raid)
        lease = effect.lease_seconds
        measure = Measure(
            id=stable_id(
                "m", effect.kind, scope.kind, scope.platform, scope.channel, scope.ref, str(at_ms)
            ),
            kind=effect.kind,
            scope=scope,
            from_at=at,
            until=at + timedelta(seconds=lease) if lease is not None else None,
            rule=effect.rule,
            raid=raid,
            message=message.id if message is not None else None,
            account=message.author.id if message is not None else None,
            priority=effect.priority,
            reason=self.rules.reason(effect.rule),
        )
        if scope.kind is not ScopeKind.MESSAGE:
            book.remember(measure)
        return measure

    def _alarm_at_limit(
        self, book: MeasureBook, effect: Effect, scope: Scope, at: datetime, raid: str | None
    ) -> Measure | None:
        if effect.kind is MeasureKind.ALARM:
            return None
        channel = Scope(ScopeKind.CHANNEL, scope.platform, scope.channel, scope.channel)
        alarm = Effect(effect.rule, MeasureKind.ALARM, ScopeKind.CHANNEL, 3600, priority=80)
        return self._measure(book, alarm, channel, at, raid, None)


def _strongest(effects: Iterable[Effect]) -> list[Effect]:
    """One effect per kind and scope: the one with the highest priority, then the longest lease."""
    best: dict[tuple[MeasureKind, ScopeKind], Effect] = {}
    for effect in effects:
        key = (effect.kind, effect.scope)
        known = best.get(key)
        if known is None or _weight(effect) > _weight(known):
            best[key] = effect
    return list(best.values())


def _weight(effect: Effect) -> tuple[int, float]:
    lease = float("inf") if effect.lease_seconds is None else float(effect.lease_seconds)
    return effect.priority, lease


def _within(book: MeasureBook, kind: MeasureKind, scope: Scope, at_ms: int, limit: Limit) -> bool:
    """Counts this use, unless the channel has had its measure of them within an hour or a day."""
    uses = book.uses.setdefault(f"{kind}\x1f{scope.platform}\x1f{scope.channel}", deque())
    while uses and uses[0] <= at_ms - DAY_MS:
        uses.popleft()
    if not limit.hour or len(uses) >= limit.day:
        return False
    if len(uses) >= limit.hour and uses[len(uses) - limit.hour] > at_ms - HOUR_MS:
        return False
    uses.append(at_ms)
    return True


def _message_scope(kind: ScopeKind, message: Message) -> Scope:
    ref = {
        ScopeKind.MESSAGE: message.id,
        ScopeKind.ACCOUNT: message.author.id,
        ScopeKind.CHANNEL: message.channel,
        ScopeKind.TARGET: message.hit[0],
    }[kind]
    return Scope(kind, message.platform, message.channel, ref)


def _raid_scopes(effect: Effect, raid: Raid, book: MeasureBook, at_ms: int) -> list[Scope]:
    """The target, the channel, or the core members that are not held already: a raid that grows
    by one member must not cost a look at every measure of all the others."""
    kind = effect.scope
    if kind is not ScopeKind.ACCOUNT:
        ref = raid.target if kind is ScopeKind.TARGET else raid.channel
        return [Scope(kind, raid.platform, raid.channel, ref)]
    platform, channel = raid.platform, raid.channel
    held = book.held_accounts if effect.kind is MeasureKind.HOLD else {}
    scopes: list[Scope] = []
    for member in raid.members:
        if not member.core:
            continue
        standing = held.get((platform, channel, member.account))
        if standing is None or standing.is_renewable(at_ms):
            scopes.append(Scope(kind, platform, channel, member.account))
    return scopes


def _scope_key(kind: MeasureKind, scope: Scope) -> str:
    return f"{kind}\x1f{scope.kind}\x1f{scope.platform}\x1f{scope.channel}\x1f{scope.ref}"


def _ms(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp() * 1000)
