"""Reading a request's body: bounded in size and time, gzip included.

A client that sends more than allowed is refused as soon as the limit is passed, one that trickles
is cut off after `DEADLINE` seconds; a gzip bomb stops at the limit (FAULTS row 11).
"""

from __future__ import annotations

import asyncio

from rempart.errors import InputError
from rempart.ingest import gunzip
from rempart.web.asgi import AsgiMessage, AsgiScope, Receive, header
from rempart.web.failures import TooLargeError, TooSlowError, WrongTypeError

DEADLINE = 60.0


class DisconnectedError(InputError):
    """The client went away; nobody is there to answer."""


async def read_body(scope: AsgiScope, receive: Receive, limit: int) -> bytes:
    """The whole body, unpacked. Raises TooLargeError, WrongTypeError or InputError."""
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise DisconnectedError("the client went away")
    if message.get("more_body"):
        body = await _read_rest(body, receive, limit)
    if len(body) > limit:
        raise _too_large(limit)
    encoding = header(scope, b"content-encoding")
    if encoding is None or encoding == b"identity":
        return body
    if encoding.strip().lower() not in (b"gzip", b"x-gzip"):
        raise WrongTypeError(
            "this content encoding is not understood",
            where="content-encoding",
            next_step="send gzip or nothing",
        )
    return _unpack(body, limit)


async def _read_rest(first: bytes, receive: Receive, limit: int) -> bytes:
    parts, size = [first], len(first)
    try:
        async with asyncio.timeout(DEADLINE):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise DisconnectedError("the client went away")
                part: bytes = message.get("body", b"")
                parts.append(part)
                size += len(part)
                if size > limit:
                    raise _too_large(limit)
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        raise _too_slow() from None


def bounded(receive: Receive, limit: int) -> Receive:
    """The same for handlers of the framework, which read bodies themselves."""
    left, ends, complete = limit, 0.0, False

    async def next_part() -> AsgiMessage:
        nonlocal left, ends, complete
        if complete:
            return await receive()
        loop = asyncio.get_running_loop()
        ends = ends or loop.time() + DEADLINE
        try:
            async with asyncio.timeout_at(ends):
                message = await receive()
        except TimeoutError:
            raise _too_slow() from None
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large(limit)
        complete = not message.get("more_body")
        return message

    return next_part


def _unpack(body: bytes, limit: int) -> bytes:
    try:
        return gunzip(body, limit)
    except InputError as error:
        if "more than" in error.what:
            raise _too_large(limit) from None
        raise


def _too_slow() -> TooSlowError:
    return TooSlowError(f"the body did not arrive within {DEADLINE:.0f} s")


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"the body is larger than {limit} bytes", next_step="send it in smaller parts"
    )
