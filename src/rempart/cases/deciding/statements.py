"""Statements of reasons (DSA art. 17): one record for each restriction and each decision about it.

Rules kept here:

1. What restricts one account's messages or the account itself, as the ladder says, has a statement,
   in the transaction that restricts: the machine's lies in the very entry of its measure, a
   person's is an entry beside the decision. Measures for a place or a target alone (a shield, slow
   mode) restrict nobody by name.
2. What a target alone does not see (`lock_out`) has none: it is that person's own filter, and a
   statement would tell the sender what only the target may know.
3. Automated means are read from the records, never typed: what a rule took was decided by machine,
   and found by it too unless a report led there; what a person decides in a case that the machine
   brought was found by machine. The source is *notice* when a report was there before (that of a
   trusted flagger says so), else *own initiative*.
4. A decision that ends a restriction says so in a statement too: who was told that something was
   restricted is told that it no longer is.
5. None exists without what article 17(3) asks for (`statement_gate`): a person's measure is refused
   then, a rule's is explained by which rule recognised what, so that protection never waits.
6. A restriction that names no account has a recorded exemption instead: each has one or the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from rempart.cases.deciding.provisions import proposed, reference
from rempart.cases.deciding.statement_gate import checked, is_sound
from rempart.cases.entries import at_time, entry
from rempart.cases.harms import harm as known_harm
from rempart.log.commit import SealedEntry, to_value
from rempart.log.subjects import NOBODY, account_subject
from rempart.model import (
    LADDER,
    AutomatedDecision,
    Case,
    CaseKind,
    ContentKind,
    Decision,
    Exemption,
    ExemptionReason,
    Ground,
    Label,
    Measure,
    Message,
    Outcome,
    ScopeKind,
    Statement,
    StatementSource,
    message_key,
    stable_id,
)
from rempart.store.interface import Tables
from rempart.store.interface.statements import ExemptionRow, StatementRow

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
_MOST_READ = 2_000
_MIME = {
    "image": ContentKind.IMAGE,
    "video": ContentKind.VIDEO,
    "audio": ContentKind.AUDIO,
    "text": ContentKind.TEXT,
}
_outcomes = msgspec.json.Decoder(Outcome)


class Spoken(NamedTuple):
    """What a measure's message was, for its statement."""

    labels: Mapping[str, float]
    sent_at: datetime
    content: tuple[ContentKind, ...] = ()


Stated = Statement | Exemption | None
"""What a measure's account is told, or why nobody is; None: the ladder calls it no restriction."""


def spoken_in(message: Message, labels: Mapping[str, float]) -> Spoken:
    kinds = {
        _MIME.get((one.mime or "").partition("/")[0], ContentKind.OTHER) for one in message.media
    }
    if message.text or not kinds:
        kinds.add(ContentKind.TEXT)
    return Spoken(labels, message.sent_at, tuple(sorted(kinds)))


def spoken_of(tables: Tables, measures: Iterable[Measure]) -> dict[str, Spoken]:
    """The messages of these measures as they were judged when they came, by id."""
    found: dict[str, Spoken] = {}
    for measure in measures:
        if measure.message is None or measure.message in found:
            continue
        row = tables.stream.message(message_key(measure.scope.platform, measure.message))
        if row is not None and row.channel == measure.scope.channel:
            labels = _outcomes.decode(row.outcome).labels if row.outcome is not None else {}
            found[measure.message] = Spoken(labels, at_time(row.sent_at_ms))
    return found


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
    source: StatementSource = StatementSource.OWN_INITIATIVE,
) -> list[Stated]:
    """For each measure its statement, its exemption, or None when the ladder calls it no
    restriction. `spoken`: the messages they are about, by id; `harm`, `source`: what somebody
    alleged in a report that led to them. InputError: a person's reason says nothing (rule 5)."""
    if not any(measure.scope.kind in LADDER[measure.kind].form for measure in measures):
        return [None] * len(measures)
    number = tables.statements.next_number()
    made_at = at_time(at_ms)
    told: list[Stated] = []
    for measure in measures:
        account = account_of(measure)
        if measure.scope.kind not in LADDER[measure.kind].form:
            told.append(None)
            continue
        if account is None:
            told.append(Exemption(measure.id, ExemptionReason.NO_CONTACT, made_at))
            continue
        said = spoken.get(measure.message or "")
        found = harm or (harm_of_labels(said.labels) if said is not None else None)
        found = found or ("raid" if measure.raid else "other")
        means = Means(
            source,
            detected=measure.automated and harm is None,
            decided=AutomatedDecision.FULLY if measure.automated else AutomatedDecision.NOT,
        )
        why = Why(found, Ground.TERMS, proposed(found, Ground.TERMS), explained(measure, found))
        told.append(checked(stated(number, measure, account, why, means, made_at, said)))
        number += 1
    return told


class Means(NamedTuple):
    """What led to it and what was done by machine, all of it from records."""

    source: StatementSource
    detected: bool
    decided: AutomatedDecision


class Why(NamedTuple):
    harm: str
    ground: Ground
    reference: dict[str, str]
    explanation: dict[str, str]


def explained(measure: Measure, harm: str) -> dict[str, str]:
    """Why, in both languages: the rule's own words; where a rule gives none that would mean
    anything to who reads them, which rule recognised what. A person's words are never filled in."""
    if not measure.automated or is_sound(measure.reason):
        return measure.reason
    label = known_harm(harm).label
    return {
        "en": f"The rule {measure.rule} recognised: {label['en']}.",
        "fr": f"La règle {measure.rule} a reconnu : {label['fr']}.",
    }


