"""Deadlines: facts in, deadlines out. Pure: no clock, no table.

Rules kept here:

1. Every open case has a time by which a person looks, a time by which a person decides, and, when
   somebody reported, a time by which who waits is told that it is not forgotten.
2. A deadline knows what started it, what stopped it and how long it was paused. A graver harm that
   is reported later starts the clock of that harm anew; nothing a machine or a stranger says makes
   a deadline later.
3. At half of the time a reminder, before the end an alarm, at the end it *lapses*: then the next
   round begins, shorter, for somebody else. A lapse closes nothing and lets nothing go.
4. What was missed while nobody was there happens once, not step by step: the furthest stage counts.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple

from rempart.cases.queue.policy import Policy, Running

LONGEST_PAUSE_MS = 72 * 3_600_000
"""Who asks a reporter for more waits this long at most; then the clock runs again by itself."""


class DeadlineKind(StrEnum):
    """`look`: a person looks; `decide`: a person decides; `tell`: who waits is told."""

    LOOK = "look"
    DECIDE = "decide"
    TELL = "tell"


class Stage(IntEnum):
    RUNNING = 0
    REMINDED = 1
    WARNED = 2
    LAPSED = 3


class Deadline(NamedTuple):
    """Times in ms. `start_seq`, `stop_seq`: the entries of the log that started and stopped it.
    `span_ms` of the round that runs; `due_ms` its end. `paused_ms`: since when it stands still.
    `lapses`: rounds that ended without the act; `shifted_ms`: what pauses and jumps of this
    machine's clock added."""

    case: str
    kind: DeadlineKind
    clock: str
    start_ms: int
    start_seq: int
    span_ms: int
    due_ms: int
    stage: Stage = Stage.RUNNING
    lapses: int = 0
    paused_ms: int | None = None
    shifted_ms: int = 0
    stopped_ms: int | None = None
    stop_seq: int | None = None

    @property
    def runs(self) -> bool:
        return self.stopped_ms is None and self.paused_ms is None


class CaseFacts(NamedTuple):
    """What the deadlines of an open case follow from. `graver_ms`: when it became what it is now
    (its opening, or the report that named the graver harm)."""

    case: str
    clock: str
    target: str
    graver_ms: int
    seq: int
    reported_ms: int | None
    looked_ms: int | None


def deadlines_of(facts: CaseFacts, policy: Policy) -> list[Deadline]:
    """All deadlines of a case that has none yet."""
    spans = policy.running(facts.clock, facts.target)
    found = [_fresh(facts, DeadlineKind.DECIDE, spans.decide)]
    if facts.looked_ms is None:
        found.append(_fresh(facts, DeadlineKind.LOOK, spans.look))
    if facts.reported_ms is not None:
        found.append(_telling(facts, facts.reported_ms, policy))
    return found


def changed(
    known: list[Deadline], facts: CaseFacts, policy: Policy, *, by_person: bool
) -> list[Deadline]:
    """Those that differ from the known ones after the case changed. `by_person`: a person said what
    it is, and then a deadline may also become later (`clock` looser); else only earlier."""
    by_kind = {one.kind: one for one in known}
    spans = policy.running(facts.clock, facts.target)
    found = []
    for kind, span in ((DeadlineKind.LOOK, spans.look), (DeadlineKind.DECIDE, spans.decide)):
        one = by_kind.get(kind)
        if one is None:
            if kind is DeadlineKind.LOOK and facts.looked_ms is not None:
                continue
            found.append(_fresh(facts, kind, span))
        elif one.clock != facts.clock:
            replaced = _reclocked(one, facts, span, by_person=by_person)
            if replaced is not None:
                found.append(replaced)
    if DeadlineKind.TELL not in by_kind and facts.reported_ms is not None:
        found.append(_telling(facts, facts.reported_ms, policy))
    return found


