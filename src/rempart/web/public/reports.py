"""The public pages of the yearly reports: what was published, version by version, with every file.

Nothing here can be asked for that is not published; a version that was taken from view answers that
it was, when and why (410), and its files are not there. Files never change, so that a reader may
keep them; for a minute only, because they can be taken from view.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from rempart.disclose.yearly.changes import excerpts
from rempart.disclose.yearly.public import (
    RECOMPUTE,
    ChangeLine,
    Contents,
    EntryOpened,
    PeriodLines,
    QualitativeText,
    Shelf,
    VersionLine,
    opened,
    periods,
)
from rempart.disclose.yearly.withdrawing import version_of
from rempart.errors import NotFoundError
from rempart.web.api.files import type_of
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth.gate import now_ms
from rempart.web.console.labels import N_
from rempart.web.console.page import JSON
from rempart.web.console.templates import language_of, render, translations

REPORTS = "/transparency/reports"
WHOLE = "report.zip"
MOST_CHANGES = 200
"""So many changed cells are drawn; all are in the file and in the JSON."""
GONE = 410
MINUTE = "public, max-age=60"
_SAYS: Final[Mapping[str, str]] = {
    "1_report_identification.csv": N_("whose report this is, and of which days"),
    "2_categories_names.csv": N_("what each category stands for here"),
    "3_member_states_orders.csv": N_("orders of authorities"),
    "4_notices.csv": N_("notices: what people reported as illegal"),
    "5_own_initiative_illegal.csv": N_("restricted of own initiative, as illegal"),
    "6_own_initiative_TC.csv": N_("restricted of own initiative, as against the terms"),
    "7_appeals_and_recidivism.csv": N_("appeals, disputes, suspensions for misuse"),
    "8_automated_means.csv": N_("what machines did, and how often they were right"),
    "9_human_resources.csv": N_("people who moderate"),
    "10_AMAR.csv": N_("monthly active recipients"),
    "11_qualitative.csv": N_("the texts that stand on this page"),
    "changes.csv": N_("each cell that is otherwise than in the version before"),
    "methodology.txt": N_("how each figure was counted"),
}
_WORKBOOK: Final = N_("all sheets as a workbook")
_INDICATORS: Final[Mapping[int, str]] = {
    1: N_("Moderation of own initiative, in short"),
    2: N_("Moderation of own initiative"),
    3: N_("Automated means"),
    4: N_("How accurate automated means are, and how often they err"),
    5: N_("What automated means are used for"),
    6: N_("Safeguards around automated means"),
    7: N_("Who answers for moderation"),
    8: N_("Qualifications of people who moderate"),
    9: N_("Training of people who moderate"),
    10: N_("Support for people who moderate"),
    11: N_("How people who moderate were counted"),
}


class ReportsPage(msgspec.Struct, frozen=True):
    community: str
    periods: list[PeriodLines]


class ReportFile(msgspec.Struct, frozen=True):
    name: str
    size: int
    sha256: str
    address: str


class ReportPage(msgspec.Struct, frozen=True):
    """One version, whole. `recompute`: a command that gives `sha256` from the unpacked files;
    `newest`: the last version of this period."""

    community: str
    period: str
    version: int
    newest: int
    sha256: str
    line: VersionLine
    entry: EntryOpened
    recompute: str
    files: list[ReportFile]
    changes: list[ChangeLine]
    texts: list[QualitativeText]


class GonePage(msgspec.Struct, frozen=True):
    """A version that was taken from view."""

    community: str
    period: str
    version: int
    newest: int
    line: VersionLine


class _Found(NamedTuple):
    lines: PeriodLines
    line: VersionLine
    contents: Contents
    entry: EntryOpened


@get([REPORTS, f"{REPORTS}.json"], sync_to_thread=True, include_in_schema=False)
def every_report(request: AnyRequest) -> Response[Any]:
    with engine_of(request).read() as tables:
        found = ReportsPage(_community(request), periods(tables, _shelf(request), now_ms()))
    if request.url.path.endswith(JSON):
        return Response(found, headers={"Cache-Control": MINUTE})
    return render(request, "reports.html", r=found)


@get(
    f"{REPORTS}/{{first:str}}/{{last:str}}/{{version:str}}",
    sync_to_thread=True,
    include_in_schema=False,
)
def one_report(
    request: AnyRequest, first: FromPath[str], last: FromPath[str], version: FromPath[str]
) -> Response[Any]:
    as_json = version.endswith(JSON)
    found = _found(request, first, last, version.removesuffix(JSON))
    page = _gone(request, found) if found.line.withdrawn else _whole(request, found)
    status = GONE if found.line.withdrawn else 200
    if as_json:
        return Response(page, headers={"Cache-Control": MINUTE}, status_code=status)
    says = translations(language_of(request)).gettext
    return render(
        request,
        "report_version.html",
        status_code=status,
        p=page,
        lines=found.lines,
        most=MOST_CHANGES,
        file_says=lambda name: says(_SAYS.get(name, _WORKBOOK)),
        excerpts=excerpts,
        indicator=lambda number: says(_INDICATORS.get(number, "")),
    )


@get(
    f"{REPORTS}/{{first:str}}/{{last:str}}/{{version:str}}/{{name:str}}",
    sync_to_thread=True,
    include_in_schema=False,
)
def one_file(
    request: AnyRequest,
    first: FromPath[str],
    last: FromPath[str],
    version: FromPath[str],
    name: FromPath[str],
) -> Response[bytes]:
    """A file of a version, byte for byte as it was published; `report.zip`: all of them."""
    found = _found(request, first, last, version)
    known = {one.name for one in found.contents.files}
    if found.line.withdrawn or (name != WHOLE and name not in known):
        raise NotFoundError("there is no such file")
    with engine_of(request).read() as tables:
        data = tables.history.yearly_files(found.lines.period, found.line.version) or b""
    if name != WHOLE:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read(name)
    called = f"{first}_{last}_v{version}.zip" if name == WHOLE else name
    return Response(
        data,
        media_type=type_of(name),
        headers={
            "content-disposition": f'attachment; filename="{called}"',
            "cache-control": MINUTE,
        },
    )


route_handlers: list[Any] = [every_report, one_report, one_file]


def _found(request: AnyRequest, first: str, last: str, version: str) -> _Found:
    """NotFoundError, which says nothing more, when it was never published."""
    if not (version.isascii() and version.isdigit() and len(version) < 7):
        raise NotFoundError("there is no such version")
    period, number, shelf = f"{first}/{last}", int(version), _shelf(request)
    with engine_of(request).read() as tables:
        row = version_of(tables, period, number)
        lines = next(one for one in periods(tables, shelf, now_ms()) if one.period == period)
        line = next(one for one in lines.versions if one.version == number)
        return _Found(lines, line, shelf.contents(tables, row), opened(tables, row))


def _whole(request: AnyRequest, found: _Found) -> ReportPage:
    at = f"{REPORTS}/{found.lines.period}/{found.line.version}"
    return ReportPage(
        _community(request),
        found.lines.period,
        found.line.version,
        found.lines.versions[0].version,
        found.line.sha256,
        found.line,
        found.entry,
        RECOMPUTE,
        [
            ReportFile(one.name, one.size, one.sha256, f"{at}/{one.name}")
            for one in found.contents.files
        ],
        found.contents.changes,
        found.contents.texts,
    )


def _gone(request: AnyRequest, found: _Found) -> GonePage:
    return GonePage(
        _community(request),
        found.lines.period,
        found.line.version,
        found.lines.versions[0].version,
        found.line,
    )


def _community(request: AnyRequest) -> str:
    return str(request.app.state.community or "")


def _shelf(request: AnyRequest) -> Shelf:
    shelf: Shelf = request.app.state.reports
    return shelf