def stated(
    number: int,
    measure: Measure,
    account: str,
    why: Why,
    means: Means,
    made_at: datetime,
    said: Spoken | None,
    case: str | None = None,
    decision: Decision | None = None,
    *,
    ends: bool = False,
) -> Statement:
    """The one place where a statement comes into being; whoever imposes something by it checks it
    (`statement_gate.checked`); an order of an authority has no statement of art. 17 to check."""
    by_person = decision is not None and not measure.automated
    return Statement(
        number=number,
        id=stable_id("s", measure.id, "" if decision is None else decision.id),
        measure=measure.id,
        platform=measure.scope.platform,
        channel=measure.scope.channel,
        account=account,
        kind=measure.kind,
        scope=measure.scope.kind,
        harm=why.harm,
        ground=why.ground,
        reference=why.reference,
        explanation=why.explanation,
        source=means.source,
        automated_detection=means.detected,
        automated_decision=means.decided,
        made_at=made_at,
        from_at=measure.from_at,
        until=measure.until,
        rule=None if by_person else measure.rule,
        message=measure.message,
        content_at=said.sent_at if said is not None else None,
        raid=measure.raid,
        case=case,
        decision=None if decision is None else decision.id,
        outcome=None if decision is None else decision.outcome,
        ends=ends,
        content=said.content if said is not None else (),
    )


def part_of_entry(stated: Stated) -> dict[str, Any]:
    """What a measure's entry says besides the measure. In the same disclosure: a second one would
    tell whoever watches the public log which measures restrict somebody."""
    if stated is None:
        return {}
    name = "statement" if isinstance(stated, Statement) else "exemption"
    return {name: msgspec.to_builtins(stated)}


def subject_of(measure: Measure, stated: Stated) -> str:
    """Whom the entry of a measure is about: the account that it restricts; nobody when it touches
    a channel, a target, or a message without a known author."""
    if isinstance(stated, Statement):
        return account_subject(stated.platform, stated.account)
    scope = measure.scope
    account = scope.ref if scope.kind is ScopeKind.ACCOUNT else measure.account
    if account is None or scope.kind in (ScopeKind.CHANNEL, ScopeKind.TARGET):
        return NOBODY
    return account_subject(scope.platform, account)


def add(tables: Tables, stated: Iterable[Stated], seqs: Iterable[int]) -> None:
    rows: list[StatementRow] = []
    exempt: list[ExemptionRow] = []
    for one, seq in zip(stated, seqs, strict=True):
        if isinstance(one, Statement):
            rows.append(StatementRow(one, seq))
        elif one is not None:
            exempt.append(ExemptionRow(one, seq))
    if rows:
        tables.statements.add(rows)
    if exempt:
        tables.statements.exempt(exempt)


def of_decision(
    tables: Tables,
    case: Case,
    decision: Decision,
    harm: str,
    affected: Sequence[Measure],
    standing: Sequence[Measure],
) -> list[Statement]:
    """What the accounts concerned are told of a decision: of each restriction that stays or is new,
    and of each that ends. `standing`: all measures of the case. InputError as in `checked`."""
    concerned = [measure for measure in affected if restricts(measure)]
    if not concerned:
        return []
    number = tables.statements.next_number()
    told: list[Statement] = []
    ended = frozenset(decision.undone)
    first: dict[str, Statement] = {}
    for row in tables.statements.of_measures([one.id for one in (*standing, *affected)]):
        first.setdefault(row.statement.measure, row.statement)
    detected = case.kind is CaseKind.RAID or any(
        one.automated and (one.id not in first or first[one.id].automated_detection)
        for one in standing
    )
    source = _source(tables, case)
    sent = {row.id: at_time(row.sent_at_ms) for row in tables.cases.messages(case.id, _MOST_READ)}
    why = Why(
        harm,
        decision.ground,
        reference(harm, decision.ground, decision.provision),
        {"en": decision.reason, "fr": decision.reason},
    )
    over = why._replace(ground=Ground.NONE, reference={})
    for measure in concerned:
        account = account_of(measure)
        assert account is not None, "what restricts concerns an account"
        ends = measure.id in ended
        known = first.get(measure.id)
        when = known.content_at if known is not None else sent.get(measure.message or "")
        content = known.content if known is not None else ()
        said = Spoken({}, when, content) if when is not None else None
        means = Means(
            known.source if known is not None and known.decision is None else source,
            detected=known.automated_detection if known is not None else detected,
            decided=AutomatedDecision.PARTIALLY if measure.automated else AutomatedDecision.NOT,
        )
        one = stated(
            number,
            measure,
            account,
            over if ends else why,
            means,
            decision.decided_at,
            said,
            case.id,
            decision,
            ends=ends,
        )
        told.append(checked(one))
        number += 1
    return told


def _source(tables: Tables, case: Case) -> StatementSource:
    """Whose word came first: a report's, or nobody's."""
    if not case.reports:
        return StatementSource.OWN_INITIATIVE
    reports = tables.cases.reports(case.id, _MOST_READ)
    if any(row.flagger is not None for row in reports):
        return StatementSource.TRUSTED_FLAGGER
    return StatementSource.NOTICE


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
