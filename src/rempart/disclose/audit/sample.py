"""A sample of decisions for an auditor: drawn by a seed, read without names.

Rules kept here:

1. The draw follows from the seed, the size of the log and the filters, and from nothing else: of
   all entries that match, those with the smallest SHA-256 of `<seed>:<entry>`. Anybody can redo it.
2. What was drawn is shown as it stands now: an erasure since then has taken its words from here,
   too. Child safety, and what its reader is kept from, is counted and not shown.
3. Whoever is named is a number (`hiding`); of a report only what it alleges is shown.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

import msgspec

from rempart.cases.child_safety import never_leaving
from rempart.cases.entries import at_time
from rempart.cases.matter import CHILD_SAFETY, is_child_safety
from rempart.cases.queue.queues import is_kept_from
from rempart.cases.reading import CaseMessage, read_message, read_messages
from rempart.disclose.audit.hiding import Hiding
from rempart.errors import InputError
from rempart.model import Decision, Statement, message_key
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.stream import MessageRow

MOST = 100
LONGEST_SEED = 64
MOST_TEXTS = 10
MOST_STATEMENTS = 10
MOST_LOOKED_AT = 500_000
"""Newest messages whose authors are known by their names in whatever is shown."""
_MOST_NAMES = 500
_MOST_REPORTS = 1_000


class Population(StrEnum):
    """`decisions`: of people. `restrictions`: imposed by a machine or by hand, before any decision
    of a case: by their statements of reasons."""

    DECISIONS = "decisions"
    RESTRICTIONS = "restrictions"


class Wanted(msgspec.Struct, frozen=True):
    """`as_of` None: the log as it is now. `until` is excluded."""

    seed: str
    most: int
    since: datetime
    until: datetime
    of: Population = Population.DECISIONS
    as_of: int | None = None
    harm: str | None = None
    outcome: str | None = None


class SampledText(msgspec.Struct, frozen=True):
    """`text` None: it was erased, or is sealed."""

    at: datetime
    account: str
    text: str | None
    verdict: str
    sealed: bool


class SampledStatement(msgspec.Struct, frozen=True):
    account: str
    kind: str
    scope: str
    ground: str
    reference: dict[str, str]
    explanation: dict[str, str]
    source: str
    rule: str | None
    automated_detection: bool
    automated_decision: str
    made_at: datetime
    until: datetime | None
    ends: bool


class SampledLook(msgspec.Struct, frozen=True):
    """An appeal or a second look at it."""

    appellant: str
    state: str
    received_at: datetime
    decided_at: datetime | None


class Sampled(msgspec.Struct, frozen=True):
    """`entry`: of the log, that says it. `withheld`: it counts, and is not shown: `child_safety` or
    `kept_from`. `reports`: how many by what they allege. `texts_total`: of how many."""

    entry: int
    rank: str
    case: str | None
    kind: str
    harm: str
    place: str
    at: datetime
    outcome: str | None = None
    ground: str | None = None
    provision: str | None = None
    reason: str = ""
    by: str = ""
    confirmed_by: str | None = None
    because: str | None = None
    replaced: bool = False
    measures: int = 0
    undone: int = 0
    reports: dict[str, int] = {}
    texts: list[SampledText] = []
    texts_total: int = 0
    statements: list[SampledStatement] = []
    statements_total: int = 0
    looks: list[SampledLook] = []
    withheld: str | None = None


class Sample(msgspec.Struct, frozen=True):
    """`population`: how many matched; `as_of`: give it to draw the same ones again."""

    as_of: int
    population: int
    drawn: list[Sampled]


def rank(seed: str, entry: int) -> str:
    """By which the draw goes, in hexadecimal."""
    return sha256(f"{seed}:{entry}".encode()).hexdigest()


def draw(
    found: Iterable[tuple[int, str]], seed: str, most: int
) -> tuple[list[tuple[int, str]], int]:
    """Those drawn, in the order of their rank, and of how many."""
    seen = 0

    def counted() -> Iterable[tuple[str, int, str]]:
        nonlocal seen
        for entry, id in found:
            seen += 1
            yield rank(seed, entry), entry, id

    taken = heapq.nsmallest(most, counted())
    return [(entry, id) for _, entry, id in taken], seen


def sample(tables: Tables, wanted: Wanted, hiding: Hiding, reader: str) -> Sample:
    """`reader`: what she is kept from is not shown to her. InputError: a wrong seed or size."""
    size = tables.log.size()
    as_of = size if wanted.as_of is None else wanted.as_of
    if not 0 < len(wanted.seed) <= LONGEST_SEED or not wanted.seed.isprintable():
        raise InputError(f"a seed has 1 to {LONGEST_SEED} visible characters", where="seed")
    if not 1 <= wanted.most <= MOST:
        raise InputError(f"a sample has 1 to {MOST} items", where="most")
    if not 0 <= as_of <= size:
        raise InputError(f"the log has {size} entries", where="as_of")
    if wanted.since >= wanted.until:
        raise InputError("the period ends before it begins", where="until")
    since, until = (ms_of(day) for day in (wanted.since, wanted.until))
    if wanted.of is Population.DECISIONS:
        rows = tables.cases.drawable(as_of, since, until, harm=wanted.harm, outcome=wanted.outcome)
    elif wanted.harm or wanted.outcome:
        raise InputError("only decisions can be drawn by harm or outcome", where="of")
    else:
        rows = tables.statements.drawable(as_of, since, until)
    taken, population = draw(rows, wanted.seed, wanted.most)
    for person in tables.access.people():
        hiding.worker(person.id, person.name)
    hiding.others(tables.stream.writers(MOST_LOOKED_AT))
    reading = _Reading(tables, hiding, reader, wanted.seed)
    if wanted.of is Population.DECISIONS:
        decisions = [(entry, reading.found(id)) for entry, id in taken]
        return Sample(as_of, population, [reading.decision(*one) for one in decisions])
    imposed = [(entry, reading.imposed(id)) for entry, id in taken]
    return Sample(as_of, population, [reading.restriction(*one) for one in imposed])


class _Reading:
    """What is drawn is found first, all of it, so that a name of one case is known in the words of
    every other."""

    def __init__(self, tables: Tables, hiding: Hiding, reader: str, seed: str) -> None:
        self._tables, self._hiding, self._reader, self._seed = tables, hiding, reader, seed

    def found(self, id: str) -> Decision:
        tables = self._tables
        decision = tables.cases.decision_by_id(id)
        assert decision is not None, "what was drawn is in the store"
        self._learn(self._judged(decision.case))
        for row in tables.statements.of_decision(id, MOST_STATEMENTS)[0]:
            self._learn_statement(row.statement)
        return decision

    def imposed(self, id: str) -> Statement:
        row = self._tables.statements.get(id)
        assert row is not None, "what was drawn is in the store"
        self._learn_statement(row.statement)
        if row.statement.case is not None:
            self._learn(row.statement.case)
        message = self._message_of(row.statement)
        if message is not None:
            self._learn_message(message)
        return row.statement

    def decision(self, entry: int, decision: Decision) -> Sampled:
        tables, hiding = self._tables, self._hiding
        case = tables.cases.get(decision.case)
        assert case is not None, "a decision is of a case"
        place = hiding.place(case.platform, case.channel)
        withheld = self._withheld(case.id)
        bare = Sampled(
            entry, rank(self._seed, entry), case.id, case.kind.value,
            decision.harm or "", place, decision.decided_at,
            withheld=withheld,
        )  # fmt: skip
        if withheld is not None:
            return bare
        of = self._judged(case.id)
        told, total = tables.statements.of_decision(decision.id, MOST_STATEMENTS)
        reports = tables.cases.reports(of, _MOST_REPORTS)
        return msgspec.structs.replace(
            bare,
            outcome=decision.outcome.value,
            ground=decision.ground.value,
            provision=decision.provision,
            reason=hiding.text(decision.reason),
            by=decision.decided_by,
            confirmed_by=decision.confirmed_by,
            because=None if decision.because is None else decision.because.value,
            replaced=self._is_replaced(decision),
            measures=len(decision.measures),
            undone=len(decision.undone),
            reports=dict(sorted(Counter(row.category for row in reports).items())),
            texts=self._texts(read_messages(tables, of, MOST_TEXTS)),
            texts_total=len(tables.cases.message_sequences(of)),
            statements=[self._statement(row.statement) for row in told],
            statements_total=total,
            looks=[
                SampledLook(
                    look.appellant.value, look.state.value, look.received_at, look.decided_at
                )
                for look in tables.looks.of_case(case.id)
            ],
        )

    def restriction(self, entry: int, told: Statement) -> Sampled:
        tables = self._tables
        place = self._hiding.place(told.platform, told.channel)
        withheld = "child_safety" if told.harm == CHILD_SAFETY else None
        if withheld is None and told.case is not None:
            withheld = self._withheld(told.case)
        bare = Sampled(
            entry, rank(self._seed, entry), told.case, "restriction", told.harm, place,
            told.made_at, withheld=withheld,
        )  # fmt: skip
        if withheld is not None:
            return bare
        later = [one.statement for one in tables.statements.of_measures([told.measure])]
        texts = self._message(told)
        return msgspec.structs.replace(
            bare,
            ground=told.ground.value,
            replaced=len(later) > 1,
            measures=1,
            undone=int(any(one.ends for one in later)),
            texts=texts,
            texts_total=len(texts),
            statements=[self._statement(one) for one in later],
            statements_total=len(later),
        )

    def _withheld(self, case: str) -> str | None:
        if is_child_safety(self._tables, case):
            return "child_safety"
        return "kept_from" if is_kept_from(self._tables, case, self._reader) else None

    def _judged(self, case: str) -> str:
        """An appeal's own case holds no message: those of the case it is about."""
        look = self._tables.looks.of_own_case(case)
        return case if look is None else look.of

    def _learn(self, id: str) -> None:
        """Who wrote the messages of a case, whom they hit, who is in its raid."""
        for row in self._tables.cases.messages(id, _MOST_NAMES):
            self._learn_message(row)
        case = self._tables.cases.get(id)
        if case is None:
            return
        self._hiding.place(case.platform, case.channel)
        self._hiding.target(case.target)
        raid = self._tables.stream.raid(case.raid) if case.raid is not None else None
        for member in raid.raid.members if raid is not None else ():
            self._hiding.account(case.platform, member.account, member.name)

    def _learn_message(self, row: MessageRow) -> None:
        self._hiding.account(row.platform, row.author, row.author_name)
        for target in (row.target, *row.others):
            self._hiding.target(target)

    def _learn_statement(self, told: Statement) -> None:
        self._hiding.place(told.platform, told.channel)
        self._hiding.account(told.platform, told.account)

    def _is_replaced(self, decision: Decision) -> bool:
        chain = self._tables.cases.decisions(decision.case)
        return any(one.replaces == decision.id for one in chain)

    def _texts(self, read: Sequence[CaseMessage]) -> list[SampledText]:
        sealed = never_leaving(self._tables, [one.row.seq for one in read])
        return [self._text(one, sealed) for one in read]

    def _text(self, one: CaseMessage, never: frozenset[int]) -> SampledText:
        row = one.row
        account = self._hiding.account(row.platform, row.author, row.author_name)
        sealed = one.sealed is not None or row.seq in never
        text = None if one.message is None or sealed else self._hiding.text(one.message.text)
        return SampledText(at_time(row.sent_at_ms), account, text, row.verdict, sealed)

    def _message_of(self, told: Statement) -> MessageRow | None:
        if told.message is None:
            return None
        return self._tables.stream.message(message_key(told.platform, told.message))

    def _message(self, told: Statement) -> list[SampledText]:
        row = self._message_of(told)
        if row is None:
            return []
        return self._texts(
            [CaseMessage(row, read_message(self._tables, row), None, released=False)]
        )

    def _statement(self, told: Statement) -> SampledStatement:
        hide = self._hiding
        return SampledStatement(
            hide.account(told.platform, told.account),
            told.kind.value,
            told.scope.value,
            told.ground.value,
            {language: hide.text(text) for language, text in told.reference.items()},
            {language: hide.text(text) for language, text in told.explanation.items()},
            told.source.value,
            None if told.rule is None else hide.text(told.rule),
            told.automated_detection,
            told.automated_decision.value,
            told.made_at,
            told.until,
            told.ends,
        )