def next_ms(deadline: Deadline, policy: Policy) -> int | None:
    """When something is to be done about it next; None: nothing any more."""
    if deadline.stopped_ms is not None:
        return None
    if deadline.paused_ms is not None:
        return deadline.paused_ms + LONGEST_PAUSE_MS
    if deadline.kind is DeadlineKind.TELL:
        return deadline.due_ms
    share = {Stage.RUNNING: policy.remind, Stage.REMINDED: policy.warn}.get(deadline.stage, 1.0)
    return deadline.due_ms - round(deadline.span_ms * (1.0 - share))


def stage_at(deadline: Deadline, policy: Policy, now_ms: int) -> Stage:
    """The furthest stage that is reached at that time; never one before the present stage."""
    gone = 1.0 - (deadline.due_ms - now_ms) / max(1, deadline.span_ms)
    if now_ms >= deadline.due_ms:
        return Stage.LAPSED
    reached = (
        Stage.WARNED
        if gone >= policy.warn
        else Stage.REMINDED
        if gone >= policy.remind
        else Stage.RUNNING
    )
    return max(deadline.stage, reached)


def next_round(deadline: Deadline, policy: Policy, now_ms: int) -> Deadline:
    """After a lapse (or, for `tell`, after the message): the next round."""
    if deadline.kind is DeadlineKind.TELL:
        rounds = max(1, -(-(now_ms - deadline.due_ms + 1) // policy.tell))
        return deadline._replace(due_ms=deadline.due_ms + rounds * policy.tell)
    span = max(policy.again_least, round(deadline.span_ms * policy.again))
    return deadline._replace(
        span_ms=span, due_ms=now_ms + span, stage=Stage.RUNNING, lapses=deadline.lapses + 1
    )


def paused(deadline: Deadline, at_ms: int) -> Deadline:
    return deadline if not deadline.runs else deadline._replace(paused_ms=at_ms)


def resumed(deadline: Deadline, at_ms: int) -> Deadline:
    """Goes on where it stood; the pause counts for nothing."""
    if deadline.paused_ms is None or deadline.stopped_ms is not None:
        return deadline
    stood = max(0, at_ms - deadline.paused_ms)
    return deadline._replace(
        paused_ms=None, due_ms=deadline.due_ms + stood, shifted_ms=deadline.shifted_ms + stood
    )


def stopped(deadline: Deadline, at_ms: int, seq: int) -> Deadline:
    if deadline.stopped_ms is not None:
        return deadline
    return resumed(deadline, at_ms)._replace(stopped_ms=at_ms, stop_seq=seq)


def _fresh(facts: CaseFacts, kind: DeadlineKind, span: int) -> Deadline:
    start = facts.graver_ms
    return Deadline(facts.case, kind, facts.clock, start, facts.seq, span, start + span)


def _telling(facts: CaseFacts, reported_ms: int, policy: Policy) -> Deadline:
    due = reported_ms + policy.tell
    kind = DeadlineKind.TELL
    return Deadline(facts.case, kind, facts.clock, reported_ms, facts.seq, policy.tell, due)


def _reclocked(one: Deadline, facts: CaseFacts, span: int, *, by_person: bool) -> Deadline | None:
    """The same deadline under another clock. A graver harm starts anew, also what was stopped."""
    fresh = _fresh(facts, one.kind, span)
    if by_person:
        due = one.start_ms + span + one.shifted_ms
        kept = one._replace(clock=facts.clock, span_ms=span, due_ms=due, stage=Stage.RUNNING)
        return kept if one.stopped_ms is None else one._replace(clock=facts.clock)
    if one.stopped_ms is None and one.due_ms <= fresh.due_ms:
        return None
    return fresh._replace(lapses=one.lapses)


__all__ = [
    "LONGEST_PAUSE_MS",
    "CaseFacts",
    "Deadline",
    "DeadlineKind",
    "Running",
    "Stage",
    "changed",
    "deadlines_of",
    "next_ms",
    "next_round",
    "paused",
    "resumed",
    "stage_at",
    "stopped",
]
