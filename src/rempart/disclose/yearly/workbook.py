"""The workbook: the same cells, sheet by sheet, with the names of the official workbook.

Its bytes follow from the report alone: the date in its properties is that of the period's end.
Cells that a new version changed are marked in colour and bold, and listed in `changes.csv`.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from rempart.disclose.plain_csv import written
from rempart.disclose.yearly.changes import Change
from rempart.disclose.yearly.report import Report
from rempart.errors import MissingExtraError

_LONGEST_NAME: Final = 31
"""Of a sheet, in the format."""


def workbook_bytes(report: Report, changes: Collection[Change] = ()) -> bytes:
    """MissingExtraError when the extra `xlsx` is not installed."""
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingExtraError("a workbook of the yearly report", "xlsx") from error
    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    last = report.period.last_day
    book.set_properties({"created": datetime(last.year, last.month, last.day)})  # noqa: DTZ001
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    marked = book.add_format({"bold": True, "bg_color": "#FFF2CC", "border": 1})
    changed = {(one.sheet, one.row, one.column) for one in changes}
    language = report.provider.language
    for sheet in report.sheets:
        page = book.add_worksheet(sheet.of.xlsx_sheet[language][:_LONGEST_NAME])
        header = sheet.of.header_fr if language == "fr" else sheet.of.header
        page.freeze_panes(1, 0)
        page.set_column(0, len(header) - 1, 18)
        for column, name in enumerate(header):
            page.write_string(0, column, name, head)
        for place, row in enumerate(sheet.rows, 1):
            for column, value in enumerate(row):
                key = (sheet.of.name, place, sheet.of.header[column])
                form = marked if key in changed else None
                if value is None:
                    if form is not None:
                        page.write_blank(place, column, None, form)
                elif isinstance(value, str):
                    page.write_string(place, column, written(value), form)
                else:
                    page.write_number(place, column, value, form)
    book.close()
    return out.getvalue()
