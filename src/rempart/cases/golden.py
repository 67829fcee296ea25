"""Golden items: decided cases with an agreed answer, on which people try their judgement.

Rules kept here:

1. An item is a decided case about single public messages whose answer somebody with the right to
   look again vouches for, with the reason that is shown afterwards. Never child safety, never a
   private message. When its decision is replaced, it is offered no more.
2. It is met blind: neither who wrote it, nor what was recognised or decided. Nobody meets an item
   whose case they decided, looked at again, are kept from, or vouched for; each is answered once.
3. An answer is a score and changes nothing: no measure, no notice, no strike. An entry of the log
   says what was answered. Accuracy comes with its interval.
4. The words are read from the case each time: what is erased there is erased here.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

import msgspec

from rempart.cases.deciding.reasons import checked_reason
from rempart.cases.entries import disclosed, entry, record, rfc3339
from rempart.cases.figures import Share, wilson
from rempart.cases.harms import harms
from rempart.cases.matter import harm_of, is_child_safety
from rempart.cases.queue.queues import is_kept_from
from rempart.cases.reading import read_messages
from rempart.cases.rights import Bounds
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.model import NO_ACTION, Case, CaseKind, CaseState, stable_id
from rempart.store.interface import Tables
from rempart.store.interface.looks import GoldenRow

NO_VIOLATION, ACT = "no_violation", "act"
ANSWERS = (ACT, NO_VIOLATION)
_MOST_SHOWN = 20


class Marked(msgspec.Struct, frozen=True):
    """What the entry of an item says. `decision`: the one that was vouched for."""

    case: str
    decision: str
    reason: str


class PracticeText(msgspec.Struct, frozen=True):
    at: datetime
    text: str


class PracticeItem(msgspec.Struct, frozen=True):
    """An item as it is met: what was said, and where."""

    id: str
    channel: str
    texts: list[PracticeText]


class Agreed(msgspec.Struct, frozen=True):
    """What was agreed on an item, for who has answered it: `answer` and whether it was `right`."""

    id: str
    answer: str
    right: bool
    outcome: str
    harm: str
    reason: str


class Accuracy(msgspec.Struct, frozen=True):
    """Of the items that a person met, how many came out as agreed."""

    person: str
    right: Share


def golden_id(case: str) -> str:
    return stable_id("g", case)


def mark_golden(tables: Tables, case: Case, reason: str, by: str, at_ms: int) -> GoldenRow:
    """Makes an item of a decided case. ConflictError when it cannot be one, or is one already."""
    reason = checked_reason(reason)
    decision = tables.cases.decision(case.id)
    if case.state is not CaseState.DECIDED or decision is None:
        raise ConflictError("only what was decided has an agreed answer", where=case.id)
    if case.kind is not CaseKind.MESSAGE or is_child_safety(tables, case.id):
        raise ConflictError(
            "people practise on single messages, and never on child safety", where=case.id
        )
    if not _texts(tables, case.id):
        raise ConflictError("there is no public text left to practise on", where=case.id)
    id = golden_id(case.id)
    if tables.looks.golden(id) is not None:
        raise ConflictError("this is a golden item already", where=case.id)
    outcome = NO_VIOLATION if decision.outcome in NO_ACTION else ACT
    told = {
        "happened": "marked",
        "id": id,
        "case": case.id,
        "decision": decision.id,
        "outcome": outcome,
        "reason": reason,
        "by": by,
        "at": rfc3339(at_ms),
    }
    seq = record(tables, [(None, entry("golden", told))])
    row = GoldenRow(id, harm_of(tables, case), outcome, by, at_ms, None, seq)
    tables.looks.add_golden(row)
    return row


def next_golden(
    tables: Tables, person: str, bounds: Bounds, capped: frozenset[str]
) -> PracticeItem | None:
    """The next one for this person, in an order of their own; None when there is none.
    `capped`: harms she is offered no more of today."""
    rows = sorted(tables.looks.unmet_golden(person), key=lambda row: _place(row.id, person))
    for row in rows:
        if row.harm not in capped and (found := _offered(tables, row, person, bounds)):
            return found
    return None


def answer_golden(
    tables: Tables, id: str, person: str, bounds: Bounds, answer: str, at_ms: int
) -> Agreed:
    """Keeps what a person answered, once. NotFoundError for an item that is not theirs to meet."""
    if answer not in ANSWERS:
        raise InputError(
            "say whether something is to be done about it",
            where="answer",
            next_step="one of: " + ", ".join(ANSWERS),
        )
    row = tables.looks.golden(id)
    if row is None or row.added_by == person or _offered(tables, row, person, bounds) is None:
        raise NotFoundError("there is no such item for you", where=id)
    right = answer == row.outcome
    if any(item == id for item, _ in tables.looks.golden_outcomes(person)):
        raise ConflictError("you have answered this already", where=id)
    told = {
        "happened": "answered",
        "id": id,
        "answer": answer,
        "right": right,
        "by": person,
        "at": rfc3339(at_ms),
    }
    seq = record(tables, [(None, entry("golden", told))])
    tables.looks.answer_golden(id, person, answer, correct=right, at_ms=at_ms, seq=seq)
    return _agreed(tables, row, right=right)


def agreed_on(tables: Tables, id: str, person: str) -> Agreed | None:
    """What was agreed on an item; None for who has not answered it."""
    row = tables.looks.golden(id)
    met = dict(tables.looks.golden_outcomes(person))
    if row is None or id not in met:
        return None
    return _agreed(tables, row, right=met[id])


def accuracy_of(tables: Tables, person: str) -> Share:
    met = tables.looks.golden_outcomes(person)
    return wilson(sum(right for _, right in met), len(met))


def accuracies(tables: Tables) -> list[Accuracy]:
    """Of everybody who practised."""
    return [
        Accuracy(one.person, wilson(one.right, one.met))
        for one in sorted(tables.looks.golden_scores(), key=lambda one: one.person)
    ]


def _offered(tables: Tables, row: GoldenRow, person: str, bounds: Bounds) -> PracticeItem | None:
    if row.retired_ms is not None or not (row.harm not in harms() or bounds.harm(row.harm)):
        return None
    marked = _marked(tables, row)
    case = tables.cases.get(marked.case) if marked is not None else None
    if marked is None or case is None or case.state is not CaseState.DECIDED:
        return None
    chain = tables.cases.decisions(case.id)
    known = {by for one in chain for by in (one.decided_by, one.confirmed_by)}
    known |= {look.decided_by for look in tables.looks.of_case(case.id)}
    if (
        not bounds.channel(case.channel, case.platform)
        or chain[-1].id != marked.decision
        or person in known
        or is_child_safety(tables, case.id)
        or is_kept_from(tables, case.id, person)
    ):
        return None
    texts = _texts(tables, case.id)
    return PracticeItem(row.id, case.channel, texts) if texts else None


def _texts(tables: Tables, case: str) -> list[PracticeText]:
    return [
        PracticeText(one.message.sent_at, one.message.text)
        for one in read_messages(tables, case, _MOST_SHOWN)
        if one.message is not None and not one.message.private and one.message.text
    ]


def _agreed(tables: Tables, row: GoldenRow, *, right: bool) -> Agreed:
    marked = _marked(tables, row)
    other = {ACT: NO_VIOLATION, NO_VIOLATION: ACT}[row.outcome]
    answer = row.outcome if right else other
    return Agreed(row.id, answer, right, row.outcome, row.harm, marked.reason if marked else "")


def _marked(tables: Tables, row: GoldenRow) -> Marked | None:
    """None: its entry was erased."""
    found = disclosed(tables, row.seq, "golden")
    return msgspec.convert(found, Marked) if found else None


def _place(item: str, person: str) -> bytes:
    return blake2b(f"{item} {person}".encode(), digest_size=8, person=b"golden").digest()
