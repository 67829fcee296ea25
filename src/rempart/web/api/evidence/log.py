"""The public part of the log as C2SP tlog-tiles: checkpoint, tiles, entry bundles, proofs.

Only what lies under the last signed checkpoint is given out. Leaves are salted commitments, so no
text, id or exact time can be had or guessed from them.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from rempart.errors import LogError, NotFoundError
from rempart.log.merkle import HASH_BYTES
from rempart.log.tiles import HEIGHT, WIDTH, decode_index, entry_bundle, prove_inclusion
from rempart.store.interface import Tables
from rempart.web.api.request import AnyRequest, engine_of

FOR_EVER = "public, max-age=31536000, immutable"
MAX_LEVEL = 6


class InclusionProof(msgspec.Struct, frozen=True):
    """Entry `index` is in the tree of `checkpoint`: RFC 6962 §2.1.1, hashes in base 64."""

    index: int
    size: int
    leaf: str
    proof: list[str]
    checkpoint: str


@get("/log/checkpoint", media_type="text/plain", sync_to_thread=True, tags=["log"])
def checkpoint(request: AnyRequest) -> Response[bytes]:
    """The newest signed checkpoint (a C2SP signed note), with the cosignatures it has so far."""
    with engine_of(request).read() as tables:
        size, note = _last(tables)
        note += "".join(row.line for row in tables.attested.cosignatures(size))
    return Response(note.encode(), media_type="text/plain", headers={"cache-control": "no-cache"})


@get("/log/tile/{place:path}", sync_to_thread=True, tags=["log"])
def tile(request: AnyRequest, place: FromPath[str]) -> Response[bytes]:
    """A tile, `/log/tile/<level>/<index>[.p/<width>]`, or a bundle of entries,
    `/log/tile/entries/<index>[.p/<width>]`."""
    level, index, width = _parse_place(place.lstrip("/"))
    with engine_of(request).read() as tables:
        size = _last(tables)[0]
        known = (size if level is None else size >> HEIGHT * level) - index * WIDTH
        if width > known:
            raise NotFoundError("the log has no such tile yet", where=place)
        content = _content(tables, level, index, width)
    return Response(
        content, media_type="application/octet-stream", headers={"cache-control": FOR_EVER}
    )


@get("/log/proof/{entry:int}", sync_to_thread=True, tags=["log"])
def proof(request: AnyRequest, entry: FromPath[int]) -> InclusionProof:
    """That one entry is in the log, against the newest checkpoint."""
    with engine_of(request).read() as tables:
        size, note = _last(tables)
        if not 0 <= entry < size:
            raise NotFoundError("the log has no such entry under its checkpoint", where=str(entry))
        hashes = prove_inclusion(entry, size, tables.log.tile)
        leaf = tables.log.leaves(entry, entry + 1)[0]
    return InclusionProof(entry, size, _base64(leaf), [_base64(one) for one in hashes], note)


route_handlers: list[Any] = [checkpoint, tile, proof]


def _content(tables: Tables, level: int | None, index: int, width: int) -> bytes:
    if level is None:
        return entry_bundle(tables.log.leaves(index * WIDTH, index * WIDTH + width))
    hashes = tables.log.tile(level, index) or b""
    return hashes[: width * HASH_BYTES]


def _last(tables: Tables) -> tuple[int, str]:
    found = tables.log.last_checkpoint()
    if found is None:
        raise NotFoundError("no checkpoint was signed yet", next_step="try again in a moment")
    return found[0], found[1]


def _parse_place(place: str) -> tuple[int | None, int, int]:
    """Level (None: entries), index, width; C2SP adds `.p/<width>` to a partial one."""
    kind, _, rest = place.partition("/")
    path, partial, width_text = rest.partition(".p/")
    try:
        level = None if kind == "entries" else _number(kind, MAX_LEVEL)
        width = _number(width_text, WIDTH - 1) if partial else WIDTH
        index = decode_index(path)
    except (ValueError, LogError):
        raise NotFoundError("this is not the path of a tile", where=place[:100]) from None
    if width == 0:
        raise NotFoundError("a partial tile has at least one hash", where=place[:100])
    return level, index, width


def _number(text: str, highest: int) -> int:
    if not text.isascii() or not text.isdigit() or text != str(int(text)) or int(text) > highest:
        raise ValueError(text)
    return int(text)


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
