"""What settings of connectors have in common, checked with the same words everywhere."""

from __future__ import annotations

from ipaddress import ip_network
from urllib.parse import urlsplit

from rempart.errors import InputError

_ENCRYPTED = {"https": "http", "wss": "ws", "ircs": "irc"}


def check_place(url: str, field: str, scheme: str, allow: tuple[str, ...], where: str) -> None:
    """InputError unless `url` has that scheme; its form in clear only beside `allow`."""
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and not parts.username and not parts.query
        _ = parts.port
    except ValueError:
        parts, good = urlsplit(""), False
    clear = _ENCRYPTED[scheme]
    if not good or parts.scheme not in (scheme, clear):
        raise InputError(
            f"{field}: {url!r} is no address of this kind",
            where=where,
            next_step=f"write it whole, as in {scheme}://place.example",
        )
    if parts.scheme == clear and not allow:
        raise InputError(
            f"{field}: plain {clear} goes only to a private address that you name",
            where=where,
            next_step=f'use {scheme}, or add allow = ["127.0.0.1"] with the address of your server',
        )


def check_allow(allow: tuple[str, ...], where: str) -> None:
    for text in allow:
        try:
            ip_network(text, strict=False)
        except ValueError:
            raise InputError(
                f"allow: {text!r} is not an address",
                where=where,
                next_step='write an IP address or a network, as in "127.0.0.1" or "10.0.0.0/8"',
            ) from None
