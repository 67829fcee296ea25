"""From effects to measures: what is wished becomes what is done, within limits, in proportion.

Rules kept here:

1. Pure: same book, same effects, same time give the same measures with the same ids.
2. One measure per kind and scope is in force at a time. A wish that comes while its measure runs
   extends nothing before half of the lease is over, then a new measure takes over: no flood of
   measures, no gap in the protection.
3. The verdict of a message is the furthest of its effects and of what is in force (`enforce`); a
   held account's messages are held under the account's measure, without one for each message.
4. At a limit nothing is dropped in silence: the message is still held, the measure beyond the limit
   is replaced by an alarm to a human, once per hour.
5. Nothing is hidden from everyone by a machine on a rule's word alone: without a signal or a part
   in an attack the message is held instead, and a person is called.
6. What a person undid stays undone (see `book`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from rempart.model import (
    LADDER,
    THRESHOLD,
    Because,
    Bundle,
    Measure,
    MeasureKind,
    Message,
    Raid,
    RaidStage,
    Scope,
    ScopeKind,
    Verdict,
    stable_id,
)
from rempart.model.moments import ms_of
from rempart.protect.book import MeasureBook, Standing, scope_key
from rempart.protect.bundles import LEASES, REASONS, Modes, Shields
from rempart.protect.enforce import FREE, restraint
from rempart.protect.limits import DAY_MS, HOUR_MS, Limit, Limits
from rempart.rules import Effect, Facts, RuleSet

_VERDICTS: Final = {
    MeasureKind.HOLD: Verdict.HOLD,
    MeasureKind.HIDE: Verdict.HIDE,
    MeasureKind.REMOVE: Verdict.REMOVE,
}
_ASKING_SECONDS: Final = 3_600
_ASKING_PRIORITY: Final = 80


class Answer(NamedTuple):
    """`measures`: ids of those that cause the verdict or the lock-out; `new`: those that are new;
    `locked_out`: targets to whom the message is not delivered."""

    verdict: Verdict
    measures: list[str]
    new: list[Measure]
    locked_out: tuple[str, ...] = ()


_NOTHING: Final = Answer(Verdict.ALLOW, [], [])


class _Cause(NamedTuple):
    """Why a measure is planned; all of it stands in the measure."""

    at: datetime
    raid: str | None
    message: Message | None = None
    part_of: str | None = None
    because: Because | None = None
    reason: dict[str, str] | None = None


class Planner:
    """Turns effects into measures. Holds no state of its own: the book is passed in."""

    def __init__(
        self,
        rules: RuleSet,
        limits: Limits | None = None,
        shields: Shields | None = None,
        modes: Modes | None = None,
    ) -> None:
        self.rules = rules
        self.limits = limits or Limits()
        self.shields = shields or Shields()
        self.modes = modes or Modes()

    def for_message(
        self,
        book: MeasureBook,
        facts: Facts,
        effects: Sequence[Effect],
        raid: str | None,
        *,
        again: bool = False,
    ) -> Answer:
        """What is done about this message. `again`: it is only judged anew."""
        message = facts.message
        found = restraint(book, facts, self.modes, again=again)
        if not effects and found is FREE:
            return _NOTHING
        plan = _Plan(found.verdict, [*found.measures, *found.folder], [], list(found.locked_out))
        cause = _Cause(message.sent_at, raid, message)
        for effect in _strongest(_in_proportion(effects, facts)):
            self._take(book, effect, cause, plan, held=bool(found.measures))
        if found.mode is not None and plan.verdict is Verdict.ALLOW:
            self._keep_back(book, found.mode, cause, plan)
        hiding = next((effect for effect in effects if _hides_for_everyone(effect)), None)
        if hiding is not None and not _is_matched(facts):
            self._ask(book, hiding, cause, plan, Because.PROPORTION)
        return Answer(plan.verdict, plan.measures, plan.new, tuple(dict.fromkeys(plan.locked_out)))

    def for_raid(
        self, book: MeasureBook, raid: Raid, effects: Iterable[Effect], at: datetime
    ) -> list[Measure]:
        """Measures on the target, the channel and the core members of a raid."""
        if raid.id in book.lifted:
            return []
        plan = _Plan(Verdict.ALLOW, [], [], [])
        cause = _Cause(at, raid.id)
        at_ms = ms_of(at)
        for wish in _strongest(effects):
            effect = wish
            if _hides_for_everyone(wish) and raid.stage is not RaidStage.ATTACK:
                self._ask(book, wish, cause, plan, Because.PROPORTION, raid)
                effect = wish._replace(kind=MeasureKind.HOLD)
            for scope in _raid_scopes(effect, raid, book, at_ms):
                self._measure(book, effect, scope, cause, plan)
        return plan.new

    # -- one effect --------------------------------------------------------------------------

    def _take(
        self, book: MeasureBook, effect: Effect, cause: _Cause, plan: _Plan, *, held: bool
    ) -> None:
        message = cause.message
        assert message is not None
        reached = _VERDICTS.get(effect.kind, Verdict.ALLOW)
        on_message = effect.scope is ScopeKind.MESSAGE
        covered = held and on_message and effect.priority == 0
        if covered and Verdict.ALLOW.rank < reached.rank <= Verdict.HOLD.rank:
            return
        scope = _message_scope(effect.scope, message)
        if not self._measure(book, effect, scope, cause, plan):
            hold = Effect(effect.rule, MeasureKind.HOLD, ScopeKind.MESSAGE, LEASE_AT_LIMIT)
            if plan.verdict is Verdict.ALLOW and effect.kind is not MeasureKind.ALARM:
                self._measure(book, hold, _message_scope(hold.scope, message), cause, plan)
            reached, on_message = Verdict.HOLD, True
        if on_message:
            plan.verdict = max(plan.verdict, reached, key=lambda one: one.rank)
            if effect.kind is MeasureKind.LOCK_OUT:
                plan.locked_out += [name for name in message.hit if name != message.author.id]

    def _keep_back(self, book: MeasureBook, mode: Standing, cause: _Cause, plan: _Plan) -> None:
        """The setting of the channel holds this message, under a measure that ends with it."""
        message = cause.message
        assert message is not None
        raid = mode.raid or cause.raid
        because = cause._replace(raid=raid, part_of=mode.measure, reason=REASONS[mode.kind])
        hold = Effect(mode.kind.value, MeasureKind.HOLD, ScopeKind.MESSAGE, LEASES[mode.kind])
        self._measure(book, hold, _message_scope(hold.scope, message), because, plan)
        plan.verdict = Verdict.HOLD

    def _measure(
        self, book: MeasureBook, effect: Effect, scope: Scope, cause: _Cause, plan: _Plan
    ) -> bool:
        """False at a limit: a person was asked instead."""
        at_ms = ms_of(cause.at)
        book.sweep(at_ms)
        more = cause.because or ""
        key = scope_key(effect.kind, scope, more)
        standing = book.standing.get(key)
        if standing is not None and not standing.is_renewable(at_ms):
            return True
        raid = cause.raid
        if raid is not None and book.refused and book.is_refused(raid, key):
            return True
        limit = self.limits.of(effect.kind, scope.kind)
        if limit is not None and not _within(book, effect.kind, scope, at_ms, limit):
            self._ask(book, effect, cause, plan, Because.LIMIT, scope)
            return False
        measure = _measure_of(effect, scope, cause, at_ms, self._reason(effect, cause))
        if measure.id in plan.measures:
            return True
        plan.new.append(measure)
        if cause.message is not None:
            plan.measures.append(measure.id)
        if scope.kind is not ScopeKind.MESSAGE:
            book.remember(measure)
        if effect.kind is MeasureKind.SHIELD:
            self._parts(book, effect, scope, cause._replace(part_of=measure.id), plan)
        return True

    def _parts(
        self, book: MeasureBook, effect: Effect, scope: Scope, cause: _Cause, plan: _Plan
    ) -> None:
        """The bundle of a shield: measures of their own, which end and are undone with it."""
        for part in self.shields.of(effect.bundle):
            kind, touched = part.measure
            ref = scope.channel if touched is ScopeKind.CHANNEL else scope.ref
            one = Effect(effect.rule, kind, touched, effect.lease_seconds, effect.priority)
            place = Scope(touched, scope.platform, scope.channel, ref)
            self._measure(book, one, place, cause, plan)

    def _ask(
        self,
        book: MeasureBook,
        effect: Effect,
        cause: _Cause,
        plan: _Plan,
        because: Because,
        where: Scope | Raid | None = None,
    ) -> None:
        """Calls a person, once an hour in a channel and for each cause."""
        place = where or cause.message
        assert place is not None
        channel = Scope(ScopeKind.CHANNEL, place.platform, place.channel, place.channel)
        alarm = Effect(
            effect.rule, MeasureKind.ALARM, ScopeKind.CHANNEL, _ASKING_SECONDS, _ASKING_PRIORITY
        )
        self._measure(book, alarm, channel, cause._replace(part_of=None, because=because), plan)

    def _reason(self, effect: Effect, cause: _Cause) -> dict[str, str]:
        return cause.reason if cause.reason is not None else self.rules.reason(effect.rule)


class _Plan:
    """What has been decided so far about one message, or one picture of a raid."""

    __slots__ = ("locked_out", "measures", "new", "verdict")

    def __init__(
        self, verdict: Verdict, measures: list[str], new: list[Measure], locked_out: list[str]
    ) -> None:
        self.verdict = verdict
        self.measures = measures
        self.new = new
        self.locked_out = locked_out


LEASE_AT_LIMIT: Final = 7 * 86_400
"""A message is held so long when what a rule called for was beyond a limit, or hides for everyone
on nothing but the rule's word."""


