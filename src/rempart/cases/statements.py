"""Statements of reasons (DSA art. 17): one record for each restriction and each decision about it.

Rules kept here:

1. What restricts one account's messages or the account itself, as the ladder says, has a statement,
   in the transaction that restricts: the machine's lies in the very entry of its measure, a
   person's is an entry beside the decision. Measures for a place or a target alone (a shield, slow
   mode) restrict nobody by name.
2. What a target alone does not see (`lock_out`) has none: it is that person's own filter, and a
   statement would tell the sender what only the target may know.
3. Automated means are read from the measure, never typed. The source is *notice* when a report was
   there before, else *own initiative*.
4. A decision that ends a restriction says so in a statement too: who was told that something was
   restricted is told that it no longer is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from rempart.cases.entries import at_time, entry
from rempart.cases.provisions import proposed, reference
from rempart.log.commit import SealedEntry, to_value
from rempart.model import (
    LADDER,
    AutomatedDecision,
    Case,
    Decision,
    Ground,
    Label,
    Measure,
    ScopeKind,
    Statement,
    StatementSource,
    stable_id,
)
from rempart.store.interface import Tables
from rempart.store.interface.statements import StatementRow

TELL = "statement"
_HARM_OF_LABEL: tuple[tuple[Label, str], ...] = (
    (Label.THREAT, "threat"),
    (Label.SELF_HARM_INCITEMENT, "self_harm_incitement"),
    (Label.PERSONAL_DATA, "doxxing"),
    (Label.HATE, "hate"),
    (Label.SEXUAL, "sexual_harassment"),
    (Label.INSULT, "harassment"),
    (Label.BAD_LINK, "spam"),
    (Label.SPAM, "spam"),
)
_AT_ITS_THRESHOLD = 0.5


class Spoken(NamedTuple):
    """What a measure's message was, for its statement."""

    labels: Mapping[str, float]
    sent_at: datetime


def restricts(measure: Measure) -> bool:
    """Whether it restricts one account (see module)."""
    return (
        measure.scope.kind in LADDER[measure.kind].form
        and measure.scope.kind in (ScopeKind.MESSAGE, ScopeKind.ACCOUNT)
        and account_of(measure) is not None
    )


def account_of(measure: Measure) -> str | None:
    if measure.account is not None:
        return measure.account
    return measure.scope.ref if measure.scope.kind is ScopeKind.ACCOUNT else None


def harm_of_labels(labels: Mapping[str, float]) -> str | None:
    """The gravest harm whose label reached its threshold."""
    for label, harm in _HARM_OF_LABEL:
        if labels.get(label.value, 0.0) >= _AT_ITS_THRESHOLD:
            return harm
    return None


def of_machine(
    tables: Tables,
    measures: Sequence[Measure],
    spoken: Mapping[str, Spoken],
    at_ms: int,
    *,
    harm: str | None = None,
) -> list[Statement | None]:
    """For each measure its statement, or None when it restricts nobody by name. `spoken`: the
    messages they are about, by id; `harm`: what somebody alleged in a report that led to them."""
    if not any(restricts(measure) for measure in measures):
        return [None] * len(measures)
    number = tables.statements.next_number()
    told: list[Statement | None] = []
    for measure in measures:
        account = account_of(measure)
        if account is None or not restricts(measure):
            told.append(None)
            continue
        said = spoken.get(measure.message or "")
        found = harm or (harm_of_labels(said.labels) if said is not None else None)
        found = found or ("raid" if measure.raid else "other")
        told.append(
            Statement(
                number=number,
                id=stable_id("s", measure.id, ""),
                measure=measure.id,
                platform=measure.scope.platform,
                channel=measure.scope.channel,
                account=account,
                kind=measure.kind,
                scope=measure.scope.kind,
                harm=found,
                ground=Ground.TERMS,
                reference=proposed(found, Ground.TERMS),
                explanation=measure.reason,
                source=StatementSource.OWN_INITIATIVE if harm is None else StatementSource.NOTICE,
                automated_detection=measure.automated,
                automated_decision=AutomatedDecision.FULLY
                if measure.automated
                else AutomatedDecision.NOT,
                made_at=at_time(at_ms),
                from_at=measure.from_at,
                until=measure.until,
                rule=measure.rule,
                message=measure.message,
                content_at=said.sent_at if said is not None else None,
                raid=measure.raid,
            )
        )
        number += 1
    return told


