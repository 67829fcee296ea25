"""Which addresses going out may reach (FAULTS rows 15 and 16)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.connect.addresses import is_public, parse_address

NOT_PUBLIC = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.31.0.1", "192.0.0.8", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:db8::1",
    "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1",
    "ff0e::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.32.0.1", "192.0.1.1",
    "223.255.255.255", "2606:4700:4700::1111", "2a01:e0a::1", "2001:4860:4860::8888",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public(text: str) -> None:
    assert is_public(ip_address(text))


def test_an_address_with_a_zone_is_local() -> None:
    assert not is_public(IPv6Address("2606:4700::1%eth0"))
    with pytest.raises(ValueError, match="zone"):
        parse_address("fe80::1%eth0")


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_whatever_python_calls_private_is_refused(address: IPv4Address) -> None:
    if not address.is_global:
        assert not is_public(address)


@given(st.integers(0, 2**32 - 1))
def test_no_ipv4_address_hides_in_an_ipv6_one(number: int) -> None:
    for prefix in ("::", "::ffff:0:0", "64:ff9b::", "64:ff9b:1::"):
        assert not is_public(IPv6Address(int(IPv6Address(prefix)) | number))
    assert not is_public(IPv6Address(int(IPv6Address("2002::")) | number << 80))
