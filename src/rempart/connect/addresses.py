"""Which addresses on the network are public. No other is reached unless settings name it.

Our own list, because `ipaddress.is_global` of Python 3.11 lets NAT64, 6to4, site-local, 192.0.0.8
and multicast pass (FAULTS row 16). IPv6 is an allow-list: only global unicast 2000::/3, without the
blocks inside it that carry an IPv4 address or are set aside (IANA special-purpose registries).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_DENIED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocols
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
_DENIED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # Teredo, ORCHID, benchmarks and other IETF protocols
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # 6bone, returned
        "3fff::/20",  # documentation
    )
)


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _DENIED_V4)
    if address.scope_id is not None or address not in _UNICAST_V6:
        return False
    return not any(address in block for block in _DENIED_V6)


def parse_address(text: str) -> Address:
    """ValueError when it is none, and for an IPv6 address with a zone."""
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise ValueError("an address with a zone is local")
    return address


def parse_allowed(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """The private addresses or networks an operator named."""
    return tuple(ip_network(text, strict=False) for text in texts)


def is_allowed(address: Address, allowed: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in allowed)