def part_of_entry(statement: Statement | None) -> dict[str, Any]:
    """What a measure's entry says besides the measure. In the same disclosure: a second one would
    tell whoever watches the public log which measures restrict somebody."""
    return {} if statement is None else {"statement": msgspec.to_builtins(statement)}


def add(tables: Tables, statements: Iterable[Statement | None], seqs: Iterable[int]) -> None:
    rows = [
        StatementRow(told, seq)
        for told, seq in zip(statements, seqs, strict=True)
        if told is not None
    ]
    if rows:
        tables.statements.add(rows)


def of_decision(
    tables: Tables,
    case: Case,
    decision: Decision,
    harm: str,
    affected: Sequence[Measure],
    *,
    reported: bool,
) -> list[Statement]:
    """What the accounts concerned are told of a decision: of each restriction that stays or is new,
    and of each that ends. `reported`: there was a notice before it was decided."""
    concerned = [measure for measure in affected if restricts(measure)]
    if not concerned:
        return []
    number = tables.statements.next_number()
    told: list[Statement] = []
    ended = frozenset(decision.undone)
    before = {
        row.statement.measure: row.statement
        for row in tables.statements.of_measures([measure.id for measure in concerned])
    }
    for measure in concerned:
        account = account_of(measure)
        assert account is not None, "what restricts concerns an account"
        ends = measure.id in ended
        known = before.get(measure.id)
        told.append(
            Statement(
                number=number,
                id=stable_id("s", measure.id, decision.id),
                measure=measure.id,
                platform=measure.scope.platform,
                channel=measure.scope.channel,
                account=account,
                kind=measure.kind,
                scope=measure.scope.kind,
                harm=harm,
                ground=Ground.NONE if ends else decision.ground,
                reference={} if ends else reference(harm, decision.ground, decision.provision),
                explanation={"en": decision.reason, "fr": decision.reason},
                source=StatementSource.NOTICE if reported else StatementSource.OWN_INITIATIVE,
                automated_detection=measure.automated,
                automated_decision=AutomatedDecision.PARTIALLY
                if measure.automated
                else AutomatedDecision.NOT,
                made_at=decision.decided_at,
                from_at=measure.from_at,
                until=measure.until,
                rule=measure.rule if measure.automated else None,
                message=measure.message,
                content_at=known.content_at if known is not None else None,
                raid=measure.raid,
                case=case.id,
                decision=decision.id,
                outcome=decision.outcome,
                ends=ends,
            )
        )
        number += 1
    return told


def queue(
    tables: Tables, statements: Sequence[Statement], connectors: Sequence[str], at_ms: int
) -> None:
    """To be told to the accounts, over every connector of the place that passes statements on."""
    for connector in connectors:
        for told in statements:
            tables.stream.queue_deliveries([told.measure], connector, operation_of(told), at_ms)


def operation_of(statement: Statement) -> str:
    """Under which a delivery of this statement is known."""
    return TELL if statement.decision is None else f"{TELL} {statement.decision}"


def told_by(tables: Tables, measure: str, operation: str) -> Statement | None:
    """The statement that a delivery is about; None when it is about the measure itself."""
    if not operation.startswith(TELL):
        return None
    for row in tables.statements.of_measures([measure]):
        if operation_of(row.statement) == operation:
            return row.statement
    return None


def statement_entry(statement: Statement) -> SealedEntry:
    value = to_value(statement)
    del value["v"]
    return entry("statement", value)
