"""Misuse of reports over HTTP: the four factors of one source (DSA art. 23), and the warning."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import get, post
from litestar.params import FromPath

from rempart.cases.reports.misuse import Factors, factors_of, text_for, warn
from rempart.cases.reports.senders import sender_of, warned_ms
from rempart.cases.reports.thread import report_in_case
from rempart.model import Case
from rempart.store.interface import Tables
from rempart.store.interface.cases import ReportRow
from rempart.web.api.cases.cases import find_case
from rempart.web.api.cases.queues import MODERATE, change_case
from rempart.web.api.request import AnyRequest, engine_of, moment
from rempart.web.auth import must_be_known, needs
from rempart.web.auth.gate import now_ms


class MisuseView(msgspec.Struct, frozen=True):
    """The four factors of DSA art. 23(3) of a report's source; `text`: the warning that a person
    may send, empty where the factors call for none."""

    factors: Factors
    may_warn: bool
    warned_at: datetime | None
    text: dict[str, str]


@get(
    "/cases/{case:str}/reports/{report:str}/misuse",
    guards=[needs("moderate")],
    sync_to_thread=True,
    tags=["queues"],
)
def misuse(request: AnyRequest, case: FromPath[str], report: FromPath[str]) -> MisuseView:
    """How often the source of a report was wrong within a year, as people found."""
    with engine_of(request).read() as tables:
        find_case(tables, must_be_known(request), case)
        return _misuse(tables, report_in_case(tables, case, report), now_ms())


@post(
    "/cases/{case:str}/reports/{report:str}/misuse",
    guards=MODERATE,
    status_code=200,
    tags=["queues"],
)
async def send_warning(
    request: AnyRequest, case: FromPath[str], report: FromPath[str]
) -> MisuseView:
    """Sends the warning by the report's receipt: a person's act, once a year."""

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> MisuseView:
        row = report_in_case(tables, found.id, report)
        warn(tables, row, by, at_ms)
        return _misuse(tables, row, at_ms)

    sent: MisuseView = await change_case(request, case, change)
    return sent


route_handlers = [misuse, send_warning]


def _misuse(tables: Tables, row: ReportRow, at_ms: int) -> MisuseView:
    found = factors_of(tables, row, at_ms)
    warned = warned_ms(tables, sender_of(tables, row))
    return MisuseView(
        found,
        found.may_warn,
        None if warned is None else moment(warned),
        text_for(row, found) if found.may_warn else {},
    )
