"""Lines and WebSockets leave under the rules of every outgoing connection."""

from __future__ import annotations

import asyncio

import pytest
from tests.connect.local_server import answering, http, serving
from websockets.asyncio.server import ServerConnection, serve

from rempart.connect.lasting import Lasting
from rempart.connect.outbound import Outbound
from rempart.connect.places import ForbiddenAddressError
from rempart.errors import OutboundError


async def _local(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        "wss://10.0.0.1/ws",
        "wss://[64:ff9b::7f00:1]/ws",
        "ws://8.8.8.8/ws",
        "https://8.8.8.8/",
        "wss://user:secret@8.8.8.8/",
        "wss://rebound.example/ws",
    ],
)
def test_no_websocket_to_a_private_place_or_in_clear(url: str) -> None:
    with pytest.raises(ForbiddenAddressError) as refused:
        asyncio.run(Lasting(resolve=_local).websocket(url))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["ircs://127.0.0.1", "irc://8.8.8.8", "ircs://rebound.example"])
def test_no_line_to_a_private_place_or_in_clear(url: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        asyncio.run(Lasting(resolve=_local).line(url))


def test_a_websocket_goes_to_the_checked_address_under_its_own_name() -> None:
    hosts: list[str] = []

    async def greet(connection: ServerConnection) -> None:
        assert connection.request is not None
        hosts.append(connection.request.headers["host"])
        await connection.send("welcome")

    async def story() -> None:
        async with serve(greet, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            lasting = Lasting(allow=("127.0.0.1",), resolve=_local)
            socket = await lasting.websocket(f"ws://events.example:{port}/ws")
            assert await socket.recv() == "welcome"
            await socket.close()
        assert hosts == [f"events.example:{port}"]

    asyncio.run(story())


def test_a_redirect_of_a_websocket_is_not_followed() -> None:
    async def story() -> None:
        async with serving(answering(http(302, b"", "location: ws://127.0.0.1:1/"))) as server:
            with pytest.raises(OutboundError):
                await Lasting(allow=("127.0.0.1",)).websocket(f"ws://127.0.0.1:{server.port}/")
            assert server.connections == 1

    asyncio.run(story())


def test_a_server_that_says_nothing_costs_the_deadline_and_no_more() -> None:
    async def hang(*_: object) -> None:
        await asyncio.sleep(5)

    async def story() -> None:
        async with serving(hang) as server:
            lasting = Lasting(allow=("127.0.0.1",), deadline=0.2)
            with pytest.raises(OutboundError):
                await lasting.websocket(f"ws://127.0.0.1:{server.port}/")

    asyncio.run(story())


def test_a_stream_is_read_as_it_comes_and_ends_when_it_falls_silent() -> None:
    async def respond(_: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nfirst")
        await writer.drain()
        await asyncio.sleep(2)

    async def story() -> None:
        async with serving(respond) as server:
            outbound = Outbound(allow=("127.0.0.1",))
            url = f"http://127.0.0.1:{server.port}/stream"
            with pytest.raises(OutboundError):
                async with outbound.stream(url, idle=0.2) as answer:
                    assert answer.status == 200
                    parts = aiter(answer.parts)
                    assert await anext(parts) == b"first"
                    await anext(parts)

    asyncio.run(story())
