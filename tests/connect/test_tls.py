"""Every kind of connection checks the certificate against the name, although it goes to an address
that was looked up before."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.server import ServerConnection, serve

from rempart.connect.lasting import Lasting
from rempart.connect.outbound import Outbound
from rempart.errors import OutboundError

NAME = "chat.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for `chat.example`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(pem, form, plain) + made.public_bytes(pem))
    return path


async def to_us(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def line(server: asyncio.Server, host: str, trust: ssl.SSLContext | None) -> bytes:
    lasting = Lasting(allow=("127.0.0.1",), resolve=to_us, trust=trust, deadline=5.0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await lasting.line(f"ircs://{host}:{port}")
    writer.write(b"PING :x\r\n")
    told = await reader.readline()
    writer.close()
    return told


async def stream(server: asyncio.Server, host: str, trust: ssl.SSLContext | None) -> bytes:
    outbound = Outbound(allow=("127.0.0.1",), resolve=to_us, trust=trust, deadline=5.0)
    port = server.sockets[0].getsockname()[1]
    async with outbound.stream(f"https://{host}:{port}/", idle=5.0) as answer:
        return b"".join([part async for part in answer.parts])


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if (await reader.readline()).startswith(b"GET"):
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello\n")
    else:
        writer.write(b"hello\n")
    await writer.drain()
    writer.close()


@pytest.mark.parametrize("speak", [line, stream])
def test_a_line_and_a_stream_need_the_right_certificate(
    certificate: Path, speak: Callable[..., Awaitable[bytes]]
) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate)
    trust = ssl.create_default_context(cafile=str(certificate))

    async def story() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=ours)
        assert await speak(server, NAME, trust) == b"hello\n"
        with pytest.raises(OutboundError, match=r"other\.example"):
            await speak(server, "other.example", trust)
        with pytest.raises(OutboundError, match=r"chat\.example"):
            await speak(server, NAME, None)
        server.close()

    asyncio.run(story())


def test_a_websocket_needs_the_right_certificate(certificate: Path) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate)
    trust = ssl.create_default_context(cafile=str(certificate))

    async def greet(connection: ServerConnection) -> None:
        await connection.send("hello")

    async def story() -> None:
        async with serve(greet, "127.0.0.1", 0, ssl=ours) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            known = Lasting(allow=("127.0.0.1",), resolve=to_us, trust=trust, deadline=5.0)
            socket = await known.websocket(f"wss://{NAME}:{port}/ws")
            assert await socket.recv() == "hello"
            await socket.close()
            with pytest.raises(OutboundError):
                await known.websocket(f"wss://other.example:{port}/ws")
            stranger = Lasting(allow=("127.0.0.1",), resolve=to_us, deadline=5.0)
            with pytest.raises(OutboundError):
                await stranger.websocket(f"wss://{NAME}:{port}/ws")

    asyncio.run(story())
