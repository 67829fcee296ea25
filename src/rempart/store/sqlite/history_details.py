"""What some readers tell besides the counted columns, in SQLite (see `store.interface.history`).

Read in the order and as of the size of the columns, so that row i is about row i of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import apsw
import numpy as np

from rempart.store.interface.history import Coded, Details, ReportDetails
from rempart.store.sqlite.columns import Codes, Column, Words, chunks, firsts
from rempart.store.sqlite.restated import stood

_EIGHT = 8
QUERIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "report_details": "SELECT seq, language,"
        " substr(CAST(coalesce(reporter, zeroblob(8)) AS BLOB), 1, 8), substr(thing, 1, 8), via"
        f" FROM report WHERE {stood('seq')} ORDER BY rowid",
        "withdrawn": "SELECT r.seq FROM report_withdrawn w JOIN report r ON r.id = w.report_id"
        f" WHERE {stood('w.seq')}",
    }
)
_CASES = (
    "SELECT c.kind, coalesce(w.harm, c.harm), c.platform || '/' || c.channel FROM cases c"
    " LEFT JOIN case_was w ON w.id = c.id AND w.until_seq = (SELECT min(until_seq)"
    " FROM case_was WHERE id = c.id AND until_seq >= :as_of)"
    " WHERE c.since_seq < :as_of ORDER BY c.rowid"
)
_DECISIONS = f"SELECT ground, decided_by FROM decision WHERE {stood('seq')} ORDER BY rowid"
_MEASURES = (
    "SELECT kind, rule, platform || '/' || channel,"
    f" CASE WHEN NOT {stood('ended_seq')} THEN 'active' ELSE state END, coalesce(until_ms, -1),"
    f" CASE WHEN NOT {stood('ended_seq')} THEN -1 ELSE coalesce(ended_ms, -1) END"
    f" FROM measure WHERE {stood('seq')} ORDER BY rowid"
)
_STATEMENTS = (
    "SELECT platform || '/' || channel, platform, account FROM statement"
    f" WHERE {stood('seq')} ORDER BY number"
)


def read_report_details(db: apsw.Connection, as_of: int) -> ReportDetails:
    seq, reporter, thing = Column(), Column(), Column()
    language, via = Words(), Words()
    for columns in _chunks(db, QUERIES["report_details"], as_of):
        count = len(columns[0])
        seq.take(columns[0], count)
        language.take(columns[1], count)
        reporter.take(_firsts(columns[2]), count)
        thing.take(_firsts(columns[3]), count)
        via.take(columns[4], count)
    withdrawn = Column()
    for columns in _chunks(db, QUERIES["withdrawn"], as_of):
        withdrawn.take(columns[0], len(columns[0]))
    gone = np.isin(seq.done(), withdrawn.done())
    return ReportDetails(language.coded(), reporter.done(), thing.done(), gone, via.coded())


def read_details(db: apsw.Connection, as_of: int) -> Details:
    case_kind, case_harm, case_place = _words(db, _CASES, as_of, 3)
    ground, by = _words(db, _DECISIONS, as_of, 2)
    kind, rule, place, state = (Words() for _ in range(4))
    until, ended = Column(), Column()
    for columns in _chunks(db, _MEASURES, as_of):
        count = len(columns[0])
        for word, column in zip((kind, rule, place, state), columns[:4], strict=True):
            word.take(column, count)
        until.take(columns[4], count)
        ended.take(columns[5], count)
    stated = Words()
    accounts: Codes[tuple[str, str]] = Codes()
    for places, platforms, names in _chunks(db, _STATEMENTS, as_of):
        stated.take(places, len(places))
        accounts.take(zip(platforms, names, strict=True), len(places))
    return Details(
        case_kind, case_harm, case_place, ground, by, kind.coded(), rule.coded(), place.coded(),
        state.coded(), until.done(), ended.done(), stated.coded(), accounts.codes(),
    )  # fmt: skip


def _words(db: apsw.Connection, query: str, as_of: int, count: int) -> list[Coded]:
    """The columns of a query that gives nothing but words."""
    words = [Words() for _ in range(count)]
    for columns in _chunks(db, query, as_of):
        for word, column in zip(words, columns, strict=True):
            word.take(column, len(column))
    return [word.coded() for word in words]


def _chunks(db: apsw.Connection, query: str, as_of: int) -> Iterator[list[tuple[Any, ...]]]:
    return chunks(db.execute(query, {"as_of": as_of}))


def _firsts(digests: Sequence[bytes]) -> Iterable[int]:
    """The eight bytes of each, none is longer, as a number; shorter ones are filled up."""
    if sum(map(len, digests)) == _EIGHT * len(digests):
        return firsts(digests)
    return (int.from_bytes(digest.ljust(_EIGHT, b"\0"), "big", signed=True) for digest in digests)
