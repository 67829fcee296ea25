"""The Commission's Transparency Database (DSA art. 24(5)), by its API under `/api/v1`.

```toml
[transparency_database]
send = "sandbox"                          # "off" (the default), "sandbox" or "production"
url = "https://…"                         # of the sandbox: handed over at onboarding
token_file = "keys/transparency.token"    # from the data folder, mode 0600
look_hours = 24                           # time for a person to look before anything leaves
language = "fr"                           # of the free texts: fr or en
```

Rules kept here:

1. Nothing is sent unless somebody wrote `send`; the token stands in a file and is never printed.
2. Two calls: a batch of at most 100, and the question whether an identifier is known. There is none
   by which anything could be changed or taken back. What an answer means: see
   `disclose.transparency_database.answers`.
3. Whatever goes wrong on the way is an answer of its own (status 0): the caller has to ask, never
   to guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import quote, urlsplit

import msgspec

from rempart.connect.outbound import Outbound
from rempart.connect.secret_file import check_secret, secret_of
from rempart.disclose.transparency_database.answers import Reply
from rempart.errors import InputError, OutboundError
from rempart.store.interface.feed import Database

PRODUCTION: Final = "https://transparency.dsa.ec.europa.eu"


class Send(StrEnum):
    OFF = "off"
    SANDBOX = "sandbox"
    PRODUCTION = "production"


class FeedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section `[transparency_database]`. `allow`: private addresses it may reach (a sandbox of
    one's own), and with them plain http."""

    send: Send = Send.OFF
    url: str = ""
    token: str = ""
    token_file: str = ""
    look_hours: Annotated[float, msgspec.Meta(ge=0, le=24 * 30)] = 24.0
    language: Literal["fr", "en"] = "fr"
    allow: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"FeedSettings(send={self.send.value!r}, url={self.url!r})"

    @property
    def database(self) -> Database | None:
        return None if self.send is Send.OFF else Database(self.send.value)

    @property
    def base(self) -> str:
        return (self.url or PRODUCTION).rstrip("/")


def check_feed(settings: FeedSettings, where: str) -> None:
    """InputError when nothing could ever be sent with these settings."""
    if settings.send is Send.OFF:
        return
    check_secret(settings.token, settings.token_file, "token", where)
    if settings.send is Send.SANDBOX and not settings.url:
        raise InputError(
            "url is missing",
            where=where,
            next_step="write the address of the sandbox that you were given at onboarding",
        )
    parts = urlsplit(settings.base)
    if (
        parts.scheme not in (("https", "http") if settings.allow else ("https",))
        or not parts.netloc
    ):
        raise InputError("url: this is no https address", where=where)


class TransparencyDatabase:
    """One per service. Printing it shows no token."""

    def __init__(
        self, settings: FeedSettings, data: Path, outbound: Outbound | None = None
    ) -> None:
        self._base = settings.base
        self._out = outbound or Outbound(allow=settings.allow)
        token = secret_of(settings.token, settings.token_file, data, "the token")
        self._headers = {
            "authorization": f"Bearer {token}",
            "accept": "application/json",
            "content-type": "application/json",
        }

    async def submit(self, payloads: Sequence[bytes]) -> Reply:
        """A batch of JSON documents, all or nothing."""
        body = b'{"statements":[' + b",".join(payloads) + b"]}"
        return await self._ask("POST", "/api/v1/statements", body)

    async def existing(self, puid: str) -> Reply:
        return await self._ask("GET", f"/api/v1/statement/existing-puid/{quote(puid)}")

    async def _ask(self, method: str, path: str, body: bytes = b"") -> Reply:
        try:
            answer = await self._out.request(
                method, self._base + path, headers=self._headers, body=body
            )
        except OutboundError as error:
            return Reply(0, str(error).encode())
        return Reply(answer.status, answer.body)
