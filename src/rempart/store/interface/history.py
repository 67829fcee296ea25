"""Tables read as a whole, column by column: what every disclosure counts from.

Readings only, over all rows that were there at a size of the log (`as_of`: entries with a smaller
sequence number). A column is a numpy array over the rows of its table; a column of words is
`Coded`. Rows name each other by position in the other table (-1: none), so that a million of them
need no object each. Every row carries `seq`, the entry of the log that says it: each figure can be
followed to its entries.

`Columns` holds what figures are counted from and nothing else, for there are millions of rows and
each cell costs. What only some readers tell (`ReportDetails`, `Details`) they ask for besides, as
of the same size: row i of it is about row i of the columns.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Positions = NDArray[np.int32]
Flags = NDArray[np.bool_]

NONE = -1
_FEW = 4
"""So many comparisons of a column with one number cost less than looking each row up in a table."""


class Coded(NamedTuple):
    """A column of words: row i says `names[codes[i]]`. No word is there twice."""

    codes: Positions
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def is_(self, *words: str) -> Flags:
        """Where the column says one of these."""
        asked = set(words)
        wanted = [code for code, name in enumerate(self.names) if name in asked]
        if len(wanted) > _FEW:
            table = np.zeros(len(self.names), np.bool_)
            table[wanted] = True
            return table[self.codes]
        found = np.zeros(len(self.codes), np.bool_)
        for code in wanted:
            found |= self.codes == code
        return found

    def words(self) -> list[str]:
        """Row by row; for small tables."""
        return [self.names[code] for code in self.codes]


class CaseColumns(NamedTuple):
    """`root`: the case it was merged into, else itself."""

    root: Positions
    opened_ms: Numbers


class ReportColumns(NamedTuple):
    """`case`: as it was filed (see `CaseColumns.root`). `flagger`: a trusted flagger's name, or "".
    `items`: exact locations."""

    seq: Numbers
    case: Positions
    received_ms: Numbers
    category: Coded
    flagger: Coded
    items: Positions


class ReportDetails(NamedTuple):
    """What the court dossier and an audit tell of each report besides. `reporter`, `thing`: eight
    bytes of their keyed hashes, to count distinct ones; 0: not told apart. `via`: by which way it
    came (`form`, `api`, `platform`; empty: from before that was kept)."""

    language: Coded
    reporter: Numbers
    thing: Numbers
    withdrawn: Flags
    via: Coded


class DecisionColumns(NamedTuple):
    """`replaced`: by a later one. `because`: `appeal`, `second_look` or ""."""

    seq: Numbers
    case: Positions
    decided_ms: Numbers
    outcome: Coded
    harm: Coded
    because: Coded
    replaces: Positions
    replaced: Flags


class MeasureColumns(NamedTuple):
    """All measures, those that restrict nobody by name too. `case`: bound to it, or that of its
    raid. `ordered`: it carries out an order of an authority; `exempt`: why it has no statement
    of reasons ("" first: it has one, or needs none)."""

    seq: Numbers
    case: Positions
    from_ms: Numbers
    ordered: Flags
    exempt: Coded


class StatementColumns(NamedTuple):
    """Statements of reasons, in order of their number. `imposes`: the first statement of its
    measure, unless that one says that it ends: one for each restriction. `repeated`: it suspends an
    account that had a strike in force."""

    number: Numbers
    seq: Numbers
    made_ms: Numbers
    from_ms: Numbers
    measure: Positions
    decision: Positions
    case: Positions
    kind: Coded
    scope: Coded
    harm: Coded
    ground: Coded
    source: Coded
    rule: Coded
    automated_detection: Flags
    automated_decision: Coded
    ends: Flags
    imposes: Flags
    repeated: Flags


class LookColumns(NamedTuple):
    """Appeals and samples. `of`: the case looked at. `state` as at the log's size; `decided_ms`
    `NONE` while open. `flagger`: who appealed reported as a trusted flagger. `statement`: position
    of the contested statement."""

    seq: Numbers
    received_ms: Numbers
    decided_ms: Numbers
    appellant: Coded
    state: Coded
    of: Positions
    decision: Positions
    statement: Positions
    flagger: Flags


class SampleColumns(NamedTuple):
    """Messages that a person judged, each with what the detectors had said: sample i is about
    message entry `seq[i]` and was decided by `decision[i]` (the one that stands). Signals are rows
    of their own: `of` points to the sample; `score` in thousandths."""

    seq: Numbers
    decision: Positions
    of: Positions
    detector: Coded
    label: Coded
    version: Coded
    score: Positions


class ViewColumns(NamedTuple):
    """What was seen: each telling of the platform. `message`: which message, as a number; `views`:
    how often it had been seen until then. `restricted_ms`: when a statement first restricted it,
    `NONE` when none did."""

    message: Positions
    at_ms: Numbers
    views: Numbers
    restricted_ms: Numbers


class StrikeColumns(NamedTuple):
    """Strikes on the ground of law: when each account was given one."""

    at_ms: Numbers


class Columns(NamedTuple):
    """The whole history. `as_of`: the size of the log it was read at."""

    as_of: int
    cases: CaseColumns
    reports: ReportColumns
    decisions: DecisionColumns
    measures: MeasureColumns
    statements: StatementColumns
    looks: LookColumns
    samples: SampleColumns
    views: ViewColumns
    strikes: StrikeColumns


class Details(NamedTuple):
    """What only an audit tells, and no figure is counted from. `..._place`: `platform/channel`.
    `measure_state`, `measure_ended_ms`: as they stood at the log's size; `..._until_ms`,
    `..._ended_ms`: `NONE` without. `statement_account`: a number for each account, by the order of
    its first statement."""

    case_kind: Coded
    case_harm: Coded
    case_place: Coded
    decision_ground: Coded
    decision_by: Coded
    measure_kind: Coded
    measure_rule: Coded
    measure_place: Coded
    measure_state: Coded
    measure_until_ms: Numbers
    measure_ended_ms: Numbers
    statement_place: Coded
    statement_account: Positions


class YearlyRow(NamedTuple):
    """A published version of a yearly report. `as_of`: size of the log it was counted from;
    `language` of its texts."""

    period: str
    version: int
    at_ms: int
    by: str
    reason: str
    as_of: int
    template: str
    seq: int
    language: str = "en"


class WithdrawalRow(NamedTuple):
    """A published version that was taken from view. Until `until_ms` by one person's word; without
    end when `confirmed_by` another. `restored_ms`: taken back."""

    id: str
    period: str
    version: int
    reason: str
    by: str
    at_ms: int
    until_ms: int
    confirmed_by: str | None = None
    restored_ms: int | None = None


class HistoryTables(ABC):
    @abstractmethod
    def queries(self) -> Mapping[str, str]:
        """The query behind each reading, by its name: printed beside the figures."""

    @abstractmethod
    def read(self, as_of: int) -> Columns:
        """Everything that was there at this size of the log."""

    @abstractmethod
    def report_details(self, as_of: int) -> ReportDetails:
        """Of each row of `read(as_of).reports`."""

    @abstractmethod
    def details(self, as_of: int) -> Details:
        """Of each row of `read(as_of)`."""

    @abstractmethod
    def put_yearly(self, row: YearlyRow, files: bytes) -> None:
        """ConflictError when this version of this period is there."""

    @abstractmethod
    def yearly(self, period: str | None = None) -> list[YearlyRow]:
        """Newest period first, versions in order."""

    @abstractmethod
    def yearly_files(self, period: str, version: int) -> bytes | None:
        """The published set, as a zip."""

    @abstractmethod
    def put_withdrawal(self, row: WithdrawalRow) -> None:
        """Adds it, or replaces the one with this id."""

    @abstractmethod
    def withdrawals(self) -> list[WithdrawalRow]:
        """All, the first first; those that are over too."""
