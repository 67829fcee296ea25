"""The files of a report: one CSV for each sheet, how each figure is counted, what changed.

Same report, same bytes: no time of writing, no name of a machine.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final

from rempart.disclose.history import DEFINITIONS
from rempart.disclose.plain_csv import csv_bytes, written
from rempart.disclose.yearly.changes import CHANGES, Change
from rempart.disclose.yearly.report import Report, Sheet

METHOD: Final = "methodology.txt"
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_HEAD: Final = {
    "en": "How the figures of the period {period} were counted\n\n"
    "Template: Implementing Regulation (EU) 2024/2835, Annex I, as of {template}.\n"
    "Counted from the first {as_of} entries of the log; days begin in the time zone {zone}.\n"
    "The sheets are CSV (RFC 4180, UTF-8). A cell that would run in a spreadsheet begins with an "
    "apostrophe.\n",
    "fr": "Comment les chiffres de la période {period} ont été comptés\n\n"
    "Modèle : règlement d’exécution (UE) 2024/2835, annexe I, en vigueur au {template}.\n"
    "Comptés sur les {as_of} premières entrées du journal ; les jours commencent dans le fuseau "
    "{zone}.\n"
    "Les feuilles sont en CSV (RFC 4180, UTF-8). Une cellule qu’un tableur exécuterait commence "
    "par une apostrophe.\n",
}


def csv_name(sheet: Sheet) -> str:
    return f"{sheet.of.name}.csv"


def csv_set(report: Report) -> dict[str, bytes]:
    """By file name, in the order of the sheets."""
    return {csv_name(one): csv_bytes([one.of.header, *one.rows]) for one in report.sheets}


def file_set(
    report: Report,
    queries: Mapping[str, str],
    changes: Sequence[Change] = (),
    *,
    workbook: bytes | None = None,
) -> dict[str, bytes]:
    """All files. `queries`: what the figures read (`HistoryTables.queries`)."""
    found = csv_set(report)
    if workbook is not None:
        found[f"report_{report.period.first_day}_{report.period.last_day}.xlsx"] = workbook
    found[METHOD] = methodology(report, queries)
    if changes:
        found[CHANGES] = csv_bytes([Change._fields, *changes])
    return found


def methodology(report: Report, queries: Mapping[str, str]) -> bytes:
    """Definition, version and query of each figure."""
    language = report.provider.language
    lines = [
        _HEAD[language].format(
            period=report.period.cell,
            template=report.template.valid_from,
            as_of=report.as_of,
            zone=report.period.time_zone,
        )
    ]
    for one in DEFINITIONS.values():
        lines.append(f"\n{one.key} (version {one.version}): {one.says[language]}\n")
        lines += [f"    {name}: {queries[name]}\n" for name in one.reads if name in queries]
    return "".join(lines).encode()


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip whose bytes follow from them alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def digest(files: Mapping[str, bytes]) -> str:
    """One hash over names and contents: the log keeps it of each published version."""
    whole = hashlib.sha256()
    for name, data in sorted(files.items()):
        whole.update(f"{name}\n{hashlib.sha256(data).hexdigest()}\n".encode())
    return whole.hexdigest()


def texts(sheet: Sheet) -> list[list[str]]:
    """The rows as they stand in the file."""
    return [[written(value) for value in row] for row in sheet.rows]
