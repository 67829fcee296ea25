"""Asking a time-stamp authority (RFC 3161 over HTTP, §3.4).

```toml
[timestamps.dfn]
url = "http://zeitstempel.dfn.de"
ca = "ca/dfn.pem"                     # its chain with the root, relative to the data folder
allow = []                            # private addresses it may have
```

Many authorities speak plain http: what they answer is signed, and what they are asked is a hash.
Where it goes is checked as for everything that goes out.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from rempart.connect.outbound import Outbound
from rempart.connect.witness import check_address
from rempart.errors import InputError, OutboundError
from rempart.log.timestamps import MAX_REPLY, Chain, read_chain, require_extra


class AuthoritySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time-stamp authority. `ca`: the PEM file of the certificates trusted for it."""

    url: str
    ca: str
    allow: tuple[str, ...] = ()


def check_authority(settings: AuthoritySettings, data: Path, where: str) -> Chain:
    """Its certificates; InputError for what could never work."""
    require_extra(where)
    check_address(settings.url, settings.allow, where, plain=True)
    try:
        return read_chain(data / settings.ca)
    except InputError as error:
        raise InputError(f"ca: {error.what}", where=where, next_step=error.next_step) from error


class Authority:
    """One authority, over HTTP."""

    def __init__(
        self, settings: AuthoritySettings, chain: Chain, *, deadline: float = 10.0
    ) -> None:
        self.chain = chain
        self._url = settings.url
        self._outbound = Outbound(
            allow=settings.allow, deadline=deadline, max_answer=MAX_REPLY, plain=True
        )

    async def stamp(self, question: bytes) -> bytes:
        """The answer as it came, unverified. OutboundError when there is none."""
        answer = await self._outbound.request(
            "POST",
            self._url,
            headers={
                "content-type": "application/timestamp-query",
                "accept": "application/timestamp-reply",
            },
            body=question,
        )
        if answer.status != 200:
            raise OutboundError(f"the authority answered {answer.status}")
        return answer.body
