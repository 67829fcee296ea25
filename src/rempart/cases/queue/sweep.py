"""What falls due: reminders, alarms, lapses, and word to who waits.

Rules kept here:

1. A lapse protects the target alone: what the case is about is locked out for the target, and stays
   visible for everybody else. It closes nothing and answers nothing.
2. A lapse escalates: the case moves up a class, the on-call is called, and it goes to somebody else
   than who was silent. The next round is shorter.
3. Each stage is one entry of the log, in the same transaction as what it does. A pass takes what is
   due in the order in which it began, so many at a time; however many lapse at once, nothing else
   happens than for each of them alone.
4. Who waits for an answer is told every two days that it is not forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from rempart.cases.care import CareSettings
from rempart.cases.entries import at_time, entry, record, rfc3339
from rempart.cases.live import tell_case
from rempart.cases.queue import deadlines as pure
from rempart.cases.queue.clockwork import deadline_of, due_of, row_of
from rempart.cases.queue.deadlines import Deadline, DeadlineKind, Stage
from rempart.cases.queue.order import rank_of_case, turn_of
from rempart.cases.queue.policy import Policy
from rempart.cases.queue.queues import next_reviewer
from rempart.log.commit import SealedEntry
from rempart.model import Case, CaseState, Measure, MeasureKind, Scope, ScopeKind, stable_id
from rempart.store.interface import Tables
from rempart.store.interface.deadlines import Place

RULE = "deadline-lapsed"
LEASE = timedelta(days=30)
MOST_AT_ONCE = 100
"""Of one pass: nobody's message waits for the deadlines of others."""
MOST_LOCKED = 200
"""Messages of one case that are locked out one by one; of a raid its accounts are."""
_REASON = {
    "en": "Nobody decided in time: kept from the target alone until somebody does.",
    "fr": "Personne n’a décidé à temps : mis à l’écart pour la cible seule jusqu’à une décision.",
}
_WAITING = {
    "en": "Your report is not forgotten: it waits for a person since {days} days, and nothing is "
    "decided yet. The answer will be here.",
    "fr": "Votre signalement n’est pas oublié : il attend une personne depuis {days} jours et rien "
    "n’est encore décidé. La réponse sera ici.",
}
_HAPPENED = {Stage.REMINDED: "reminded", Stage.WARNED: "warned", Stage.LAPSED: "lapsed"}
WriteMeasures = Callable[[Sequence[Measure]], None]
"""The engine's way of writing new measures: entries, rows, live event, deliveries."""


class Swept(NamedTuple):
    """How many of each stage one pass found."""

    reminded: int = 0
    warned: int = 0
    lapsed: int = 0
    told: int = 0
    resumed: int = 0


def sweep(
    tables: Tables,
    policy: Policy,
    now_ms: int,
    write: WriteMeasures,
    *,
    care: CareSettings,
    limit: int = MOST_AT_ONCE,
) -> Swept:
    """One pass over what is due. `care`: who has read enough is given nothing more."""
    counts = dict.fromkeys(Swept._fields, 0)
    warned: dict[tuple[str, str], list[Case]] = {}
    lapsed: dict[tuple[str, str], list[Case]] = {}
    for row in tables.deadlines.due(now_ms, limit):
        one = deadline_of(row)
        case = tables.cases.get(one.case)
        if case is None or case.state is not CaseState.OPEN:
            tables.deadlines.stop_all(one.case, now_ms, row.start_seq)
            continue
        if one.paused_ms is not None:
            _resume(tables, one, now_ms)
            counts["resumed"] += 1
            tables.deadlines.put([row_of(pure.resumed(one, now_ms), policy)])
            continue
        if one.kind is DeadlineKind.TELL:
            _tell(tables, case, one, now_ms)
            counts["told"] += 1
            tables.deadlines.put([row_of(pure.next_round(one, policy, now_ms), policy)])
            continue
        stage = pure.stage_at(one, policy, now_ms)
        if stage is Stage.LAPSED:
            lapsed.setdefault((case.platform, case.channel), []).append(case)
            counts["lapsed"] += 1
            _lapse(tables, case, one, policy, now_ms, write, care)
            continue
        if stage is Stage.WARNED:
            warned.setdefault((case.platform, case.channel), []).append(case)
            counts["warned"] += 1
        elif stage is Stage.REMINDED:
            counts["reminded"] += 1
        if stage > one.stage:
            record(tables, [(case.id, _entry(one, _HAPPENED[stage], now_ms))])
        tables.deadlines.put([row_of(one._replace(stage=stage), policy)])
    _alarm(tables, "deadline-near", warned)
    _alarm(tables, "deadline-lapsed", lapsed)
    return Swept(**counts)


