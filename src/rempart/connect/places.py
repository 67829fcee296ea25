"""Where a connection may go: the one check before anything leaves this machine, for every protocol.

Rules kept here (FAULTS rows 15 to 17):

1. A name is resolved once, and every address it has must pass: one bad address refuses the whole
   name. The caller connects to the addresses that were checked and asks nobody again.
2. Public addresses only, except those the operator named; in clear only to those he named, unless
   the caller may speak in clear.
3. An error names the host, nothing else.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from rempart.connect.addresses import Address, is_allowed, is_public, parse_address, parse_allowed
from rempart.errors import OutboundError

MAX_ADDRESSES = 8

Resolve = Callable[[str, int], Awaitable[list[str]]]


class ForbiddenAddressError(OutboundError):
    """Refused before anything left: trying again changes nothing."""


async def resolve_by_system(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class Places:
    """`allow`: private addresses or networks that may be reached, and without encryption; `plain`:
    public ones without it too."""

    def __init__(
        self,
        allow: tuple[str, ...] = (),
        resolve: Resolve = resolve_by_system,
        *,
        plain: bool = False,
    ) -> None:
        self._plain = plain
        self._allowed = parse_allowed(allow)
        self._resolve = resolve

    async def addresses(self, host: str, port: int, *, encrypted: bool) -> list[str]:
        """The checked addresses, or OutboundError."""
        try:
            texts = [str(parse_address(host))]
        except ValueError:
            texts = await self._look_up(host, port)
        addresses = [_address(text, host) for text in dict.fromkeys(texts)]
        named = [is_allowed(address, self._allowed) for address in addresses]
        for address, is_named in zip(addresses, named, strict=True):
            if not is_named and not is_public(address):
                raise ForbiddenAddressError(
                    "the address is not public",
                    where=host,
                    next_step="name it under `allow` if this host is yours",
                )
        if not encrypted and not self._plain and not all(named):
            raise ForbiddenAddressError("only https goes out", where=host)
        return [str(address) for address in addresses[:MAX_ADDRESSES]]

    async def _look_up(self, host: str, port: int) -> list[str]:
        try:
            texts = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise OutboundError(f"the name cannot be resolved: {error}", where=host) from error
        if not texts:
            raise OutboundError("the name has no address", where=host)
        return texts


def _address(text: str, host: str) -> Address:
    try:
        return parse_address(text)
    except ValueError:
        raise ForbiddenAddressError("the address is not public", where=host) from None
