"""Reports without account, and what their receipts open. The public page uses the same functions.

The words of a receipt come in a body and leave in a body: never in a path, a query or a log.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.harms import harms
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.receiving import Receipt, receive
from rempart.cases.reports.status import ReportStatus, report_of, status
from rempart.cases.reports.thread import read_said, report_in_case, say, withdraw
from rempart.model import ReportRequest
from rempart.store.interface import Tables
from rempart.store.interface.threads import Side
from rempart.web.api.cases.cases import find_case
from rempart.web.api.reports.notices import Notices
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import NO_SESSION, Scope, must_be_known, needs, needs_person
from rempart.web.auth.gate import now_ms
from rempart.web.auth.network import from_network
from rempart.web.failures import BusyError
from rempart.web.settings import WebSettings

STATUS_PATH = "/status"
MOST_CONVERSATIONS = 500


class ReceiptAnswer(msgspec.Struct, frozen=True):
    """`receipt` is told this once; `status_url` holds none of it. `joined`: others spoke of the
    same thing before; `answered`: it was decided already and the answer is there."""

    receipt: str
    status_url: str
    joined: bool
    answered: bool


class StatusRequest(msgspec.Struct, frozen=True):
    receipt: Annotated[str, msgspec.Meta(max_length=1000)]


class MoreRequest(msgspec.Struct, frozen=True):
    """What a reporter adds to a report: words, links to more of it."""

    receipt: Annotated[str, msgspec.Meta(max_length=1000)]
    text: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    links: tuple[str, ...] = ()


class SayRequest(msgspec.Struct, frozen=True):
    text: Annotated[str, msgspec.Meta(max_length=20_000)]


class SaidView(msgspec.Struct, frozen=True):
    """One message about a report. `side`: `reporter` or `team`; `by`: who of the team."""

    report: str
    side: str
    at: datetime
    text: str
    links: tuple[str, ...] = ()
    by: str | None = None


class Conversation(msgspec.Struct, frozen=True):
    messages: list[SaidView]


class CategoryView(msgspec.Struct, frozen=True):
    key: str
    label: dict[str, str]
    hint: dict[str, str]


class CategoryList(msgspec.Struct, frozen=True):
    categories: list[CategoryView]


async def take_report(
    request: AnyRequest, report: ReportRequest, via: Literal["form", "api"]
) -> Receipt:
    """Limits, then the report in one durable transaction. BusyError for the sixth repeat.

    A bearer token with the scope `flag` makes it the notice of a trusted flagger; a token that is
    wrong is refused, so that no flagger's notice is taken for a stranger's unseen.
    """
    notices: Notices = request.app.state.notices
    flagger = None
    if request.headers.get("authorization") is not None:
        known = must_be_known(request)
        flagger = known.id if known.may(Scope.FLAG) else None
    address = flagger or from_network(request.client)
    wait = notices.wait(address, report, time.monotonic())
    if wait > 0:
        raise BusyError(
            "you have reported this several times already; it is being looked at", retry_after=wait
        )
    keys: ReportKeys = request.app.state.report_keys
    at_ms = now_ms()
    reporter = None if flagger is not None else _reporter(address)
    told = engine_of(request).settings.told
    return await write(
        request,
        lambda tables: receive(
            tables, report, keys, at_ms, reporter, flagger=flagger, via=via, told=told
        ),
    )


async def add_to_report(
    request: AnyRequest, words: str, text: str, links: Sequence[str]
) -> ReportStatus:
    """What its reporter adds to a report. Errors of `report_of` and of `say`."""
    keys: ReportKeys = request.app.state.report_keys
    at_ms = now_ms()

    def change(tables: Tables) -> ReportStatus:
        report = report_of(tables, words, keys)
        say(tables, report, Side.REPORTER, text, at_ms, links=links)
        return status(tables, words, keys)

    return await write(request, change)


async def take_back_report(request: AnyRequest, words: str) -> ReportStatus:
    """Takes a report back for its reporter. Errors of `report_of` and of `withdraw`."""
    keys: ReportKeys = request.app.state.report_keys
    at_ms = now_ms()

    def change(tables: Tables) -> ReportStatus:
        withdraw(tables, report_of(tables, words, keys), at_ms)
        return status(tables, words, keys)

    return await write(request, change)


def conversation(tables: Tables, case: str) -> list[SaidView]:
    """What was said about the reports of a case, in order."""
    rows = tables.cases.reports(case, MOST_CONVERSATIONS)
    return [
        SaidView(said.report, said.side.value, said.at, said.text, said.links, said.by)
        for said in read_said(tables, [row.id for row in rows])
    ]


def conversations(tables: Tables, case: str) -> dict[str, list[SaidView]]:
    """The same by report."""
    found: dict[str, list[SaidView]] = {}
    for said in conversation(tables, case):
        found.setdefault(said.report, []).append(said)
    return found


async def answer_reporter(request: AnyRequest, case: str, report: str, text: str) -> None:
    """A person of the team writes to a reporter."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> None:
        find_case(tables, who, case)
        row = report_in_case(tables, case, report)
        say(tables, row, Side.TEAM, text, at_ms, by=who.id)

    await write(request, change)


