"""Going out: what is refused before it leaves, and what an evil or broken origin cannot do."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib

import pytest
from tests.connect.local_server import Received, answering, http, serving

from rempart.connect.outbound import Outbound
from rempart.connect.places import ForbiddenAddressError, Places
from rempart.errors import OutboundError

HERE = ("127.0.0.0/8",)


def resolving(*answers: list[str]) -> tuple[list[str], object]:
    """A resolver that gives each answer in turn, and the names it was asked for."""
    asked: list[str] = []
    left = list(answers)

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return left.pop(0) if len(left) > 1 else left[0]

    return asked, resolve


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1", "localhost", "[::1]",
             "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fec0::1]",
             "[fe80::1%25eth0]",
             "192.0.0.8", "224.0.0.1", "169.254.169.254", "０x7f.1", "①②⑦.0.0.1"],
)  # fmt: skip
def test_odd_spellings_of_inner_addresses_reach_nothing(host: str) -> None:
    """Row 15 and 16: with the system's own resolver, which understands all of them."""

    async def story() -> None:
        async with serving(answering(http(200))) as server:
            with pytest.raises(OutboundError):
                await Outbound().request("GET", f"https://{host}:{server.port}/")
            assert server.connections == 0

    asyncio.run(story())


def test_one_inner_address_among_public_ones_refuses_the_name() -> None:
    _, resolve = resolving(["1.1.1.1", "10.0.0.1"])
    with pytest.raises(ForbiddenAddressError, match="not public"):
        asyncio.run(Outbound(resolve=resolve).request("GET", "https://mixed.test/"))  # type: ignore[arg-type]


def test_a_name_that_changes_its_address_after_the_check_is_still_pinned() -> None:
    """Row 17, DNS rebinding: asked once, connected to what was checked."""
    asked, resolve = resolving(["127.0.0.2"], ["127.0.0.1"])

    async def story() -> None:
        async with (
            serving(answering(http(200, b"checked")), "127.0.0.2") as checked,
        ):
            outbound = Outbound(allow=("127.0.0.2",), resolve=resolve)  # type: ignore[arg-type]
            answer = await outbound.request("GET", f"http://rebind.test:{checked.port}/x?y=1")
            assert answer.body == b"checked"
            assert checked.received[0].headers["host"] == f"rebind.test:{checked.port}"
            assert checked.received[0].path == "/x?y=1"

    asyncio.run(story())
    assert asked == ["rebind.test"]


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async def story() -> None:
        location = "location: http://169.254.169.254/latest/meta-data/"
        async with serving(answering(http(302, b"", location))) as server:
            answer = await Outbound(allow=HERE).request("GET", f"http://127.0.0.1:{server.port}/")
            assert answer.status == 302
            assert server.connections == 1

    asyncio.run(story())


def test_a_slow_loris_is_left_at_the_deadline() -> None:
    async def drip(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async def story() -> float:
        async with serving(drip) as server:
            begin = time.monotonic()
            outbound = Outbound(allow=HERE, deadline=0.4)
            with pytest.raises(OutboundError, match=r"0\.4 s"):
                await outbound.request("GET", f"http://127.0.0.1:{server.port}/")
            return time.monotonic() - begin

    assert asyncio.run(story()) < 2


def test_a_resolver_that_hangs_is_left_at_the_deadline() -> None:
    async def hang(host: str, port: int) -> list[str]:
        await asyncio.sleep(30)
        return []

    with pytest.raises(OutboundError, match=r"0\.2 s"):
        asyncio.run(Outbound(resolve=hang, deadline=0.2).request("GET", "https://slow.test/"))


def test_too_much_is_not_read() -> None:
    async def story(response: bytes) -> None:
        async with serving(answering(response)) as server:
            outbound = Outbound(allow=HERE, max_answer=10_000)
            with pytest.raises(OutboundError, match="10000"):
                await outbound.request("GET", f"http://127.0.0.1:{server.port}/")

    asyncio.run(story(http(200, b"x" * 10_001)))
    asyncio.run(story(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_001))
    asyncio.run(story(http(200, gzip.compress(b"x" * 10_000_000), "content-encoding: gzip")))
    asyncio.run(story(http(200, zlib.compress(b"x" * 10_000_000), "content-encoding: deflate")))


def test_just_enough_is_read_packed_or_not() -> None:
    async def story(response: bytes) -> bytes:
        async with serving(answering(response)) as server:
            outbound = Outbound(allow=HERE, max_answer=10_000)
            return (await outbound.request("GET", f"http://127.0.0.1:{server.port}/")).body

    whole = b"x" * 10_000
    assert asyncio.run(story(http(200, whole))) == whole
    packed = http(200, gzip.compress(whole), "content-encoding: gzip")
    assert asyncio.run(story(packed)) == whole


@pytest.mark.parametrize(
    "url", ["http://1.1.1.1/", "ftp://1.1.1.1/", "https://user:secret@1.1.1.1/", "https:///x",
            "file:///etc/passwd", "nonsense"],
)  # fmt: skip
def test_only_https_without_password_goes_out(url: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        asyncio.run(Outbound().request("GET", url))


def test_only_who_may_speak_in_clear_does_and_only_to_public_addresses() -> None:
    """Time-stamp authorities: their answers are signed."""
    reached = asyncio.run(Places(plain=True).addresses("1.1.1.1", 80, encrypted=False))
    assert reached == ["1.1.1.1"]
    for host in ("127.0.0.1", "10.0.0.1", "169.254.169.254"):
        with pytest.raises(ForbiddenAddressError):
            asyncio.run(Places(plain=True).addresses(host, 80, encrypted=False))
    with pytest.raises(ForbiddenAddressError):
        asyncio.run(Places().addresses("1.1.1.1", 80, encrypted=False))


def test_errors_tell_the_host_and_never_the_path() -> None:
    with pytest.raises(OutboundError) as caught:
        asyncio.run(Outbound().request("GET", "https://10.0.0.1/hooks/very-secret?key=also-secret"))
    assert "10.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with (
            serving(answering(http(200, b"proxy"))) as proxy,
            serving(answering(http(200, b"origin"))) as origin,
        ):
            for name in ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            outbound = Outbound(allow=HERE)
            answer = await outbound.request("GET", f"http://127.0.0.1:{origin.port}/")
            assert answer.body == b"origin"
            assert proxy.connections == 0

    asyncio.run(story())


def test_a_connection_refused_is_an_error_that_explains_itself() -> None:
    with pytest.raises(OutboundError, match="127"):
        asyncio.run(Outbound(allow=HERE).request("GET", "http://127.0.0.1:1/"))
