"""The tables of an audit: their documented schema, and how they follow from the history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.errors import MissingExtraError
from rempart.store.interface import Tables
from rempart.store.interface.history import Coded, Columns, Details, ReportDetails
from rempart.store.own_folders import own_folder

EXTRA: Final = "history"
_Column = NDArray[Any] | Coded


class AuditColumn(NamedTuple):
    """`kind`: the type in SQL and in Parquet. `says`: what it is, in English."""

    name: str
    kind: str
    says: str


class AuditTable(NamedTuple):
    name: str
    says: str
    columns: tuple[AuditColumn, ...]


def _t(name: str, says: str, *columns: tuple[str, str, str]) -> AuditTable:
    return AuditTable(name, says, tuple(AuditColumn(*one) for one in columns))


_SEQ: Final = ("seq", "BIGINT", "entry of the log that says it")
_CASE: Final = ("case_number", "INTEGER", "row of `cases`; -1: none")
_PLACE: Final = ("place", "INTEGER", "a channel of a platform, as a number; not its name")
SCHEMA: Final = (
    _t(
        "cases",
        "One row for each case.",
        ("case_number", "INTEGER", "number of the case in this export"),
        ("root", "INTEGER", "the case it was merged into, else itself"),
        ("kind", "VARCHAR", "message, raid, account, appeal, second_look"),
        ("harm", "VARCHAR", "harm of the taxonomy"),
        _PLACE,
        ("opened_ms", "BIGINT", "when it was opened (ms since 1970, UTC)"),
    ),
    _t(
        "reports",
        "One row for each report; no words, no contact.",
        _SEQ,
        _CASE,
        ("received_ms", "BIGINT", "when it came"),
        ("category", "VARCHAR", "harm that the reporter chose"),
        ("language", "VARCHAR", "language of the answer"),
        ("via", "VARCHAR", "form, api, platform; empty: not recorded"),
        ("trusted_flagger", "BOOLEAN", "from a trusted flagger"),
        ("reporter", "INTEGER", "one number for each reporter; -1: not told apart"),
        ("thing", "INTEGER", "one number for each thing reported; -1: not told apart"),
        ("items", "INTEGER", "exact locations it names"),
        ("withdrawn", "BOOLEAN", "taken back by its reporter"),
    ),
    _t(
        "decisions",
        "One row for each decision.",
        _SEQ,
        _CASE,
        ("decision_number", "INTEGER", "number of the decision in this export"),
        ("decided_ms", "BIGINT", "when"),
        ("outcome", "VARCHAR", "uphold, act, partial, lift, nothing …"),
        ("ground", "VARCHAR", "law, terms, none"),
        ("harm", "VARCHAR", "harm found"),
        ("decided_by", "INTEGER", "one number for each person"),
        ("because", "VARCHAR", "appeal, second_look, or empty"),
        ("replaces", "INTEGER", "decision it replaces; -1: none"),
        ("replaced", "BOOLEAN", "a later one replaced it"),
    ),
    _t(
        "measures",
        "One row for each measure.",
        _SEQ,
        _CASE,
        ("measure_number", "INTEGER", "number of the measure in this export"),
        ("kind", "VARCHAR", "kind of the ladder"),
        ("rule", "VARCHAR", "rule that called for it"),
        _PLACE,
        ("state", "VARCHAR", "active, undone, expired, not_applied"),
        ("from_ms", "BIGINT", "from when"),
        ("until_ms", "BIGINT", "until when; -1: without end"),
        ("ended_ms", "BIGINT", "when it ended; -1: it has not"),
        ("ordered", "BOOLEAN", "carries out an order of an authority"),
        ("exempt", "VARCHAR", "recorded exemption from a statement, or empty"),
    ),
    _t(
        "statements",
        "One row for each statement of reasons; the restriction is imposed where `imposes`.",
        _SEQ,
        _CASE,
        ("number", "BIGINT", "number of the statement"),
        ("made_ms", "BIGINT", "when it was made"),
        ("measure_number", "INTEGER", "row of `measures`"),
        ("decision_number", "INTEGER", "row of `decisions`; -1: none"),
        _PLACE,
        ("account", "INTEGER", "one number for each restricted account"),
        ("kind", "VARCHAR", "kind of the measure"),
        ("scope", "VARCHAR", "message, account, channel"),
        ("harm", "VARCHAR", "harm"),
        ("ground", "VARCHAR", "law or terms"),
        ("source", "VARCHAR", "notice, trusted_flagger, order, own_initiative"),
        ("rule", "VARCHAR", "rule, or empty"),
        ("automated_detection", "BOOLEAN", "found by automated means"),
        ("automated_decision", "VARCHAR", "fully, partially, not"),
        ("ends", "BOOLEAN", "says that the restriction ends"),
        ("imposes", "BOOLEAN", "the first statement of its restriction"),
        ("repeated", "BOOLEAN", "suspends an account with a strike in force"),
    ),
    _t(
        "second_looks",
        "Appeals and samples.",
        _SEQ,
        ("received_ms", "BIGINT", "when it was asked for"),
        ("decided_ms", "BIGINT", "when it was decided; -1: open"),
        ("appellant", "VARCHAR", "account, reporter, sample"),
        ("state", "VARCHAR", "open, granted, rejected"),
        _CASE,
        ("decision_number", "INTEGER", "contested decision; -1: none"),
        ("trusted_flagger", "BOOLEAN", "asked by a trusted flagger"),
    ),
    _t(
        "signals",
        "What detectors had said of messages that a person judged.",
        ("seq", "BIGINT", "entry of the message"),
        ("decision_number", "INTEGER", "decision that stands about it"),
        ("detector", "VARCHAR", "detector"),
        ("label", "VARCHAR", "label"),
        ("version", "VARCHAR", "version of the detector"),
        ("score", "INTEGER", "score in thousandths"),
    ),
)


class Numbered:
    """Numbers in the order of first appearance: who and where, without who and where. The same
    thing has the same number in all tables of one export."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def places(self, column: Coded) -> NDArray[np.int32]:
        own = np.array(
            [self._places.setdefault(name, len(self._places)) for name in column.names], np.int32
        )
        return own[column.codes] if len(own) else np.zeros(0, np.int32)


