"""Second looks: appeals, and a share of what was left without action, as cases of their own.

Rules kept here:

1. A decision to do nothing stands at once and is answered at once; a share of them, drawn by a hash
   of the decision and so by nobody's choice, goes to another person right after. All of those about
   threats and minors do. When that person disagrees, the decision is replaced and everybody is
   answered anew (`appeals.look_again`).
2. A second look is decided by somebody who made none of the decisions of the case. This is asked
   here, and is a constraint of the tables besides.
3. An appeal against what a machine did, that no person has decided yet, is answered by the first
   decision of the case: in its transaction.
4. Nothing about an appeal is decided by a token or by a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import blake2b
from typing import Final

import msgspec

from rempart.cases.deciding.look_text import look_answer
from rempart.cases.entries import at_time, entry, record, rfc3339
from rempart.cases.live import tell_case
from rempart.cases.matter import harm_of, is_grave
from rempart.cases.reports.senders import appellant_subject
from rempart.cases.things import look_thing
from rempart.log.commit import SealedEntry
from rempart.model import (
    NO_ACTION,
    Appellant,
    Case,
    CaseKind,
    CaseState,
    Decision,
    LookState,
    MeasureKind,
    SecondLook,
    stable_id,
)
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.cases import URGENT, NewCase

SHARE: Final = 0.05
"""Of decisions to do nothing."""
WINDOW: Final = timedelta(days=184)
"""In which one may appeal: six months at least (DSA art. 20(1))."""
_APPEAL_DUE: Final = timedelta(hours=72)
_ACCOUNT_DUE: Final = timedelta(hours=24)
"""When an account is suspended."""
_SAMPLE_DUE: Final = timedelta(days=7)
_GRAVE_DUE: Final = timedelta(hours=24)
_APPEAL, _SUSPENDED, _SAMPLE, _GRAVE = 620, 690, 120, URGENT + 20

_WHY: Final[Mapping[Appellant, dict[str, str]]] = {
    Appellant.REPORTER: {
        "en": "Who reported asks for another person to look at it again.",
        "fr": "La personne qui a signalé demande qu’une autre personne examine de nouveau.",
    },
    Appellant.ACCOUNT: {
        "en": "The account concerned contests a restriction.",
        "fr": "Le compte concerné conteste une restriction.",
    },
    Appellant.SAMPLE: {
        "en": "Left without action: looked at by a second person, drawn at random.",
        "fr": "Laissé sans suite : réexaminé par une autre personne, par tirage au sort.",
    },
}
_WHY_GRAVE: Final = {
    "en": "A threat or a minor may be concerned, and nothing was done: always looked at twice.",
    "fr": "Une menace ou un mineur peut être en cause, et rien n’a été fait : toujours examiné "
    "deux fois.",
}


def open_look(
    tables: Tables,
    of: Case,
    appellant: Appellant,
    at_ms: int,
    *,
    decision: Decision | None,
    report: str | None = None,
    statement: str | None = None,
    said: SealedEntry | None = None,
    source: bytes | None = None,
    received_ms: int | None = None,
    grave: bool = False,
) -> SecondLook:
    """Puts a second look into the queue. `said`: the entry with the appellant's words; `source`:
    who appeals, as far as told apart; `received_ms`: when it came, when it had to wait."""
    asked = report or statement or "sample"
    id = stable_id("a", of.id, decision.id if decision else "", asked)
    suspended = any(
        row.measure.kind is MeasureKind.SUSPEND for row in tables.cases.measures(of.id, active=True)
    )
    rank, due = _APPEAL, _APPEAL_DUE
    why = _WHY[appellant]
    if appellant is Appellant.SAMPLE:
        rank, due = (_GRAVE, _GRAVE_DUE) if grave else (_SAMPLE, _SAMPLE_DUE)
        why = _WHY_GRAVE if grave else why
    elif appellant is Appellant.ACCOUNT and suspended:
        rank, due = _SUSPENDED, _ACCOUNT_DUE
    kind = CaseKind.SECOND_LOOK if appellant is Appellant.SAMPLE else CaseKind.APPEAL
    thing = look_thing(id)
    case = Case(
        id=stable_id("c", kind, thing.hex(), "1"),
        kind=kind,
        subject=id,
        platform=of.platform,
        channel=of.channel,
        target=of.target,
        state=CaseState.OPEN,
        opened_at=at_time(at_ms),
        updated_at=at_time(at_ms),
        priority=rank,
        why=why,
    )
    look = SecondLook(
        id=id,
        case=case.id,
        of=of.id,
        appellant=appellant,
        received_at=at_time(at_ms if received_ms is None else received_ms),
        due_at=at_time(at_ms) + due,
        state=LookState.OPEN,
        decision=decision.id if decision is not None else None,
        report=report,
        statement=statement,
    )
    tables.cases.insert([NewCase(case, thing)])
    told = said or asked_entry(look)
    seq = record(tables, [(of.id, told)])
    tables.cases.add_entries([(case.id, seq)])
    tables.looks.insert(look, seq, source)
    tell_case(tables, case)
    return look


def after_decision(
    tables: Tables, case: Case, decision: Decision, at_ms: int, share: float
) -> None:
    """What a first decision brings: answers to who contested the machine, and the sample."""
    for look in tables.looks.of_case(case.id):
        if look.state is LookState.OPEN and look.decision is None:
            _answer_by(tables, look, decision, at_ms)
    if decision.outcome not in NO_ACTION:
        return
    grave = is_grave(tables, case, decision.harm or harm_of(tables, case))
    if grave or drawn(decision.id, share):
        open_look(tables, case, Appellant.SAMPLE, at_ms, decision=decision, grave=grave)


def drawn(decision: str, share: float) -> bool:
    """Whether this decision is in the sample: by its id alone, so that nobody chooses."""
    digest = blake2b(decision.encode(), digest_size=8, person=b"second look").digest()
    return int.from_bytes(digest, "big") < share * 2**64


def close_look(
    tables: Tables,
    look: SecondLook,
    *,
    granted: bool,
    by: str,
    reason: str,
    at_ms: int,
    unfounded: bool = False,
) -> SecondLook:
    """Writes the outcome: one entry with the case, the row, the answer to who asked. `unfounded`:
    it is rejected as manifestly unfounded."""
    closed = msgspec.structs.replace(
        look,
        state=LookState.GRANTED if granted else LookState.REJECTED,
        decided_by=by,
        decided_at=at_time(at_ms),
        reason=reason,
        unfounded=unfounded and not granted,
    )
    closed = msgspec.structs.replace(closed, answer=look_answer(closed))
    told = entry(
        "second-look",
        {
            "id": look.id,
            "case": look.of,
            "happened": closed.state.value,
            "appellant": look.appellant.value,
            "decision": look.decision,
            "report": look.report,
            "statement": look.statement,
            "by": by,
            "at": rfc3339(at_ms),
            "reason": reason,
            "unfounded": closed.unfounded or None,
            "text": closed.answer,
        },
        subject=appellant_subject(tables, look),
    )
    seq = record(tables, [(look.of, told)])
    tables.cases.add_entries([(look.case, seq)])
    tables.looks.close(closed, seq)
    tell_case(tables, tables.cases.get(look.case))
    return closed


def asked_entry(look: SecondLook, words: str | None = None) -> SealedEntry:
    return entry(
        "second-look",
        {
            "id": look.id,
            "case": look.of,
            "happened": "asked",
            "appellant": look.appellant.value,
            "decision": look.decision,
            "report": look.report,
            "statement": look.statement,
            "at": rfc3339(ms_of(look.received_at)),
            "explanation": words,
        },
    )


def _answer_by(tables: Tables, look: SecondLook, decision: Decision, at_ms: int) -> None:
    told = tables.statements.get(look.statement) if look.statement is not None else None
    granted = told is not None and told.statement.measure in decision.undone
    close_look(
        tables,
        look,
        granted=granted,
        by=decision.decided_by,
        reason=decision.reason,
        at_ms=at_ms,
    )