def _measure_of(
    effect: Effect, scope: Scope, cause: _Cause, at_ms: int, reason: dict[str, str]
) -> Measure:
    lease, message = effect.lease_seconds, cause.message
    named = (effect.kind, scope.kind, scope.platform, scope.channel, scope.ref, str(at_ms))
    return Measure(
        id=stable_id("m", *named, *((cause.because,) if cause.because else ())),
        kind=effect.kind,
        scope=scope,
        from_at=cause.at,
        until=cause.at + timedelta(seconds=lease) if lease is not None else None,
        rule=effect.rule,
        raid=cause.raid,
        message=message.id if message is not None else None,
        account=message.author.id if message is not None else None,
        priority=effect.priority,
        reason=reason,
        part_of=cause.part_of,
        bundle=effect.bundle if effect.kind is MeasureKind.SHIELD else None,
        because=cause.because,
    )


# -- proportion ------------------------------------------------------------------------------


def _is_matched(facts: Facts) -> bool:
    """A detector found something in this very message, or it is part of an attack of many."""
    raid = facts.raid
    if raid is not None and raid.member and raid.stage is RaidStage.ATTACK:
        return True
    return any(signal.score >= THRESHOLD for signal in facts.signals)


def _hides_for_everyone(effect: Effect) -> bool:
    return LADDER[effect.kind].for_everyone


