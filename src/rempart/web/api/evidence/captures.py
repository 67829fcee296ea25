"""Pages captured for a case: asked for, listed, taken away as WARC or looked at as a picture.

`[capture]` of the settings is off unless an operator switched it on; then asking is refused with
that word, and what was taken before can still be had.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.evidence.captures import Capture, ask, capture_of, captures_of
from rempart.connect.capture.take import page_url
from rempart.connect.capture.warc import picture_in
from rempart.connect.places import ForbiddenAddressError
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.ingest.atproto.names import SCHEME, record_named
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.cases.looks import note_look
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import must_be_known, needs, needs_person
from rempart.web.auth.gate import now_ms
from rempart.web.captures.desk import CaptureDesk

_CLOSED = {
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class CaptureRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: Annotated[str, msgspec.Meta(min_length=8, max_length=2_000)]
    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=1_000)]


@post("/cases/{case:str}/captures", guards=[needs_person("moderate")], tags=["cases"])
async def ask_for_capture(
    request: AnyRequest, case: FromPath[str], data: JSONBody[CaptureRequest]
) -> Capture:
    """Asks for a capture of one public page; it is taken within seconds. 409 where captures are
    switched off, 403 in a case of child safety."""
    return await ask_page(request, case, data.url, data.reason)


@get("/cases/{case:str}/captures", guards=[needs("read")], sync_to_thread=True, tags=["cases"])
def list_captures(request: AnyRequest, case: FromPath[str]) -> list[Capture]:
    """The captures of a case, in the order in which they were asked for."""
    with engine_of(request).read() as tables:
        found = find_case(tables, must_be_known(request), case)
        return captures_of(tables, found.id)


@get("/captures/{capture:str}/warc", guards=[needs_person("read")], tags=["cases"])
async def capture_file(request: AnyRequest, capture: FromPath[str]) -> Response[bytes]:
    """The page as WARC; its SHA-256 is in the log."""
    content = await _content(request, capture, _desk(request).file)
    return _download(content, "application/warc", f"{capture}.warc.gz")


@get("/captures/{capture:str}/proof", guards=[needs_person("read")], tags=["cases"])
async def capture_proof(request: AnyRequest, capture: FromPath[str]) -> Response[bytes]:
    """The files by which the source signed what is shown, as they came, in one zip: `record.car`,
    `did.json`, `audit.json`. Their SHA-256 stand in the log; 404 when there are none."""
    content = await _content(request, capture, _desk(request).proof)
    return _download(content, "application/zip", f"{capture}-proof.zip")


@get("/captures/{capture:str}/picture", guards=[needs_person("read")], tags=["cases"])
async def capture_picture(request: AnyRequest, capture: FromPath[str]) -> Response[bytes]:
    """The picture of the page (PNG); 404 when the browser had none."""
    content = await _content(request, capture, _desk(request).file)
    picture = await asyncio.to_thread(picture_in, io.BytesIO(content))
    if picture is None:
        raise NotFoundError("there is no picture of this page", where=capture)
    return _download(picture, "image/png", f"{capture}.png")


async def ask_page(request: AnyRequest, case: str, url: str, reason: str) -> Capture:
    who, at_ms = must_be_known(request), now_ms()
    if not _desk(request).on:
        raise ConflictError(
            "captures are switched off",
            next_step="the operator can switch them on: [capture] on = true in settings.toml",
        )
    checked = _address(url.strip())

    def change(tables: Tables) -> Capture:
        found = find_case(tables, who, case)
        return ask(tables, found.id, checked, reason, who.id, at_ms)

    return await write(request, change)


def _address(url: str) -> str:
    """Of a public page, or of a record of the AT Protocol."""
    if url.startswith(SCHEME):
        record_named(url, ())
        return url
    try:
        return page_url(url)
    except ForbiddenAddressError as error:
        raise InputError(error.what, where="url") from error


async def _content(
    request: AnyRequest, id: str, file: Callable[[Tables, str], bytes | None]
) -> bytes:
    who = must_be_known(request)

    def read(with_tables: Callable[[Tables], bytes | None]) -> bytes | None:
        with engine_of(request).read() as tables:
            found = find_case(tables, who, capture_of(tables, id).case)
        note_look(request, found.id)
        with engine_of(request).read() as tables:
            return with_tables(tables)

    content = await asyncio.to_thread(read, lambda tables: file(tables, id))
    if content is None:
        raise NotFoundError("there is no such capture (any more)", where=id)
    return content


def _desk(request: AnyRequest) -> CaptureDesk:
    desk: CaptureDesk = request.app.state.captures
    return desk


def _download(content: bytes, kind: str, name: str) -> Response[bytes]:
    headers = {**_CLOSED, "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


route_handlers = [
    ask_for_capture,
    list_captures,
    capture_file,
    capture_picture,
    capture_proof,
]
