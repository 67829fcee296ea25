"""The process of one query: reads it from standard input, locks itself in, answers, and ends.

`python -m rempart.disclose.audit.alone` is started by `query.py` and by nobody else. The order is:
limits of the process, tables into memory, everything outside switched off, the switches locked, and
only then the auditor's words.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date, datetime, time
from typing import Any, Final

from rempart.disclose.audit.tables import load, unpacked

_SHUT: Final = (
    "SET python_enable_replacements = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET temp_directory = ''",
    "SET threads = 1",
    "SET memory_limit = '1GB'",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def main() -> None:
    data = sys.stdin.buffer.read()
    length = int.from_bytes(data[:4], "big")
    asked = json.loads(data[4 : 4 + length])
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    seconds = int(asked["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    told = json.dumps(_answer(data[4 + length :], asked))
    if len(told) > asked["answer"]:
        told = json.dumps({"wrong": "the answer is too large: ask for fewer columns or rows"})
    sys.stdout.write(told)


def _answer(tables: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    import duckdb

    connection = duckdb.connect(":memory:")
    load(connection, unpacked(tables))
    for words in _SHUT:
        connection.execute(words)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        found = connection.extract_statements(asked["sql"])
        if len(found) != 1 or found[0].type != duckdb.StatementType.SELECT:
            return {"wrong": "a query is one SELECT"}
        connection.execute(found[0])
        rows = connection.fetchmany(asked["rows"] + 1)
    except duckdb.Error as error:
        return {"wrong": str(error)}
    columns = [one[0] for one in connection.description or []]
    kept = [[_plain(value, asked["cell"]) for value in row] for row in rows[: asked["rows"]]]
    truncated = len(rows) > asked["rows"]
    return {"result": {"columns": columns, "rows": kept, "truncated": truncated}}


def _plain(value: object, longest: int) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value)[:longest]


if __name__ == "__main__":
    main()