def _in_proportion(effects: Sequence[Effect], facts: Facts) -> Sequence[Effect]:
    """Without a match, what hides for everyone becomes a hold of the message."""
    if not any(_hides_for_everyone(effect) for effect in effects) or _is_matched(facts):
        return effects
    return [
        Effect(effect.rule, MeasureKind.HOLD, ScopeKind.MESSAGE, LEASE_AT_LIMIT, effect.priority)
        if _hides_for_everyone(effect)
        else effect
        for effect in effects
    ]


def _strongest(effects: Iterable[Effect]) -> list[Effect]:
    """One effect per kind and scope: the one with the highest priority, then the longest lease, and
    of shields the one that closes most."""
    best: dict[tuple[MeasureKind, ScopeKind], Effect] = {}
    for effect in effects:
        key = (effect.kind, effect.scope)
        known = best.get(key)
        if known is None or _weight(effect) > _weight(known):
            best[key] = effect
    return list(best.values())


_CLOSING: Final = {bundle: rank for rank, bundle in enumerate(Bundle)}


def _weight(effect: Effect) -> tuple[int, int, float]:
    lease = float("inf") if effect.lease_seconds is None else float(effect.lease_seconds)
    return effect.priority, _CLOSING[effect.bundle], lease


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


# -- scopes ----------------------------------------------------------------------------------


def _message_scope(kind: ScopeKind, message: Message) -> Scope:
    ref = {
        ScopeKind.MESSAGE: message.id,
        ScopeKind.ACCOUNT: message.author.id,
        ScopeKind.CHANNEL: message.channel,
        ScopeKind.TARGET: message.hit[0],
    }[kind]
    return Scope(kind, message.platform, message.channel, ref)


def _raid_scopes(effect: Effect, raid: Raid, book: MeasureBook, at_ms: int) -> list[Scope]:
    """The target, the channel, or the core members that this does not hold already: a raid that
    grows by one member must not cost a look at every measure of all the others."""
    kind = effect.scope
    if kind is ScopeKind.MESSAGE:
        return []
    if kind is not ScopeKind.ACCOUNT:
        ref = raid.target if kind is ScopeKind.TARGET else raid.channel
        return [Scope(kind, raid.platform, raid.channel, ref)]
    platform, channel = raid.platform, raid.channel
    scopes: list[Scope] = []
    for member in raid.members:
        if not member.core:
            continue
        known = book.accounts.get((platform, channel, member.account), ())
        if not any(s.kind is effect.kind and not s.is_renewable(at_ms) for s in known):
            scopes.append(Scope(kind, platform, channel, member.account))
    return scopes
