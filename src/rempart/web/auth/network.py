"""Whom an address counts as, where strangers are slowed down.

One household has one IPv4 address, or one IPv6 network of 2^64 addresses: counting each of these
alone would be no bound at all.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

NETWORK_BITS = 64


def network_of(host: str) -> str:
    """The IPv4 address, the first address of the IPv6 network, or nothing for what is neither."""
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        if not found.is_loopback:
            return str(ip_network((found, NETWORK_BITS), strict=False).network_address)
    return str(found)


def from_network(client: Any) -> str:
    """Of who asks (`request.client`: a host and a port, or nothing)."""
    return network_of(client.host) if client else ""
