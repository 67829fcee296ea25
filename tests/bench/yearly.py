"""Yearly report and court dossier of 1,000,000 decisions and 3,000,000 reports, by the commands.

Writes a made-up year of 20,000 decisions (`rempart disclose rehearse`), copies the rows of its
tables by SQL until there are so many (their words are not in the log a second time), then runs
`rempart disclose yearly` as a process of its own and reads its CPU time and its memory.
Run: `python -m tests.bench.yearly [--copies 50] [--data DIR]`.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing import Process
from pathlib import Path

import apsw

from rempart.engine.embedded import STORE_FILE

DECISIONS = 20_000
_BY_SEQ = {"message", "case_message"}
_NAMES = {"id", "case_id", "of_case", "decision", "replaces", "measure", "report_id", "statement"}
_WITHOUT_ROWID = {"message", "case_message", "views_told"}
_BYTES = {"thing", "key"}
_TABLES = (
    "cases", "message", "case_message", "report", "decision", "measure", "statement",
    "second_look", "views_told",
)  # fmt: skip


def multiply(data: Path, copies: int) -> None:
    """Each row so many times, with names of its own. Copies name the entries of the first; a copied
    message has a place of its own before them."""
    db = apsw.Connection(str(data / STORE_FILE))
    for name, value in (
        ("journal_mode", "OFF"),
        ("synchronous", "OFF"),
        ("cache_size", -2_000_000),
    ):
        db.pragma(name, value)
    for (name,) in list(db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")):
        db.execute(f"DROP TRIGGER {name}")
    size = db.execute("SELECT max(seq) + 1 FROM entry").get
    numbers = db.execute("SELECT max(number) FROM statement").get
    limits = {name: db.execute(f"SELECT count(*) FROM {name}").get for name in _TABLES}
    with db:
        for table in _TABLES:
            columns = [name for (_, name, *_) in db.execute(f"PRAGMA table_info({table})")]
            first = f"rowid <= {limits[table]}" if table not in _WITHOUT_ROWID else "seq >= 0"
            source = f"(SELECT * FROM {table} WHERE {first})"
            told = ", ".join(_column(table, name, size, numbers) for name in columns)
            db.execute(
                f"WITH RECURSIVE k (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k"
                f" WHERE k < {copies - 1}) INSERT INTO {table} SELECT {told}"
                f" FROM k CROSS JOIN {source} AS t"
            )
    db.execute("ANALYZE")
    db.close()


def _column(table: str, name: str, size: int, numbers: int) -> str:
    if name == "seq" and table in _BY_SEQ:
        return f"t.seq - k.k * {size}"
    if name == "number":
        return f"t.number + k.k * {numbers}"
    if name in _BYTES:
        return f"CASE WHEN t.{name} IS NOT NULL THEN CAST(k.k || hex(t.{name}) AS BLOB) END"
    if table == "statement" and name == "record":
        return (
            "CAST(json_set(CAST(t.record AS TEXT), '$.measure', t.measure || '~' || k.k,"
            " CASE WHEN t.decision IS NULL THEN '$.id' ELSE '$.decision' END,"
            " coalesce(t.decision, t.id) || '~' || k.k) AS BLOB)"
        )
    if name in _NAMES and (table, name) != ("message", "id"):
        return f"t.{name} || '~' || k.k"
    return f"t.{name}"


def _run(*arguments: str) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of one command."""
    process = subprocess.Popen([sys.executable, "-m", "rempart.cli", "disclose", *arguments])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{arguments[0]} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def measure(data: Path, copies: int) -> None:
    if not (data / STORE_FILE).exists():
        begin = time.monotonic()
        cpu, _ = _run("rehearse", "--data", str(data), "--decisions", str(DECISIONS))
        print(f"writing {DECISIONS} decisions: {cpu:.0f} CPU-s, {time.monotonic() - begin:.0f} s")
        # In a process of its own: what one takes counts as the memory of those it begins.
        copying = Process(target=multiply, args=(data, copies))
        copying.start()
        copying.join()
        if copying.exitcode:
            raise SystemExit("copying failed")
        size = (data / STORE_FILE).stat().st_size / 1e9
        print(f"{copies} copies: {time.monotonic() - begin:.0f} s in all, {size:.1f} GB")
    with tempfile.TemporaryDirectory() as out:
        cpu, memory = _run("yearly", "--data", str(data), "--year", "2026", "-o", out)
        text = (Path(out) / "4_notices.csv").read_text("utf-8")
        rows = list(csv.reader(io.StringIO(text)))
        print(f"yearly report: {cpu:.1f} CPU-s, {memory:.0f} MB, {rows[1][5]} notices")
        days = ("--from", "2026-01-01", "--until", "2026-12-31")
        cpu, memory = _run("court", "--data", str(data), *days, "-o", out)
        print(f"court dossier: {cpu:.1f} CPU-s, {memory:.0f} MB, PDF and tables")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=50)
    parser.add_argument("--data", type=Path)
    asked = parser.parse_args()
    if asked.data is not None:
        measure(asked.data, asked.copies)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder) / "year", asked.copies)


if __name__ == "__main__":
    main()
