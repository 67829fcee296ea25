"""The token of the account that guards the chats: made from a refresh token, renewed when refused.

Rules kept here:

1. A renewed pair is on disk before it is used: Twitch may give a refresh token that replaces the
   old one. A new refresh token in the settings counts from then on, whatever was kept.
2. One renewal at a time; whoever was refused with the same token waits for it.
3. A token is validated at the first use and once an hour, as Twitch asks.
4. No token is ever in an error, a log or a metric.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

from rempart.connect.kept import Kept
from rempart.connect.outbound import Outbound
from rempart.connect.platform import PlatformError, Said, read

VALID_FOR = 3600.0


class Identity(NamedTuple):
    """Whose token it is, and what it may do."""

    user_id: str
    login: str
    scopes: frozenset[str]


class Token:
    def __init__(
        self,
        auth: str,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        kept: Kept,
        outbound: Outbound,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._auth = auth.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._outbound = outbound
        self._clock = clock
        self._kept = kept
        self._lock = asyncio.Lock()
        self._origin = hashlib.sha256(refresh_token.encode()).hexdigest()
        self._first = refresh_token
        self._identity: Identity | None = None
        self._checked = 0.0

    @property
    def kept_access(self) -> str | None:
        """The access token that is kept, if one was ever made from these settings."""
        pair = self._pair()
        return pair[0] if pair else None

    async def access(self) -> str:
        """A token that was good when last looked at. Raises PlatformError, OutboundError."""
        return self.kept_access or await self.renewed(None)

    async def renewed(self, refused: str | None) -> str:
        """Another token than the refused one."""
        async with self._lock:
            pair = self._pair()
            if pair and pair[0] != refused:
                return pair[0]
            said = await self._ask(
                "/token",
                {
                    "grant_type": "refresh_token",
                    "refresh_token": pair[1] if pair else self._first,
                    "client_id": self._client_id,
                    **({"client_secret": self._client_secret} if self._client_secret else {}),
                },
            )
            access = said.body.get("access_token") if isinstance(said.body, dict) else None
            if not said.ok or not isinstance(access, str):
                raise PlatformError(
                    f"the refresh token is refused: HTTP {said.status} {said.message}".strip(),
                    where="Twitch",
                )
            following = said.body.get("refresh_token")
            if not isinstance(following, str) or not following:
                following = pair[1] if pair else self._first
            self._kept.put("token", {"from": self._origin, "access": access, "refresh": following})
            self._identity = None
            return access

    async def identity(self) -> Identity:
        """Validated within the last hour."""
        now = self._clock()
        if self._identity is not None and 0 <= now - self._checked < VALID_FOR:
            return self._identity
        access = await self.access()
        said = await _validate(self._auth, access, self._outbound)
        if said.status == 401:
            said = await _validate(self._auth, await self.renewed(access), self._outbound)
        identity = _identity(said)
        self._identity, self._checked = identity, now
        return identity

    async def _ask(self, path: str, form: dict[str, str]) -> Said:
        answer = await self._outbound.request(
            "POST",
            self._auth + path,
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
        )
        return read(answer, "Twitch", None)

    def _pair(self) -> tuple[str, str] | None:
        kept = self._kept.get("token")
        if not isinstance(kept, dict) or kept.get("from") != self._origin:
            return None
        access, refresh = kept.get("access"), kept.get("refresh")
        return (access, refresh) if isinstance(access, str) and isinstance(refresh, str) else None


async def validated(auth: str, access: str, outbound: Outbound) -> Identity:
    """Whose token it is. PlatformError when it is refused."""
    return _identity(await _validate(auth.rstrip("/"), access, outbound))


async def _validate(auth: str, access: str, outbound: Outbound) -> Said:
    answer = await outbound.request(
        "GET", f"{auth}/validate", headers={"authorization": f"OAuth {access}"}
    )
    return read(answer, "Twitch", None)


def _identity(said: Said) -> Identity:
    body = said.body if isinstance(said.body, dict) else {}
    user, login, scopes = body.get("user_id"), body.get("login"), body.get("scopes")
    if not said.ok:
        raise PlatformError(
            f"the token is refused: HTTP {said.status} {said.message}".strip(), where="Twitch"
        )
    if not isinstance(user, str) or not isinstance(login, str):
        raise PlatformError(
            "the token belongs to no account: a user access token is needed", where="Twitch"
        )
    known = scopes if isinstance(scopes, list) else []
    return Identity(user, login, frozenset(str(scope) for scope in known))
