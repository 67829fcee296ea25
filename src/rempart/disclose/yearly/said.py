"""What the community said of its report: its name, texts that replace drafts, rows of their own.

Texts are dated settings (`text-1` to `text-11`, the indicators of the qualitative part): what holds
on the last day of the period is in its report.
"""

from __future__ import annotations

from datetime import date

from rempart.cases.dated import at
from rempart.disclose.history import Period
from rempart.disclose.yearly.report import Provider
from rempart.model import DatedKind, ReportRows, ReportText
from rempart.store.interface import Tables

TEXT_KEY = "text-{number}"
INDICATORS = range(1, 12)


def provider_of(
    tables: Tables, name: str, language: str, period: Period, *, as_of: int | None = None
) -> Provider:
    """`name`: of the community, from its settings; `language`: en or fr. `as_of`: as it was said at
    this size of the log; None: now."""
    return Provider(
        name,
        language,
        _texts(tables, language, period.last_day, as_of),
        _apart(tables, period.last_day, as_of),
    )


def _texts(tables: Tables, language: str, day: date, as_of: int | None) -> dict[int, str]:
    said = {
        one.key: one.value
        for one in at(tables, day, DatedKind.REPORT_TEXT, before_seq=as_of)
        if isinstance(one.value, ReportText)
    }
    found = {}
    for number in INDICATORS:
        value = said.get(TEXT_KEY.format(number=number))
        text = "" if value is None else (value.fr if language == "fr" else value.en)
        if text.strip():
            found[number] = text
    return found


def _apart(tables: Tables, day: date, as_of: int | None) -> tuple[str, ...]:
    found = at(tables, day, DatedKind.REPORT_ROWS, before_seq=as_of)
    value = found[0].value if found else None
    return value.apart if isinstance(value, ReportRows) else ()
