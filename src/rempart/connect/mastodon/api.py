"""Asking an instance: with its limits kept, and clear answers.

Rules kept here:

1. When the instance says that nothing is left of its limit, nothing more is sent before the reset.
2. A page leads to the next by its `Link`; only the parameters are taken from there, never another
   address.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from rempart.connect.outbound import Answer, Outbound
from rempart.connect.platform import PlatformError, Said, bounded, read

Query = Sequence[tuple[str, str]]
_LINK = re.compile(r'<([^<>]{1,2000})>;\s*rel="?(next|prev)"?')


class MastodonApi:
    """`clock`: seconds since the epoch."""

    def __init__(
        self,
        url: str,
        token: str,
        outbound: Outbound,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.url = url.rstrip("/")
        self.where = urlsplit(url).hostname or "Mastodon"
        self.headers = {"authorization": f"Bearer {token}"}
        self._outbound = outbound
        self._clock = clock
        self._closed_until = 0.0
        self._own_id: str | None = None

    async def call(self, method: str, path: str, query: Query = (), body: Any = None) -> Said:
        """What the instance said: done, or refused with its message. Raises PlatformError for a
        limit, a fault and garbage; OutboundError when nothing came."""
        wait = self._closed_until - self._clock()
        if wait > 0:
            raise PlatformError(
                "its limit of requests is reached", where=self.where, retry_after=bounded(wait)
            )
        headers, content = dict(self.headers), b""
        if body is not None:
            headers["content-type"] = "application/json"
            content = msgspec.json.encode(body)
        address = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        answer = await self._outbound.request(method, address, headers=headers, body=content)
        return read(answer, self.where, self._limit(answer))

    async def get(self, path: str, query: Query = ()) -> Said:
        """A GET that must succeed. PlatformError otherwise."""
        return self.done(await self.call("GET", path, query))

    def done(self, said: Said) -> Said:
        if not said.ok:
            detail = f"HTTP {said.status} {said.message}".strip()
            raise PlatformError(detail, where=self.where)
        return said

    async def own_id(self) -> str:
        """The id of the account whose token this is."""
        if self._own_id is None:
            said = await self.get("/api/v1/accounts/verify_credentials")
            self._own_id = str(_object(said, self.where).get("id"))
        return self._own_id

    async def object(self, path: str) -> dict[str, Any]:
        return _object(await self.get(path), self.where)

    def _limit(self, answer: Answer) -> float | None:
        """Seconds until the limit is reset, as the headers say; closes the door when it is reached
        now."""
        try:
            reset = datetime.fromisoformat(answer.headers.get("x-ratelimit-reset", ""))
            wait = bounded(reset.timestamp() - self._clock())
        except (ValueError, OverflowError):
            return None
        if wait and (answer.headers.get("x-ratelimit-remaining") == "0" or answer.status == 429):
            self._closed_until = self._clock() + wait
        return wait


def linked(headers: Mapping[str, str], relation: str) -> list[tuple[str, str]] | None:
    """The parameters of the next (older) or previous (newer) page; None when there is none."""
    for address, named in _LINK.findall(headers.get("link", "")[:8_000]):
        if named == relation:
            return parse_qsl(urlsplit(address).query, max_num_fields=20)
    return None


def _object(said: Said, where: str) -> dict[str, Any]:
    if not isinstance(said.body, dict):
        raise PlatformError("not the answer that Mastodon gives", where=where, retry_after=0.0)
    return said.body
