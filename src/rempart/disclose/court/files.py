"""The files of a dossier: one CSV for each table, the definitions, what is missing, the hashes.

Same dossier, same bytes: no time of writing, no name of a machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from rempart.disclose.court.coverage import Gap
from rempart.disclose.court.draw import Dossier
from rempart.disclose.court.table import Table
from rempart.disclose.court.words import Words
from rempart.disclose.plain_csv import Cell, csv_bytes

README: Final = "README.txt"
MANIFEST: Final = "manifest.csv"
DEFINED: Final = "definitions.csv"
COVERAGE: Final = "coverage.csv"
RULES: Final = "rules-{id}.toml"
TERMS: Final = "terms-{version}.json"


def csv_name(table: Table) -> str:
    return f"{table.key}.csv"


def file_set(dossier: Dossier, words: Words) -> dict[str, bytes]:
    """All files but what is signed or encrypted, in the order of the sections."""
    found = {README: readme(dossier, words)}
    for table in dossier.tables:
        found[csv_name(table)] = csv_bytes([table.head, *_rows(table, words)])
    read = dossier.read
    for one in read.terms:
        if one.row.from_ms < read.period.end_ms:
            found[TERMS.format(version=one.row.version)] = one.row.content
    for change in read.changes:
        if change.at_ms < read.period.end_ms and change.kind == "rules":
            found[RULES.format(id=change.id)] = read.bodies[change.id].encode()
    found[DEFINED] = definitions(dossier, words)
    found[COVERAGE] = coverage(dossier, words)
    found[MANIFEST] = manifest(found)
    return found


def readme(dossier: Dossier, words: Words) -> bytes:
    read = dossier.read
    return words(
        "readme",
        title=words("title"),
        provider=read.provider,
        first=read.period.first_day,
        last=read.period.last_day,
        size=read.as_of,
        root=read.root,
    ).encode()


def definitions(dossier: Dossier, words: Words) -> bytes:
    """Which figure stands in which tables, how it is counted, and the queries that it reads."""
    rows: list[list[Cell]] = [["figure", "version", "tables", "definition", "query", "sql"]]
    for one in dossier.definitions:
        tables = " ".join(table.key for table in dossier.tables if one.key in table.figures)
        told: list[Cell] = [one.key, one.version, tables, one.says[words.language]]
        known = [name for name in one.reads if name in dossier.read.queries]
        rows += [[*told, name, dossier.read.queries[name]] for name in known]
        if not known:
            rows.append([*told, None, None])
    return csv_bytes(rows)


def coverage(dossier: Dossier, words: Words) -> bytes:
    rows: list[list[Cell]] = [["gap", "number", "of", "said"]]
    rows += [[one.key, one.number, one.of, said(words, one)] for one in dossier.gaps]
    return csv_bytes(rows)


def said(words: Words, gap: Gap) -> str:
    key, number, of, entries = gap
    return words(
        key,
        entries=entries,
        n=words.number(number) if number is not None else "",
        of=words.number(of) if of is not None else "",
    )


def manifest(files: Mapping[str, bytes]) -> bytes:
    rows: list[list[Cell]] = [["file", "bytes", "sha256"]]
    rows += [[name, len(data), sha256(data).hexdigest()] for name, data in files.items()]
    return csv_bytes(rows)


def _rows(table: Table, words: Words) -> list[list[Cell]]:
    if table.rows:
        return table.rows
    return [[words(table.empty.value), *[None] * (len(table.head) - 1)]]
