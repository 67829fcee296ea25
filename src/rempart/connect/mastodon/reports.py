"""The reports that people make on the instance, as reports here: by asking for new ones, or told by
a webhook of the instance (`X-Hub-Signature`).

Rules kept here:

1. The posts a report names come in first, so that it joins the case of what it is about.
2. Each report is taken once: the last one that was taken is kept over a restart, and the very same
   report again (by webhook and by asking) stays one report.
3. Reports that we made ourselves are no news.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from rempart.connect.kept import Kept
from rempart.connect.mastodon.api import MastodonApi, Query, linked
from rempart.connect.mastodon.posts import message_of, report_of, reporter_of
from rempart.connect.mastodon.settings import MastodonSettings
from rempart.connect.platform import PlatformError
from rempart.connect.source import Backoff, InConnector, Intake
from rempart.errors import InputError, OutboundError

_LOG = logging.getLogger(__name__)
PAGE = 100
_PREFIX = "sha256="
_CURSOR = "last report"


class MastodonReports(InConnector):
    """Asks the instance for new reports."""

    def __init__(self, name: str, settings: MastodonSettings, api: MastodonApi, kept: Kept) -> None:
        super().__init__(name)
        self._settings = settings
        self._api = api
        self._kept = kept
        self.numbers.connected = False

    async def run(self, intake: Intake) -> None:
        patience = Backoff()
        while True:
            wait = float(self._settings.poll_seconds)
            try:
                await self.ask(intake)
                self.numbers.goes_well()
                patience.reset()
            except OutboundError as error:
                self.numbers.goes_badly(error.diagnostics())
                _LOG.warning("%s: %s", self.name, error.diagnostics())
                wait = max(getattr(error, "retry_after", None) or wait, patience.next())
            await asyncio.sleep(wait)

    async def ask(self, intake: Intake) -> None:
        """Takes every new report that is not resolved, oldest first."""
        query: Query = [("min_id", str(self._kept.get(_CURSOR) or "0"))]
        while True:
            base = [("resolved", "false"), ("limit", str(PAGE))]
            page = await self._api.get(
                "/api/v1/admin/reports", [*base, *(p for p in query if p[0] == "min_id")]
            )
            reports = _reports(page.body, self._api.where)
            for report in reports:
                await self._take(report, intake)
                self._kept.put(_CURSOR, str(report["id"]))
            following = linked(page.headers, "prev")
            if len(reports) < PAGE:
                return
            newest = [("min_id", str(reports[-1]["id"]))]
            query = following if following and following != query else newest

    async def _take(self, report: Mapping[str, Any], intake: Intake) -> None:
        try:
            if report["account"]["id"] == await self._api.own_id():
                return
            await take_report(report, self._settings.host, intake)
            self.numbers.taken += 1
        except (KeyError, TypeError, AttributeError, ValueError, InputError) as error:
            self.numbers.refused += 1
            _LOG.warning("%s: a report was not understood: %s", self.name, type(error).__name__)


async def take_report(report: Mapping[str, Any], instance: str, intake: Intake) -> str:
    """The posts it names, then the report; the id of its case."""
    posts = [message_of(status, instance) for status in report.get("statuses") or ()]
    items = [msgspec.json.encode(post) for post in posts if post is not None]
    if items:
        await intake.take(items)
    return await intake.report(report_of(report, instance), reporter_of(report, instance))


def is_signed(secret: str, signature: str, body: bytes) -> bool:
    """Whether `X-Hub-Signature` is that of this body. An empty secret signs nothing."""
    wanted = _PREFIX + hmac.digest(secret.encode(), body, hashlib.sha256).hex()
    given = signature.encode("utf-8", "surrogatepass")
    return bool(secret) and hmac.compare_digest(given, wanted.encode())


def _reports(body: Any, where: str) -> list[dict[str, Any]]:
    if not isinstance(body, list) or not all(isinstance(one, dict) for one in body):
        raise PlatformError("no list of reports", where=where, retry_after=0.0)
    try:
        return sorted(body, key=lambda report: int(report["id"]))
    except (KeyError, TypeError, ValueError):
        raise PlatformError("reports without ids", where=where, retry_after=0.0) from None
