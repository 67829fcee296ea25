"""Asking Helix, Twitch's HTTP API: with limits kept, tokens renewed once, and clear answers.

Rules kept here:

1. When Twitch says that nothing is left of the minute's points, nothing more is sent before the
   reset it named: it would only be refused.
2. 401: the token is renewed once and the same is asked again; 401 again is a refusal.
3. Logins become ids by asking once; what was asked is remembered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from rempart.connect.outbound import Answer, Outbound
from rempart.connect.platform import PlatformError, Said, bounded, read, seconds
from rempart.connect.twitch.token import Identity, Token

WHERE = "Twitch"
MOST_USERS = 100
Query = Sequence[tuple[str, str]]


class Helix:
    """`clock`: seconds since the epoch."""

    def __init__(
        self,
        api: str,
        client_id: str,
        token: Token,
        outbound: Outbound,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._api = api.rstrip("/")
        self._client_id = client_id
        self._token = token
        self._outbound = outbound
        self._clock = clock
        self._closed_until = 0.0
        self._ids: dict[str, str] = {}

    async def identity(self) -> Identity:
        return await self._token.identity()

    async def call(self, method: str, path: str, query: Query, body: Any = None) -> Said:
        """What Helix said: done, or refused with its message. Raises PlatformError for a limit, a
        fault, garbage and a refused token; OutboundError when nothing came."""
        wait = self._closed_until - self._clock()
        if wait > 0:
            raise PlatformError(
                "no points left in this minute", where=WHERE, retry_after=bounded(wait)
            )
        access = await self._token.access()
        said = await self._once(method, path, query, body, access)
        if said.status == 401:
            said = await self._once(method, path, query, body, await self._token.renewed(access))
        if said.status == 401:
            raise PlatformError(f"HTTP 401 {said.message}".strip(), where=WHERE)
        return said

    async def _once(self, method: str, path: str, query: Query, body: Any, access: str) -> Said:
        headers = {"authorization": f"Bearer {access}", "client-id": self._client_id}
        content = b""
        if body is not None:
            headers["content-type"] = "application/json"
            content = msgspec.json.encode(body)
        answer = await self._outbound.request(
            method, f"{self._api}{path}?{urlencode(query)}", headers=headers, body=content
        )
        return read(answer, WHERE, self._limit(answer))

    def _limit(self, answer: Answer) -> float | None:
        """Seconds until the bucket is full again, as the headers say; closes the door when it is
        empty now."""
        reset = seconds(answer.headers.get("ratelimit-reset"))
        wait = None if reset is None else bounded(reset - self._clock())
        if wait and answer.headers.get("ratelimit-remaining") == "0":
            self._closed_until = self._clock() + wait
        return wait

    async def user_id(self, account: str) -> str:
        """The id of an account given by its id or its login. PlatformError: there is none."""
        if account.isascii() and account.isdigit():
            return account
        known = self._ids.get(account)
        if known is None:
            found = await self.users("login", [account])
            if not found:
                raise PlatformError(f"there is no account {account[:40]!r}", where=WHERE)
            known = self._ids[account] = str(found[0]["id"])
        return known

    async def users(self, by: str, names: Iterable[str]) -> list[dict[str, Any]]:
        """Accounts by `id` or `login`, at most a hundred at once; who is unknown is left out."""
        asked = [(by, name) for name in names][:MOST_USERS]
        said = await self.call("GET", "/users", asked)
        if not said.ok:
            raise PlatformError(f"HTTP {said.status} {said.message}".strip(), where=WHERE)
        return [one for one in data_of(said) if isinstance(one.get("id"), str)]


def data_of(said: Said) -> list[dict[str, Any]]:
    """The list under `data`. PlatformError when it is none: that is not what Helix sends."""
    data = said.body.get("data") if isinstance(said.body, dict) else None
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise PlatformError("an answer without `data`", where=WHERE, retry_after=0.0)
    return data
