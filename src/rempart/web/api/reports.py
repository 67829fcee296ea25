"""Reports without account, and what their receipts open. The public page uses the same functions.

The words of a receipt come in a body and leave in a body: never in a path, a query or a log.
"""

from __future__ import annotations

import time
from ipaddress import ip_address
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from rempart.cases.harms import harms
from rempart.cases.keys import ReportKeys
from rempart.cases.reports import Receipt, receive
from rempart.cases.status import ReportStatus, status
from rempart.model import ReportRequest
from rempart.web.api.notices import Notices
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import NO_SESSION
from rempart.web.auth.gate import now_ms
from rempart.web.failures import BusyError
from rempart.web.settings import WebSettings

STATUS_PATH = "/status"


class ReceiptAnswer(msgspec.Struct, frozen=True):
    """`receipt` is told this once; `status_url` holds none of it. `joined`: others spoke of the
    same thing before; `answered`: it was decided already and the answer is there."""

    receipt: str
    status_url: str
    joined: bool
    answered: bool


class StatusRequest(msgspec.Struct, frozen=True):
    receipt: Annotated[str, msgspec.Meta(max_length=1000)]


class CategoryView(msgspec.Struct, frozen=True):
    key: str
    label: dict[str, str]
    hint: dict[str, str]


class CategoryList(msgspec.Struct, frozen=True):
    categories: list[CategoryView]


async def take_report(request: AnyRequest, report: ReportRequest) -> Receipt:
    """Limits, then the report in one durable transaction. BusyError for the sixth repeat."""
    notices: Notices = request.app.state.notices
    address = request.client.host if request.client else ""
    wait = notices.wait(address, report, time.monotonic())
    if wait > 0:
        raise BusyError(
            "you have reported this several times already; it is being looked at", retry_after=wait
        )
    keys: ReportKeys = request.app.state.report_keys
    at_ms, reporter = now_ms(), _reporter(address)
    return await write(request, lambda tables: receive(tables, report, keys, at_ms, reporter))


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
    receipt = await take_report(request, data)
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


route_handlers: list[Any] = [categories, report, report_status]


def _reporter(address: str) -> str | None:
    """Tells reporters apart, as a keyed hash only. A loopback address is a proxy's, or nobody's."""
    try:
        return None if ip_address(address).is_loopback else address
    except ValueError:
        return None