def locked_out(case: Case, tables: Tables, at_ms: int) -> list[Measure]:
    """Measures that keep what a case is about from its target, and from nobody else; those that
    are on already are left out."""
    places: list[tuple[ScopeKind, str, str | None, str | None]] = []
    raid = tables.stream.raid(case.raid) if case.raid else None
    if raid is not None:
        places = [
            (ScopeKind.ACCOUNT, member.account, None, member.account)
            for member in raid.raid.members[:MOST_LOCKED]
        ]
    else:
        places = [
            (ScopeKind.MESSAGE, row.id, row.id, row.author)
            for row in tables.cases.messages(case.id, MOST_LOCKED)
        ]
    ids = [
        stable_id("m", MeasureKind.LOCK_OUT, RULE, case.id, kind, ref) for kind, ref, _, _ in places
    ]
    # By these ids: a flood's case has tens of thousands of other measures.
    known = {row.measure.id for row in tables.stream.measures(ids=ids)}
    found = []
    for id, (kind, ref, message, account) in zip(ids, places, strict=True):
        if id in known:
            continue
        found.append(
            Measure(
                id=id,
                kind=MeasureKind.LOCK_OUT,
                scope=Scope(kind, case.platform, case.channel, ref),
                from_at=at_time(at_ms),
                until=at_time(at_ms) + LEASE,
                rule=RULE,
                raid=case.raid,
                message=message,
                account=account,
                reason=_REASON,
            )
        )
    return found


def _lapse(
    tables: Tables,
    case: Case,
    one: Deadline,
    policy: Policy,
    now_ms: int,
    write: WriteMeasures,
    care: CareSettings,
) -> None:
    standing = tables.deadlines.standing([case.id])[case.id]
    silent = standing.assignee or standing.looked_by
    measures = locked_out(case, tables, now_ms)
    if measures:
        write(measures)
        tables.stream.bind_measures([measure.id for measure in measures], case.id)
    told = record(tables, [(case.id, _entry(one, "lapsed", now_ms, silent=silent))])
    if silent is not None:
        tables.deadlines.set_apart(case.id, silent, "silent", now_ms, told)
    successor = next_reviewer(tables, case, care, now_ms)
    protected = _entry(
        one,
        "escalated",
        now_ms,
        assigned=successor,
        measures=[measure.id for measure in measures],
    )
    record(tables, [(case.id, protected)])
    tables.deadlines.assign(case.id, successor)
    tables.deadlines.lapse(case.id)
    after = pure.next_round(one, policy, now_ms)
    tables.deadlines.put([row_of(after, policy)])
    _move_up(tables, case, after)
    tell_case(tables, case)


def _move_up(tables: Tables, case: Case, after: Deadline) -> None:
    """The place follows at once: one class up, due when the next round ends."""
    rows = tables.deadlines.of([case.id]).get(case.id, [])
    others = [deadline_of(row) for row in rows if row.kind != after.kind.value]
    due_ms = due_of([*others, after]) or after.due_ms
    standing = tables.deadlines.standing([case.id])[case.id]
    rank = rank_of_case(standing.rank, minor=False, lapses=standing.lapses)
    turn = turn_of(rank, due_ms, trusted=tables.deadlines.trusted(case.id))
    place = Place(case.id, rank, due_ms, turn, standing.weight)
    tables.deadlines.place([place])


def _tell(tables: Tables, case: Case, one: Deadline, now_ms: int) -> None:
    days = max(1, (now_ms - one.start_ms) // 86_400_000)
    text = {language: words.format(days=days) for language, words in _WAITING.items()}
    said = entry(
        "status-message", {"case": case.id, "at": rfc3339(now_ms), "text": text, "automatic": True}
    )
    seq = record(tables, [(case.id, said)])
    tables.deadlines.tell(case.id, now_ms, seq, text)


def _resume(tables: Tables, one: Deadline, now_ms: int) -> None:
    record(tables, [(one.case, _entry(one, "resumed", now_ms, reason="the longest pause is over"))])


def _entry(one: Deadline, happened: str, at_ms: int, **facts: object) -> SealedEntry:
    return entry(
        "deadline",
        {
            "case": one.case,
            "what": one.kind.value,
            "clock": one.clock,
            "happened": happened,
            "at": rfc3339(at_ms),
            "due": rfc3339(one.due_ms),
            "started": rfc3339(one.start_ms),
            "started_by": one.start_seq,
            "round": one.lapses + 1,
            "shifted_ms": one.shifted_ms or None,
            **facts,
        },
    )


def _alarm(tables: Tables, what: str, places: dict[tuple[str, str], list[Case]]) -> None:
    """One live event for each channel, however many: the on-call is called once, not drowned."""
    for (platform, channel), cases in places.items():
        tables.announce(
            "alarm",
            {
                "what": what,
                "count": len(cases),
                "case": cases[0].id,
                "platform": platform,
                "channel": channel,
            },
        )