def dense(values: NDArray[np.int64]) -> NDArray[np.int32]:
    """0 is nobody (-1); any other value a number by first appearance."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int32)
    order[np.argsort(first, kind="stable")] = np.arange(len(first), dtype=np.int32)
    found = order[inverse].astype(np.int32)
    found[values == 0] = -1
    return found


class Whole(NamedTuple):
    """What the tables are made from: the columns that are counted, and what an audit tells besides.
    All as of one size of the log."""

    columns: Columns
    reports: ReportDetails
    details: Details


def read_whole(tables: Tables, as_of: int | None = None) -> Whole:
    """As of a size of the log; None: as of now."""
    size = tables.log.size() if as_of is None else as_of
    told = tables.history
    return Whole(told.read(size), told.report_details(size), told.details(size))


def tables_of(whole: Whole) -> dict[str, dict[str, _Column]]:
    """Every table of `SCHEMA`, its columns in that order."""
    c, told, numbered = whole.columns, whole.details, Numbered()
    raw: dict[str, dict[str, _Column]] = {
        "cases": {
            **c.cases._asdict(),
            "case_number": np.arange(len(c.cases.root), dtype=np.int32),
            "kind": told.case_kind,
            "harm": told.case_harm,
            "place": numbered.places(told.case_place),
        },
        "reports": {
            **c.reports._asdict(),
            **whole.reports._asdict(),
            "case_number": c.reports.case,
            "trusted_flagger": ~c.reports.flagger.is_(""),
            "reporter": dense(whole.reports.reporter),
            "thing": dense(whole.reports.thing),
        },
        "decisions": {
            **c.decisions._asdict(),
            "case_number": c.decisions.case,
            "decision_number": np.arange(len(c.decisions.seq), dtype=np.int32),
            "ground": told.decision_ground,
            "decided_by": told.decision_by.codes,
        },
        "measures": {
            **c.measures._asdict(),
            "case_number": c.measures.case,
            "measure_number": np.arange(len(c.measures.seq), dtype=np.int32),
            "kind": told.measure_kind,
            "rule": told.measure_rule,
            "place": numbered.places(told.measure_place),
            "state": told.measure_state,
            "until_ms": told.measure_until_ms,
            "ended_ms": told.measure_ended_ms,
        },
        "statements": {
            **c.statements._asdict(),
            "case_number": c.statements.case,
            "measure_number": c.statements.measure,
            "decision_number": c.statements.decision,
            "place": numbered.places(told.statement_place),
            "account": told.statement_account,
        },
        "second_looks": {
            **c.looks._asdict(),
            "case_number": c.looks.of,
            "decision_number": c.looks.decision,
            "trusted_flagger": c.looks.flagger,
        },
        "signals": {
            **c.samples._asdict(),
            "seq": c.samples.seq[c.samples.of],
            "decision_number": c.samples.decision[c.samples.of],
        },
    }
    return {
        table.name: {column.name: raw[table.name][column.name] for column in table.columns}
        for table in SCHEMA
    }


def packed(tables: Mapping[str, Mapping[str, _Column]]) -> bytes:
    """For another process: arrays, and the words of coded columns as JSON."""
    arrays: dict[str, NDArray[Any]] = {}
    words: dict[str, tuple[str, ...]] = {}
    for name, columns in tables.items():
        for key, column in columns.items():
            if isinstance(column, Coded):
                words[f"{name}.{key}"] = column.names
                arrays[f"{name}.{key}"] = column.codes
            else:
                arrays[f"{name}.{key}"] = column
    arrays["words"] = np.frombuffer(json.dumps(words).encode(), np.uint8)
    out = BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, dict[str, _Column]]:
    loaded = np.load(BytesIO(data), allow_pickle=False)
    words = json.loads(loaded["words"].tobytes())
    return {
        table.name: {
            column.name: Coded(loaded[key], tuple(words[key]))
            if (key := f"{table.name}.{column.name}") in words
            else loaded[key]
            for column in table.columns
        }
        for table in SCHEMA
    }


def load(connection: Any, tables: Mapping[str, Mapping[str, _Column]]) -> None:
    """Makes the tables in a database in memory."""
    for table in SCHEMA:
        columns = tables[table.name]
        arrays: dict[str, NDArray[Any]] = {}
        picked: list[str] = []
        joined: list[str] = []
        for number, column in enumerate(table.columns):
            value = columns[column.name]
            if isinstance(value, Coded):
                arrays[column.name] = value.codes
                names = {
                    "code": np.arange(len(value.names), dtype=np.int32),
                    "word": np.array(value.names, object),
                }
                if not value.names:
                    names = {"code": np.array([-1], np.int32), "word": np.array([""], object)}
                connection.register(f"w{number}", names)
                picked.append(f"w{number}.word::VARCHAR AS {column.name}")
                joined.append(f"JOIN w{number} ON w{number}.code = r.{column.name}")
            else:
                arrays[column.name] = value
                picked.append(f"r.{column.name}::{column.kind} AS {column.name}")
        arrays["at_row"] = np.arange(len(next(iter(arrays.values()))), dtype=np.int64)
        connection.register("r", arrays)
        connection.execute(
            f"CREATE TABLE {table.name} AS SELECT {', '.join(picked)} "  # noqa: S608
            f"FROM r {' '.join(joined)} ORDER BY r.at_row"
        )
        connection.unregister("r")
        for number in range(len(table.columns)):
            connection.unregister(f"w{number}")


def library() -> Any:
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError("a query over the history", EXTRA) from None
    return duckdb


def parquet(whole: Whole) -> dict[str, bytes]:
    """One file for each table. Made fresh; nothing of it stays on the disk."""
    duckdb = library()
    with own_folder("history") as folder:
        with duckdb.connect(":memory:") as connection:
            load(connection, tables_of(whole))
            for table in SCHEMA:
                target = str(folder / f"{table.name}.parquet").replace("'", "''")
                connection.execute(f"COPY {table.name} TO '{target}' (FORMAT parquet)")
        return {
            f"{table.name}.parquet": (folder / f"{table.name}.parquet").read_bytes()
            for table in SCHEMA
        }


def document() -> str:
    """`docs/history-schema.md`; a test compares the two."""
    lines = [
        "# The history as tables",
        "",
        "What an auditor queries and takes away as Parquet (extra `history`); see"
        " [Auditing](auditing.md). Numbers of people, places and things are given anew in each"
        " export.",
    ]
    for table in SCHEMA:
        lines += ["", f"## {table.name}", "", table.says, "", "| Column | Type | What |"]
        lines.append("|---|---|---|")
        lines += [f"| `{one.name}` | {one.kind} | {one.says} |" for one in table.columns]
    return "\n".join(lines) + "\n"
