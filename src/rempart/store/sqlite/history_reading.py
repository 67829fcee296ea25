"""One read of the whole history in SQLite (see `store.interface.history`).

Rows are read in the order they were written, some ten thousand at a time, and become arrays before
the next ones come. Ids are looked up in memory, in one table for each kind of thing: a join by id
would cost a random read per row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import Any, Final

import apsw
import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.model import message_key
from rempart.store.interface.history import (
    NONE,
    CaseColumns,
    Coded,
    Columns,
    DecisionColumns,
    LookColumns,
    MeasureColumns,
    Numbers,
    ReportColumns,
    SampleColumns,
    StatementColumns,
    ViewColumns,
)
from rempart.store.sqlite.columns import Codes, Column, Words, firsts

_CHUNK = 16_384
_EIGHT = 8
QUERIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cases": "SELECT c.id, coalesce(CASE WHEN w.id IS NULL THEN c.merged_into"
        " ELSE w.merged_into END, ''), c.kind, coalesce(w.harm, c.harm),"
        " c.platform || '/' || c.channel, c.opened_ms, coalesce(c.raid, '') FROM cases c"
        " LEFT JOIN case_was w ON w.id = c.id AND w.until_seq = (SELECT min(until_seq)"
        " FROM case_was WHERE id = c.id AND until_seq >= :as_of)"
        " WHERE c.since_seq < :as_of ORDER BY c.rowid",
        "reports": "SELECT seq, case_id, received_ms, category, language, coalesce(flagger, ''),"
        " substr(CAST(coalesce(reporter, zeroblob(8)) AS BLOB), 1, 8), substr(thing, 1, 8), items,"
        " via FROM report WHERE seq < :as_of ORDER BY rowid",
        "withdrawn": "SELECT r.seq FROM report_withdrawn w JOIN report r ON r.id = w.report_id"
        " WHERE w.seq < :as_of",
        "decisions": "SELECT id, seq, case_id, decided_ms, outcome, ground, coalesce(harm, ''),"
        " decided_by, coalesce(because, ''), coalesce(replaces, '') FROM decision"
        " WHERE seq < :as_of ORDER BY rowid",
        "measures": "SELECT m.id, m.seq,"
        " coalesce(CASE WHEN w.id IS NULL THEN m.case_id ELSE w.case_id END, ''),"
        " coalesce(CASE WHEN w.id IS NULL THEN m.raid ELSE w.raid END, ''), m.kind, m.rule,"
        " m.platform || '/' || m.channel,"
        " CASE WHEN m.ended_seq >= :as_of THEN 'active' ELSE m.state END,"
        " m.from_ms, coalesce(m.until_ms, -1),"
        " CASE WHEN m.ended_seq >= :as_of THEN -1 ELSE coalesce(m.ended_ms, -1) END"
        " FROM measure m LEFT JOIN measure_was w ON w.id = m.id AND w.until_seq ="
        " (SELECT min(until_seq) FROM measure_was WHERE id = m.id AND until_seq >= :as_of)"
        " WHERE m.seq < :as_of ORDER BY m.rowid",
        "ordered": "SELECT m.measure FROM order_measure m JOIN authority_order o"
        " ON o.id = m.order_id WHERE o.seq < :as_of",
        "exemptions": "SELECT measure, reason FROM statement_exemption WHERE seq < :as_of",
        "strikes": "SELECT s.platform, s.account, s.at_ms, min(s.expires_ms,"
        " CASE WHEN o.seq < :as_of THEN s.overturned_ms ELSE s.expires_ms END)"
        " FROM strike s JOIN decision d ON d.id = s.decision"
        " LEFT JOIN decision o ON o.id = s.overturned_by WHERE d.seq < :as_of",
        "statements": "SELECT number, seq, made_ms, record FROM statement WHERE seq < :as_of"
        " ORDER BY number",
        "looks": "SELECT l.seq, l.received_ms, l.appellant,"
        " CASE WHEN l.closed_seq >= :as_of THEN 'open' ELSE l.state END,"
        " CASE WHEN l.closed_seq >= :as_of THEN -1 ELSE coalesce(l.decided_ms, -1) END,"
        " l.of_case, coalesce(l.decision, ''), coalesce(s.number, -1), r.flagger IS NOT NULL"
        " FROM second_look l LEFT JOIN report r ON r.id = l.report_id"
        " LEFT JOIN statement s ON s.id = l.statement WHERE l.seq < :as_of ORDER BY l.seq",
        "samples": "SELECT x.seq, x.case_id,"
        " CASE WHEN w.seq IS NULL THEN m.outcome ELSE w.outcome END"
        " FROM case_message x CROSS JOIN message m LEFT JOIN message_was w ON w.seq = m.seq"
        " AND w.until_seq = (SELECT min(until_seq) FROM message_was WHERE seq = m.seq"
        " AND until_seq >= :as_of)"
        " WHERE m.seq = x.seq AND x.since_seq < :as_of AND x.seq < :as_of"
        " ORDER BY x.seq, x.case_id",
        "views": "SELECT key, at_ms, views FROM views_told WHERE seq < :as_of ORDER BY key, seq",
    }
)


class _Said(msgspec.Struct, frozen=True, gc=False):
    """What is counted of a statement."""

    measure: str
    platform: str
    channel: str
    account: str
    kind: str
    scope: str
    harm: str
    ground: str
    source: str
    automated_detection: bool
    automated_decision: str
    rule: str = ""
    message: str | None = None
    decision: str | None = None
    ends: bool = False


class _Signal(msgspec.Struct, frozen=True, gc=False):
    detector: str
    version: str
    label: str
    score: float


class _Outcome(msgspec.Struct, frozen=True, gc=False):
    signals: tuple[_Signal, ...] = ()


_said = msgspec.json.Decoder(_Said)
_outcome = msgspec.json.Decoder(_Outcome)


class Reading:
    """One read of everything; ids are forgotten at its end."""

    def __init__(self, db: apsw.Connection, as_of: int) -> None:
        self._db = db
        self._as_of = as_of
        self._cases: dict[str, int] = {}
        self._case_of_raid: dict[str, int] = {}
        self._decisions: dict[str, int] = {}
        self._measures: dict[str, int] = {}
        self._keys: dict[bytes, int] = {}

    def columns(self) -> Columns:
        cases = self._read_cases()
        decisions = self._read_decisions()
        looks, contested = self._read_looks()
        measures = self._read_measures()
        message, at_ms, views = self._read_views()
        statements, restricted = self._read_statements(measures)
        looks = looks._replace(statement=_positions(statements.number, contested))
        self._measures.clear()
        self._decisions.clear()
        self._keys.clear()
        samples = self._read_samples(decisions, len(cases.root))
        reports = self._read_reports()
        told = ViewColumns(message, at_ms, views, restricted)
        return Columns(
            self._as_of, cases, reports, decisions, measures, statements, looks, samples, told
        )

    def _chunks(self, name: str) -> Iterator[list[tuple[Any, ...]]]:
        query = QUERIES[name]
        known = {"as_of": self._as_of} if ":as_of" in query else {}
        rows = iter(self._db.execute(query, known))
        while chunk := list(islice(rows, _CHUNK)):
            yield list(zip(*chunk, strict=True))

    def _read_cases(self) -> CaseColumns:
        kind, harm, place = Words(), Words(), Words()
        opened = Column()
        merged: list[tuple[int, str]] = []
        ids = self._cases
        for columns in self._chunks("cases"):
            count = len(columns[0])
            first = len(ids)
            ids.update(zip(columns[0], range(first, first + count), strict=True))
            if any(columns[1]):
                merged += [pair for pair in enumerate(columns[1], first) if pair[1]]
            kind.take(columns[2], count)
            harm.take(columns[3], count)
            place.take(columns[4], count)
            opened.take(columns[5], count)
            for number, raid in enumerate(columns[6], first):
                if raid and columns[2][number - first] == "raid":
                    self._case_of_raid[raid] = number
        root = np.arange(len(ids), dtype=np.int32)
        for number, into in merged:
            root[number] = ids[into]
        return CaseColumns(root, kind.coded(), harm.coded(), place.coded(), opened.done())

    def _read_reports(self) -> ReportColumns:
        seq, received, reporter, thing = Column(), Column(), Column(), Column()
        case, items = Column(np.int32), Column(np.int32)
        category, language, flagger, via = Words(), Words(), Words(""), Words()
        find = self._cases.__getitem__
        for columns in self._chunks("reports"):
            count = len(columns[0])
            seq.take(columns[0], count)
            case.take(map(find, columns[1]), count)
            received.take(columns[2], count)
            category.take(columns[3], count)
            language.take(columns[4], count)
            flagger.take(columns[5], count)
            reporter.take(_firsts(columns[6]), count)
            thing.take(_firsts(columns[7]), count)
            items.take(columns[8], count)
            via.take(columns[9], count)
        gone = [
            row[0] for columns in self._chunks("withdrawn") for row in zip(*columns, strict=True)
        ]
        seqs = seq.done()
        return ReportColumns(
            seqs,
            case.done(),
            received.done(),
            category.coded(),
            language.coded(),
            flagger.coded(),
            reporter.done(),
            thing.done(),
            items.done(),
            np.isin(seqs, np.array(gone, np.int64)),
            via.coded(),
        )

    def _read_decisions(self) -> DecisionColumns:
        seq, decided, case = Column(), Column(), Column(np.int32)
        words = [Words() for _ in range(5)]
        before: list[str] = []
        ids = self._decisions
        for columns in self._chunks("decisions"):
            count = len(columns[0])
            ids.update(zip(columns[0], range(len(ids), len(ids) + count), strict=True))
            seq.take(columns[1], count)
            case.take(map(self._cases.__getitem__, columns[2]), count)
            decided.take(columns[3], count)
            for word, column in zip(words, columns[4:9], strict=True):
                word.take(column, count)
            before += columns[9]
        replaces = np.fromiter((ids.get(id, NONE) for id in before), np.int32, len(before))
        replaced = np.zeros(len(before), np.bool_)
        replaced[replaces[replaces >= 0]] = True
        outcome, ground, harm, by, because = (word.coded() for word in words)
        return DecisionColumns(
            seq.done(), case.done(), decided.done(), outcome, ground, harm, by, because, replaces,
            replaced,
        )  # fmt: skip

    def _read_measures(self) -> MeasureColumns:
        seq, begun, until, ended = (Column() for _ in range(4))
        case = Column(np.int32)
        kind, rule, place, state = (Words() for _ in range(4))
        ids = self._measures
        for columns in self._chunks("measures"):
            count = len(columns[0])
            ids.update(zip(columns[0], range(len(ids), len(ids) + count), strict=True))
            seq.take(columns[1], count)
            case.take(map(self._case, columns[2], columns[3]), count)
            for word, column in zip((kind, rule, place, state), columns[4:8], strict=True):
                word.take(column, count)
            for number, column in zip((begun, until, ended), columns[8:11], strict=True):
                number.take(column, count)
        ordered = np.zeros(len(ids), np.bool_)
        for columns in self._chunks("ordered"):
            ordered[[ids[id] for id in columns[0] if id in ids]] = True
        reasons = ["", "no_contact", "commercial", "order"]
        exempt = np.zeros(len(ids), np.int32)
        for columns in self._chunks("exemptions"):
            for id, reason in zip(*columns, strict=True):
                if id in ids:
                    exempt[ids[id]] = reasons.index(reason)
        return MeasureColumns(
            seq.done(), case.done(), kind.coded(), rule.coded(), place.coded(), state.coded(),
            begun.done(), until.done(), ended.done(), ordered,
            Coded(exempt, tuple(reasons)),
        )  # fmt: skip

    def _case(self, id: str, raid: str) -> int:
        return self._cases[id] if id else self._case_of_raid.get(raid, NONE)

    def _read_views(self) -> tuple[NDArray[np.int32], Numbers, Numbers]:
        message, at_ms, views = Column(np.int32), Column(), Column()
        keys = self._keys
        for columns in self._chunks("views"):
            count = len(columns[0])
            message.take((keys.setdefault(key, len(keys)) for key in columns[0]), count)
            at_ms.take(columns[1], count)
            views.take(columns[2], count)
        return message.done(), at_ms.done(), views.done()

    def _read_statements(self, measures: MeasureColumns) -> tuple[StatementColumns, Numbers]:
        number, seq, made = Column(), Column(), Column()
        measure, decision = Column(np.int32), Column(np.int32)
        detected, ends = Column(np.bool_), Column(np.bool_)
        kinds: Codes[tuple[str, ...]] = Codes()
        accounts: Codes[tuple[str, ...]] = Codes()
        strikes = self._strikes()
        repeated: list[int] = []
        restricted = np.full(len(self._keys), NONE, np.int64)
        decided = self._decisions.get
        first = 0
        for columns in self._chunks("statements"):
            said = [_said.decode(record) for record in columns[3]]
            count = len(said)
            times: tuple[int, ...] = columns[2]
            number.take(columns[0], count)
            seq.take(columns[1], count)
            made.take(times, count)
            measure.take(map(self._measures.__getitem__, map(_MEASURE, said)), count)
            decision.take([decided(id or "", NONE) for id in map(_DECISION, said)], count)
            accounts.take(list(map(_ACCOUNT, said)), count)
            kinds.take(list(map(_WORDS, said)), count)
            detected.take(map(_DETECTED, said), count)
            ends.take(map(_ENDS, said), count)
            repeated += [
                place
                for place, one in enumerate(said, first)
                if one.kind == "suspend"
                and any(
                    begin < times[place - first] < end
                    for begin, end in strikes.get((one.platform, one.account), ())
                )
            ]
            if self._keys:
                self._note_restricted(said, times, restricted)
            first += count
        places = measure.done()
        imposes = np.zeros(first, np.bool_)
        imposes[np.unique(places, return_index=True)[1]] = True
        ended = ends.done()
        again = np.zeros(first, np.bool_)
        again[repeated] = True
        place = _part(kinds, lambda name: f"{name[0]}/{name[1]}")
        kind, scope, harm, ground, source, rule, how = (
            _part(kinds, itemgetter(part)) for part in range(2, 9)
        )
        return (
            StatementColumns(
                number.done(), seq.done(), made.done(), measures.from_ms[places], places,
                decision.done(), measures.case[places], place,
                accounts.codes(), kind, scope, harm, ground, source, rule, detected.done(),
                how, ended, imposes & ~ended, again,
            ),
            restricted,
        )  # fmt: skip

    def _note_restricted(
        self, said: Sequence[_Said], times: Sequence[int], restricted: Numbers
    ) -> None:
        """When a message that was seen was first restricted. Statements come in their order."""
        for one, at in zip(said, times, strict=True):
            if one.message is not None and not one.ends:
                seen = self._keys.get(message_key(one.platform, one.message))
                if seen is not None and restricted[seen] == NONE:
                    restricted[seen] = at

    def _strikes(self) -> dict[tuple[str, str], list[tuple[int, int]]]:
        found: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for columns in self._chunks("strikes"):
            for platform, account, begin, end in zip(*columns, strict=True):
                found[(platform, account)].append((begin, end))
        return found

    def _read_looks(self) -> tuple[LookColumns, Numbers]:
        """And the numbers of the contested statements, whose positions are not known yet."""
        seq, received, decided = Column(), Column(), Column()
        of, decision, flagger = Column(np.int32), Column(np.int32), Column(np.bool_)
        statement = Column()
        appellant, state = Words(), Words()
        for columns in self._chunks("looks"):
            count = len(columns[0])
            seq.take(columns[0], count)
            received.take(columns[1], count)
            appellant.take(columns[2], count)
            state.take(columns[3], count)
            decided.take(columns[4], count)
            of.take(map(self._cases.__getitem__, columns[5]), count)
            decision.take((self._decisions.get(id, NONE) for id in columns[6]), count)
            statement.take(columns[7], count)
            flagger.take(map(bool, columns[8]), count)
        looks = LookColumns(
            seq.done(), received.done(), decided.done(), appellant.coded(), state.coded(),
            of.done(), decision.done(), np.zeros(0, np.int32), flagger.done(),
        )  # fmt: skip
        return looks, statement.done()

    def _read_samples(self, decisions: DecisionColumns, cases: int) -> SampleColumns:
        """The decision that stands about each case, then what had been said of its messages."""
        stands = np.full(cases, NONE, np.int32)
        now = np.flatnonzero(~decisions.replaced)
        stands[decisions.case[now]] = now
        seq, decision, of, score = (
            Column(),
            Column(np.int32),
            Column(np.int32),
            Column(np.int32),
        )
        detector, label, version = Words(), Words(), Words()
        total = 0
        for columns in self._chunks("samples"):
            places = np.fromiter(map(self._cases.__getitem__, columns[1]), np.int32)
            decided = stands[places]
            kept = np.flatnonzero(decided != NONE)
            seq.take([columns[0][row] for row in kept], len(kept))
            decision.take(decided[kept], len(kept))
            signals: list[_Signal] = []
            owners: list[int] = []
            for number, row in enumerate(kept, total):
                outcome = columns[2][row]
                if outcome is not None:
                    found = _outcome.decode(outcome).signals
                    signals += found
                    owners += [number] * len(found)
            total += len(kept)
            count = len(signals)
            of.take(owners, count)
            detector.take([one.detector for one in signals], count)
            label.take([one.label for one in signals], count)
            version.take([one.version for one in signals], count)
            score.take((round(one.score * 1000) for one in signals), count)
        return SampleColumns(
            seq.done(), decision.done(), of.done(), detector.coded(), label.coded(),
            version.coded(), score.done(),
        )  # fmt: skip


_WORDS: Final[Callable[[_Said], tuple[str, ...]]] = attrgetter(
    "platform", "channel", "kind", "scope", "harm", "ground", "source", "rule", "automated_decision"
)
_ACCOUNT: Final[Callable[[_Said], tuple[str, ...]]] = attrgetter("platform", "account")
_MEASURE: Final[Callable[[_Said], str]] = attrgetter("measure")
_DECISION: Final[Callable[[_Said], str | None]] = attrgetter("decision")
_DETECTED: Final[Callable[[_Said], bool]] = attrgetter("automated_detection")
_ENDS: Final[Callable[[_Said], bool]] = attrgetter("ends")


def _part(whole: Codes[tuple[str, ...]], of: Callable[[tuple[str, ...]], str]) -> Coded:
    """One column of words out of a column of tuples."""
    codes: dict[str, int] = {}
    table = [codes.setdefault(of(name), len(codes)) for name in whole.names()]
    return Coded(np.array(table, np.int32)[whole.codes()], tuple(codes))


def _positions(numbers: Numbers, named: Numbers) -> NDArray[np.int32]:
    found = np.searchsorted(numbers, named).astype(np.int32)
    found[named < 0] = NONE
    return found


def _firsts(digests: Sequence[bytes]) -> Iterable[int]:
    """Eight bytes of each as a number; shorter ones are filled up."""
    if all(len(digest) == _EIGHT for digest in digests):
        return firsts(digests)
    return (int.from_bytes(digest.ljust(_EIGHT, b"\0"), "big", signed=True) for digest in digests)
