"""One read of the whole history in SQLite (see `store.interface.history`).

Rows are read in the order they were written, a chunk at a time, and become arrays before the next
ones come. Ids are looked up in memory, in one table for each kind of thing: a join by id
would cost a random read per row.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

import apsw
import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.store.interface.history import (
    NONE,
    CaseColumns,
    Coded,
    Columns,
    DecisionColumns,
    LookColumns,
    MeasureColumns,
    Numbers,
    Positions,
    ReportColumns,
    SampleColumns,
    StatementColumns,
    StrikeColumns,
    ViewColumns,
)
from rempart.store.sqlite.columns import Column, Ids, Words, chunks
from rempart.store.sqlite.counted import known_words
from rempart.store.sqlite.history_statements import Statements
from rempart.store.sqlite.restated import Firsts, first, stood

QUERIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cases": "SELECT c.id, coalesce(CASE WHEN w.id IS NULL THEN c.merged_into"
        " ELSE w.merged_into END, ''), c.opened_ms,"
        " CASE WHEN c.kind = 'raid' THEN coalesce(c.raid, '') ELSE '' END FROM cases c"
        " LEFT JOIN case_was w ON w.id = c.id AND w.until_seq = (SELECT min(until_seq)"
        " FROM case_was WHERE id = c.id AND until_seq >= :as_of)"
        " WHERE c.since_seq < :as_of ORDER BY c.rowid",
        "reports": "SELECT seq, case_id, received_ms, category, coalesce(flagger, ''), items"
        f" FROM report WHERE {stood('seq')} ORDER BY rowid",
        "decisions": "SELECT id, seq, case_id, decided_ms, outcome, coalesce(harm, ''),"
        " coalesce(because, ''), coalesce(replaces, '') FROM decision"
        f" WHERE {stood('seq')} ORDER BY rowid",
        "measures": "SELECT m.id, m.seq,"
        " coalesce(CASE WHEN w.id IS NULL THEN m.case_id ELSE w.case_id END, ''),"
        " coalesce(CASE WHEN w.id IS NULL THEN m.raid ELSE w.raid END, ''), m.from_ms"
        " FROM measure m LEFT JOIN measure_was w ON w.id = m.id AND w.until_seq ="
        " (SELECT min(until_seq) FROM measure_was WHERE id = m.id AND until_seq >= :as_of)"
        f" WHERE {stood('m.seq')} ORDER BY m.rowid",
        "ordered": "SELECT m.measure FROM order_measure m JOIN authority_order o"
        " ON o.id = m.order_id WHERE o.seq < :as_of",
        "exemptions": "SELECT measure, reason FROM statement_exemption WHERE seq < :as_of",
        "strikes": "SELECT s.platform, s.account, s.at_ms, min(s.expires_ms,"
        f" CASE WHEN {stood('o.seq')} THEN s.overturned_ms ELSE s.expires_ms END), d.ground = 'law'"
        " FROM strike s JOIN decision d ON d.id = s.decision"
        " LEFT JOIN decision o ON o.id = s.overturned_by"
        f" WHERE {stood('d.seq')}",
        "statements": "SELECT number, seq, made_ms, measure, coalesce(decision, ''), key,"
        f" words FROM statement WHERE {stood('seq')} ORDER BY number",
        "looks": "SELECT l.seq, l.received_ms, l.appellant,"
        " CASE WHEN l.closed_seq >= :as_of THEN 'open' ELSE l.state END,"
        " CASE WHEN l.closed_seq >= :as_of THEN -1 ELSE coalesce(l.decided_ms, -1) END,"
        " l.of_case, coalesce(l.decision, ''), coalesce(s.number, -1), r.flagger IS NOT NULL"
        " FROM second_look l LEFT JOIN report r ON r.id = l.report_id"
        " LEFT JOIN statement s ON s.id = l.statement"
        f" WHERE {stood('l.seq')} ORDER BY {first('l.seq')}",
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


class _Signal(msgspec.Struct, frozen=True, gc=False):
    detector: str
    version: str
    label: str
    score: float


class _Outcome(msgspec.Struct, frozen=True, gc=False):
    signals: tuple[_Signal, ...] = ()


_signals = msgspec.json.Decoder(_Outcome).decode
_DETECTOR: Final[Callable[[_Signal], str]] = attrgetter("detector")
_LABEL: Final[Callable[[_Signal], str]] = attrgetter("label")
_VERSION: Final[Callable[[_Signal], str]] = attrgetter("version")
_SCORE: Final[Callable[[_Signal], float]] = attrgetter("score")


class Reading:
    """One read of everything; ids are forgotten at its end."""

    def __init__(self, db: apsw.Connection, as_of: int) -> None:
        self._db = db
        self._as_of = as_of
        self._cases = Ids(self._room("cases"))
        self._decisions = Ids(self._room("decision"))
        self._measures = Ids(self._room("measure"))
        self._case_of_raid: dict[str, int] = {}
        self._struck: list[int] = []
        self._first = Firsts(db)

    def columns(self) -> Columns:
        cases = self._read_cases()
        decisions = self._read_decisions()
        looks, contested = self._read_looks()
        measures = self._read_measures()
        keys, message, at_ms, views = self._read_views()
        statements, restricted = self._read_statements(measures, keys)
        looks = looks._replace(statement=_positions(statements.number, contested))
        self._measures = self._decisions = keys = Ids()
        samples = self._read_samples(decisions, len(cases.root))
        reports = self._read_reports()
        told = ViewColumns(message, at_ms, views, restricted)
        struck = StrikeColumns(np.array(self._struck, np.int64))
        return Columns(
            self._as_of,
            cases,
            reports,
            decisions,
            measures,
            statements,
            looks,
            samples,
            told,
            struck,
        )

    def _chunks(self, name: str) -> Iterator[list[tuple[Any, ...]]]:
        query = QUERIES[name]
        known = {"as_of": self._as_of} if ":as_of" in query else {}
        return chunks(self._db.execute(query, known))

    def _room(self, table: str) -> int:
        """So many rows it has at most: the largest number of one; found at once."""
        most: int = self._db.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").get
        return most

    def _read_cases(self) -> CaseColumns:
        opened = Column(room=self._room("cases"))
        merged: list[tuple[int, str]] = []
        first = 0
        for ids, into, times, raids in self._chunks("cases"):
            self._cases.take(ids)
            merged += _those_with(into, first)
            opened.take(times, len(ids))
            for number, raid in _those_with(raids, first):
                self._case_of_raid[raid] = number
            first += len(ids)
        self._cases.done()
        root = np.arange(first, dtype=np.int32)
        root[[number for number, _ in merged]] = self._cases.need([into for _, into in merged])
        return CaseColumns(root, opened.done())

    def _read_reports(self) -> ReportColumns:
        room = self._room("report")
        seq, received = Column(room=room), Column(room=room)
        case, items = Column(np.int32, room), Column(np.int32, room)
        category, flagger = Words(room=room), Words("", room=room)
        for seqs, ids, times, categories, flaggers, numbers in self._chunks("reports"):
            count = len(seqs)
            seq.take(seqs, count)
            case.add(self._cases.need(ids))
            received.take(times, count)
            category.take(categories, count)
            flagger.take(flaggers, count)
            items.take(numbers, count)
        return ReportColumns(
            self._first.of(seq.done()),
            case.done(), received.done(), category.coded(), flagger.coded(),
            items.done(),
        )  # fmt: skip

    def _read_decisions(self) -> DecisionColumns:
        room = self._room("decision")
        seq, decided, case = Column(room=room), Column(room=room), Column(np.int32, room)
        words = [Words(room=room) for _ in range(3)]
        before: list[tuple[int, str]] = []
        first = 0
        for columns in self._chunks("decisions"):
            count = len(columns[0])
            self._decisions.take(columns[0])
            seq.take(columns[1], count)
            case.add(self._cases.need(columns[2]))
            decided.take(columns[3], count)
            for word, column in zip(words, columns[4:7], strict=True):
                word.take(column, count)
            before += _those_with(columns[7], first)
            first += count
        self._decisions.done()
        replaces = np.full(first, NONE, np.int32)
        replaces[[number for number, _ in before]] = self._decisions.find([id for _, id in before])
        replaced = np.zeros(first, np.bool_)
        replaced[replaces[replaces >= 0]] = True
        outcome, harm, because = (word.coded() for word in words)
        return DecisionColumns(
            self._first.of(seq.done()),
            case.done(),
            decided.done(),
            outcome,
            harm,
            because,
            replaces,
            replaced,
        )

    def _read_measures(self) -> MeasureColumns:
        room = self._room("measure")
        seq, begun, case = Column(room=room), Column(room=room), Column(np.int32, room)
        ids = self._measures
        for own, seqs, cases, raids, times in self._chunks("measures"):
            ids.take(own)
            seq.take(seqs, len(own))
            case.add(self._case(cases, raids))
            begun.take(times, len(own))
        ids.done()
        ordered = np.zeros(len(ids), np.bool_)
        for columns in self._chunks("ordered"):
            found = ids.find(columns[0])
            ordered[found[found != NONE]] = True
        reasons = ["", "no_contact", "commercial", "order"]
        exempt = np.zeros(len(ids), np.int32)
        for columns in self._chunks("exemptions"):
            found = ids.find(columns[0])
            codes = np.array([reasons.index(reason) for reason in columns[1]], np.int32)
            exempt[found[found != NONE]] = codes[found != NONE]
        return MeasureColumns(
            self._first.of(seq.done()),
            case.done(),
            begun.done(),
            ordered,
            Coded(exempt, tuple(reasons)),
        )

    def _case(self, ids: Sequence[str], raids: Sequence[str]) -> Positions:
        if all(ids):
            return self._cases.need(ids)
        found = np.full(len(ids), NONE, np.int32)
        bound = [row for row, id in enumerate(ids) if id]
        found[bound] = self._cases.need([ids[row] for row in bound])
        for row, id in enumerate(ids):
            if not id:
                found[row] = self._case_of_raid.get(raids[row], NONE)
        return found

    def _read_views(self) -> tuple[Ids, Positions, Numbers, Numbers]:
        """Messages are numbered by their first row; rows of one message lie together."""
        message, at_ms, views = Column(np.int32), Column(), Column()
        keys, last, number = Ids(), b"", NONE
        for columns in self._chunks("views"):
            count = len(columns[0])
            numbers: list[int] = []
            new: list[bytes] = []
            for key in columns[0]:
                if key != last:
                    last = key
                    number += 1
                    new.append(key)
                numbers.append(number)
            keys.take(new)
            message.take(numbers, count)
            at_ms.take(columns[1], count)
            views.take(columns[2], count)
        keys.done()
        return keys, message.done(), at_ms.done(), views.done()

    def _read_statements(
        self, measures: MeasureColumns, keys: Ids
    ) -> tuple[StatementColumns, Numbers]:
        """And when each message whose views were told was first restricted."""
        room = self._room("statement")
        known = known_words(self._db)
        said = Statements(known, self._measures, self._decisions, keys, room)
        for columns in self._chunks("statements"):
            said.take(columns)
        found = said.done(measures, self._again(said.suspending()))
        return found._replace(seq=self._first.of(found.seq)), said.restricted

    def _again(self, suspending: Numbers) -> Numbers:
        """Those of these statements whose account had a strike in force."""
        strikes = self._strikes()
        if not len(suspending):
            return suspending
        rows = self._db.execute(
            "SELECT number, made_ms, platform, account FROM carray(?) CROSS JOIN statement"
            " ON number = value",
            (apsw.carray(array("q", suspending.tolist())),),
        )
        return np.array(
            [
                number
                for number, at, platform, account in rows
                if any(begin < at < end for begin, end in strikes.get((platform, account), ()))
            ],
            np.int64,
        )

    def _strikes(self) -> dict[tuple[str, str], list[tuple[int, int]]]:
        """When strikes against an account (platform, id) were in force: from, until."""
        found: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for columns in self._chunks("strikes"):
            for platform, account, begin, end, law in zip(*columns, strict=True):
                found[(platform, account)].append((begin, end))
                if law:
                    self._struck.append(begin)
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
            of.add(self._cases.need(columns[5]))
            decision.add(self._decisions.find(columns[6]))
            statement.take(columns[7], count)
            flagger.take(map(bool, columns[8]), count)
        looks = LookColumns(
            self._first.of(seq.done()),
            received.done(), decided.done(), appellant.coded(), state.coded(),
            of.done(), decision.done(), np.zeros(0, np.int32), flagger.done(),
        )  # fmt: skip
        return looks, statement.done()

    def _read_samples(self, decisions: DecisionColumns, cases: int) -> SampleColumns:
        """The decision that stands about each case, then what had been said of its messages."""
        stands = np.full(cases, NONE, np.int32)
        now = np.flatnonzero(~decisions.replaced)
        stands[decisions.case[now]] = now
        seq, decision = Column(), Column(np.int32)
        of, score = Column(np.int32), Column(np.int32)
        detector, label, version = Words(), Words(), Words()
        total = 0
        for seqs, ids, outcomes in self._chunks("samples"):
            decided = stands[self._cases.need(ids)]
            kept = np.flatnonzero(decided != NONE)
            seq.add(np.array(seqs, np.int64)[kept])
            decision.add(decided[kept])
            signals: list[_Signal] = []
            owners: list[int] = []
            for number, row in enumerate(kept.tolist(), total):
                outcome = outcomes[row]
                if outcome is not None:
                    found = _signals(outcome).signals
                    signals += found
                    owners += [number] * len(found)
            total += len(kept)
            count = len(signals)
            of.add(owners)
            detector.take(map(_DETECTOR, signals), count)
            label.take(map(_LABEL, signals), count)
            version.take(map(_VERSION, signals), count)
            score.add(np.rint(np.fromiter(map(_SCORE, signals), np.float64, count) * 1000))
        return SampleColumns(
            seq.done(), decision.done(), of.done(), detector.coded(), label.coded(),
            version.coded(), score.done(),
        )  # fmt: skip


def _positions(numbers: Numbers, named: Numbers) -> NDArray[np.int32]:
    found = np.searchsorted(numbers, named).astype(np.int32)
    found[named < 0] = NONE
    return found


def _those_with(words: Sequence[str], first: int) -> list[tuple[int, str]]:
    """Rows that say something, with their place; `first` is that of the first one. Most columns
    of such words are empty from end to end."""
    return [pair for pair in enumerate(words, first) if pair[1]] if any(words) else []
