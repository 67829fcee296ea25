"""`POST /api/v1/messages`: one message, a JSON array or NDJSON; the only route without framework.

Rules kept here:

1. The answer has the shape of the question: one outcome, an array, or NDJSON; in input order. A
   refused item stands in its place as `{"error": {…}}` and costs no other item.
2. An outcome is answered only after the durable commit. A known id answers the first outcome again.
3. A token delivers into its own channels only.
4. What is full says so: 429, 507 or 503, always with Retry-After; after any of them sending the
   same ids again is safe.

Counts are in the headers `rempart-accepted`, `-duplicates`, `-conflicts` and `-refused`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import ItemResult
from rempart.errors import InputError
from rempart.ingest import Parsed, TooManyItemsError, parse_array, parse_lines, parse_one
from rempart.model import ItemRefusal
from rempart.web.api.body import read_body
from rempart.web.api.numbers import Numbers
from rempart.web.api.raw import respond
from rempart.web.api.settling import Settling
from rempart.web.asgi import AsgiScope, Headers, Receive, Send, header
from rempart.web.auth.caller import Caller, Scope
from rempart.web.auth.gate import Gate
from rempart.web.auth.headers import response_headers
from rempart.web.failures import (
    NoRightError,
    UnknownCallerError,
)
from rempart.web.settings import WebSettings

PATH = "/api/v1/messages"
_JSON = (b"content-type", b"application/json")
_NDJSON = (b"content-type", b"application/x-ndjson")
_NDJSON_TYPES = (b"application/x-ndjson", b"application/jsonl", b"application/ndjson")
_SPACE = b" \t\r\n"
PARSED_AT_ONCE = 512 * 1024
"""Larger bodies are parsed beside the event loop, where they keep nobody waiting."""
_encode = msgspec.json.Encoder().encode
_raw = msgspec.json.Decoder(msgspec.Raw).decode

Items = Sequence[Parsed | ItemRefusal]


class Refused(msgspec.Struct, frozen=True):
    """Stands in the place of a refused item."""

    error: ItemRefusal


class Asked(NamedTuple):
    shape: str
    """`one`, `array` or `lines`."""
    items: Items


class Messages:
    """The ASGI app of this one route."""

    def __init__(
        self, engine: EmbeddedEngine, gate: Gate, settings: WebSettings, numbers: Numbers
    ) -> None:
        self._engine = engine
        self._gate = gate
        self._settings = settings
        self._numbers = numbers
        self._settling: Settling[list[ItemResult]] | None = None
        tls = settings.over_tls
        self._headers = response_headers(PATH, tls=tls)

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        await respond(send, self._answer(scope, receive), self._headers, self._numbers)

    async def _answer(self, scope: AsgiScope, receive: Receive) -> tuple[int, Headers, bytes]:
        caller = self._caller(scope)
        body = await read_body(scope, receive, self._settings.max_body)
        content_type, most = header(scope, b"content-type"), self._settings.max_items
        if len(body) <= PARSED_AT_ONCE:
            asked = parse_body(body, content_type, most)
        else:
            asked = await asyncio.to_thread(parse_body, body, content_type, most)
        items = asked.items if caller.channels is None else only_own(asked.items, caller)
        accepted = [item for item in items if type(item) is Parsed]
        results = await self._commit(accepted, caller) if accepted else []
        self._numbers.taken(results, len(items) - len(accepted))
        return _compose(asked.shape, items, results)

    def _caller(self, scope: AsgiScope) -> Caller:
        caller = self._gate.caller(scope)
        if caller is None:
            raise UnknownCallerError(
                "this needs a bearer token",
                next_step="send `Authorization: Bearer …`; the first one is in first-login.txt",
            )
        if not caller.may(Scope.INGEST):
            raise NoRightError("the scope `ingest` is missing")
        return caller

    async def _commit(self, items: list[Parsed], caller: Caller) -> list[ItemResult]:
        settling = self._settling
        if settling is None:
            settling = self._settling = Settling(asyncio.get_running_loop())
        return await settling.wait(self._engine.submit(items, caller.source))


def parse_body(body: bytes, content_type: bytes | None, most: int) -> Asked:
    """By content type, else by the first byte; an object that is followed by another is NDJSON.

    More than `most` items (or lines, blank ones too) are refused before any of them is parsed: a
    small compressed body can hold millions."""
    if content_type is not None and content_type.startswith(_NDJSON_TYPES):
        return _lines(body, most)
    stripped = body.strip(_SPACE)
    if not stripped:
        raise InputError("the body is empty", next_step="send a message, an array or NDJSON")
    if stripped[0] == ord("["):
        return Asked("array", parse_array(stripped, most))
    if b"\n" in stripped and _is_json(stripped.split(b"\n", 1)[0]):
        return _lines(body, most)
    return Asked("one", [parse_one(stripped)])


def _lines(body: bytes, most: int) -> Asked:
    if body.count(b"\n") > most:
        raise TooManyItemsError(most)
    items = parse_lines(body.split(b"\n"))
    if len(items) > most:
        raise TooManyItemsError(most)
    return Asked("lines", items)


def _is_json(line: bytes) -> bool:
    try:
        _raw(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


def only_own(items: Items, caller: Caller) -> list[Parsed | ItemRefusal]:
    return [
        item
        if isinstance(item, ItemRefusal) or caller.sees(item.item.channel, item.item.platform)
        else ItemRefusal("the token has no right to this channel", field="channel", id=item.item.id)
        for item in items
    ]


def _compose(shape: str, items: Items, results: list[ItemResult]) -> tuple[int, Headers, bytes]:
    following = iter(results)
    parts = [
        _encode(Refused(item)) if isinstance(item, ItemRefusal) else next(following).outcome
        for item in items
    ]
    headers = _counts(len(items) - len(results), results)
    if shape == "array":
        return 200, [_JSON, *headers], b"[" + b",".join(parts) + b"]"
    if shape == "lines":
        return 200, [_NDJSON, *headers], b"".join([part + b"\n" for part in parts])
    return (200 if results else 422), [_JSON, *headers], parts[0]


def _counts(refused: int, results: list[ItemResult]) -> Headers:
    duplicates = conflicts = 0
    for result in results:
        if result.status != "new":
            if result.status == "duplicate":
                duplicates += 1
            else:
                conflicts += 1
    return [
        (b"rempart-accepted", b"%d" % len(results)),
        (b"rempart-duplicates", b"%d" % duplicates),
        (b"rempart-conflicts", b"%d" % conflicts),
        (b"rempart-refused", b"%d" % refused),
    ]
