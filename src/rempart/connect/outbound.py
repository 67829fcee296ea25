"""The one client that goes out (FAULTS rows 15 to 17).

Rules kept here:

1. The connection goes to exactly one of the addresses that were checked (see `places`). A later
   answer of the DNS changes nothing.
2. No redirects are followed, no proxy is taken from the environment, no cookie is kept.
3. Only https, except to private addresses that the operator named for this purpose, and to
   time-stamp authorities, whose answers are signed. Connections
   that are no HTTP keep the same rules (see `lasting`).
4. Ten seconds for everything together, 5 MB for the answer, also after unpacking. A stream may
   last; what it brings is bounded by whoever reads it.
5. An error names the host, never the path or query, which may hold secrets.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any, NamedTuple

import httpcore
import httpx

from rempart import __version__
from rempart.connect.places import ForbiddenAddressError, Places, Resolve, resolve_by_system
from rempart.errors import OutboundError

DEADLINE = 10.0
MAX_ANSWER = 5 * 1024 * 1024
_ATTEMPTS = 2
_BROKEN = (
    httpx.HTTPError,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    OSError,
)


class Heard(NamedTuple):
    """What a witness of the exchange would note. `headers` and `raw` as they came, byte for byte;
    `certificate`: SHA-256 of the server's, in hexadecimal, None without TLS; `sent`: the head of
    the request."""

    address: str
    local: str
    http_version: str
    reason: str
    headers: tuple[tuple[bytes, bytes], ...]
    raw: bytes
    tls: str | None
    certificate: str | None
    sent: tuple[tuple[bytes, bytes], ...]


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes
    heard: Heard | None = None


class StreamedAnswer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    parts: AsyncIterator[bytes]


class Outbound:
    """`allow`: private addresses or networks that may be reached, and over plain http. `plain`:
    public ones over plain http too, for answers that carry their own signature."""

    def __init__(
        self,
        *,
        allow: tuple[str, ...] = (),
        resolve: Resolve = resolve_by_system,
        deadline: float = DEADLINE,
        max_answer: int = MAX_ANSWER,
        trust: ssl.SSLContext | None = None,
        plain: bool = False,
    ) -> None:
        self._places = Places(allow, resolve, plain=plain)
        self._deadline = deadline
        self._max_answer = max_answer
        self._trust = trust or ssl.create_default_context()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """One request, one answer (also a redirect or an error status). Raises OutboundError."""
        target = _parse(url)
        try:
            async with asyncio.timeout(self._deadline):
                addresses = await self._addresses(target)
                return await self._send(method, target, addresses, dict(headers or {}), body)
        except TimeoutError:
            raise OutboundError(
                f"no whole answer within {self._deadline:g} s", where=target.host
            ) from None

    async def _addresses(self, target: httpx.URL) -> list[str]:
        encrypted = target.scheme == "https"
        port = target.port or (443 if encrypted else 80)
        return await self._places.addresses(target.host, port, encrypted=encrypted)

    @asynccontextmanager
    async def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, idle: float
    ) -> AsyncIterator[StreamedAnswer]:
        """A GET whose answer does not end: its parts as they come. More than `idle` seconds without
        any, and whatever breaks it, is an OutboundError. The head comes within the deadline."""
        target = _parse(url)
        try:
            async with asyncio.timeout(self._deadline):
                addresses = await self._addresses(target)
        except TimeoutError:
            raise OutboundError("the name was not resolved in time", where=target.host) from None
        async with self._client(addresses, httpx.Timeout(self._deadline, read=idle)) as client:
            request = client.build_request("GET", target, headers=_headers(headers))
            try:
                async with asyncio.timeout(self._deadline):
                    response = await client.send(request, stream=True)
                try:
                    yield StreamedAnswer(
                        response.status_code, dict(response.headers), _parts(response, target.host)
                    )
                finally:
                    await response.aclose()
            except _BROKEN as error:
                raise _broken(error, target.host) from error

    def _client(self, addresses: list[str], timeout: float | httpx.Timeout) -> httpx.AsyncClient:
        transport = _PinnedTransport(addresses, self._trust)
        return httpx.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False, timeout=timeout
        )

    async def _send(
        self,
        method: str,
        target: httpx.URL,
        addresses: list[str],
        headers: dict[str, str],
        body: bytes,
    ) -> Answer:
        try:
            async with (
                self._client(addresses, self._deadline) as client,
                client.stream(method, target, headers=_headers(headers), content=body) as response,
            ):
                raw = await self._read(response, target.host)
        except _BROKEN as error:
            raise _broken(error, target.host) from error
        content = self._unpacked(raw, response.headers.get("content-encoding"), target.host)
        return Answer(response.status_code, dict(response.headers), content, _heard(response, raw))

    async def _read(self, response: httpx.Response, host: str) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_raw():
            size += len(part)
            if size > self._max_answer:
                raise OutboundError(
                    f"the answer is larger than {self._max_answer} bytes", where=host
                )
            parts.append(part)
        return b"".join(parts)

    def _unpacked(self, raw: bytes, encoding: str | None, host: str) -> bytes:
        """We ask for no encoding; a server that sends one anyway is read under the same cap."""
        if encoding is None or encoding == "identity":
            return raw
        if encoding not in ("gzip", "deflate"):
            raise OutboundError("the answer is packed in a way not asked for", where=host)
        unpacker = zlib.decompressobj(47 if encoding == "gzip" else 15)
        try:
            content = unpacker.decompress(raw, self._max_answer + 1)
        except zlib.error as error:
            raise OutboundError(f"the answer cannot be unpacked: {error}", where=host) from error
        if len(content) > self._max_answer:
            raise OutboundError(
                f"the answer unpacks to more than {self._max_answer} bytes", where=host
            )
        return content


def _parse(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError) as error:
        raise ForbiddenAddressError(f"not a usable address: {error}"[:200]) from None
    if target.scheme not in ("https", "http") or not target.host:
        raise ForbiddenAddressError("only https goes out", where=target.host)
    if target.userinfo:
        raise ForbiddenAddressError("an address with a password in it", where=target.host)
    return target


def _headers(given: Mapping[str, str] | None) -> dict[str, str]:
    own = {"user-agent": f"rempart/{__version__}", "accept-encoding": "identity"}
    return {**own, **(given or {})}


def _heard(response: httpx.Response, raw: bytes) -> Heard:
    told = response.extensions
    return Heard(
        address=told["address"],
        local=told["local"],
        http_version=told.get("http_version", b"HTTP/1.1").decode("ascii", "replace"),
        reason=told.get("reason_phrase", b"").decode("latin-1"),
        headers=tuple(response.headers.raw),
        raw=raw,
        tls=told.get("tls"),
        certificate=told.get("certificate"),
        sent=tuple(response.request.headers.raw),
    )


def _end(address: tuple[Any, ...] | None) -> str:
    return "" if address is None else str(address[0])


def _broken(error: BaseException, host: str) -> OutboundError:
    return OutboundError(f"{type(error).__name__}: {error}"[:300], where=host)


async def _parts(response: httpx.Response, host: str) -> AsyncIterator[bytes]:
    try:
        async for part in response.aiter_raw():
            yield part
    except _BROKEN as error:
        raise _broken(error, host) from error


class _PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the checked addresses, whatever name it is asked for. The name still goes into
    the TLS handshake and is checked against the certificate there."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        last: Exception | None = None
        for address in self._addresses[:_ATTEMPTS]:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last or httpcore.ConnectError(f"no address for {host}")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        del path, timeout, socket_options
        raise httpcore.ConnectError("no unix sockets")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _PinnedTransport(httpx.AsyncBaseTransport):
    """httpx over a connection pool of one request, with the pinned backend."""

    def __init__(self, addresses: list[str], trust: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust, network_backend=_PinnedBackend(addresses), max_connections=1
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(answer),
            extensions={**answer.extensions, **_connection(answer)},
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


def _connection(answer: httpcore.Response) -> dict[str, str]:
    """Asked while the connection stands: afterwards nobody can tell."""
    stream = answer.extensions["network_stream"]
    told = {
        "address": _end(stream.get_extra_info("server_addr")),
        "local": _end(stream.get_extra_info("client_addr")),
    }
    over = stream.get_extra_info("ssl_object")
    if over is not None:
        told["tls"] = over.version() or ""
        told["certificate"] = sha256(over.getpeercert(binary_form=True) or b"").hexdigest()
    return told


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()