def read_status(request: AnyRequest, words: str) -> ReportStatus:
    """InputError when the words are no receipt, NotFoundError when they open nothing here."""
    keys: ReportKeys = request.app.state.report_keys
    with engine_of(request).read() as tables:
        return status(tables, words, keys)


@get("/reports/categories", sync_to_thread=False, tags=["reports"])
def categories() -> CategoryList:
    """What can be reported, in French and English."""
    return CategoryList([CategoryView(h.key, h.label, h.hint) for h in harms().values()])


@post("/reports", opt={NO_SESSION: True}, tags=["reports"])
async def report(request: AnyRequest, data: JSONBody[ReportRequest]) -> ReceiptAnswer:
    """A report, without account. The answer holds the receipt: twelve words, shown once."""
    receipt = await take_report(request, data, "api")
    settings: WebSettings = request.app.state.settings
    base = settings.public_url or str(request.base_url).rstrip("/")
    return ReceiptAnswer(
        receipt.words, base.rstrip("/") + STATUS_PATH, receipt.joined, receipt.answered
    )


@post(
    "/reports/status",
    opt={NO_SESSION: True},
    status_code=200,
    sync_to_thread=True,
    tags=["reports"],
)
def report_status(request: AnyRequest, data: JSONBody[StatusRequest]) -> ReportStatus:
    """What became of a report, for whoever has its receipt."""
    return read_status(request, data.receipt)


@post("/reports/more", opt={NO_SESSION: True}, status_code=200, tags=["reports"])
async def report_more(request: AnyRequest, data: JSONBody[MoreRequest]) -> ReportStatus:
    """Adds words and links to a report, for whoever has its receipt, until it is answered."""
    return await add_to_report(request, data.receipt, data.text, data.links)


@post("/reports/withdraw", opt={NO_SESSION: True}, status_code=200, tags=["reports"])
async def report_withdraw(request: AnyRequest, data: JSONBody[StatusRequest]) -> ReportStatus:
    """Takes a report back, for whoever has its receipt. That is its outcome; the case goes on."""
    return await take_back_report(request, data.receipt)


@get(
    "/cases/{case:str}/conversation",
    guards=[needs("read")],
    sync_to_thread=True,
    tags=["cases"],
)
def read_conversation(request: AnyRequest, case: FromPath[str]) -> Conversation:
    """What reporters and team said to each other about the reports of a case."""
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        find_case(tables, who, case)
        return Conversation(conversation(tables, case))


@post(
    "/cases/{case:str}/reports/{report:str}/messages",
    guards=[needs_person("moderate")],
    tags=["cases"],
)
async def write_to_reporter(
    request: AnyRequest, case: FromPath[str], report: FromPath[str], data: JSONBody[SayRequest]
) -> Conversation:
    """Writes to one reporter of a case, who reads it with the receipt."""
    await answer_reporter(request, case, report, data.text)
    with engine_of(request).read() as tables:
        return Conversation(conversation(tables, case))


route_handlers: list[Any] = [
    categories,
    report,
    report_status,
    report_more,
    report_withdraw,
    read_conversation,
    write_to_reporter,
]


def _reporter(address: str) -> str | None:
    """Tells reporters apart, as a keyed hash only. A loopback address is a proxy's, or nobody's."""
    try:
        return None if ip_address(address).is_loopback else address
    except ValueError:
        return None
