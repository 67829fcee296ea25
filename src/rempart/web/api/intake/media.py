"""`POST /media/check`: what a photo gives away, and on request the photo without it.

Nothing is kept: the photo is in memory while it is looked at, no name, no result and no byte of it
is stored or logged. No account is needed. The public page uses the same functions.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.params import QueryParameter

from rempart.media import anew
from rempart.media.clean import Cleaned, clean
from rempart.media.finding import Format, Look
from rempart.media.look import look_at
from rempart.web.api.intake.upload import BODY_LIMIT, Photos, uploaded
from rempart.web.api.request import AnyRequest
from rempart.web.auth import NO_SESSION
from rempart.web.console.labels import LABELS
from rempart.web.console.templates import translations

_YES = frozenset(("1", "yes", "true", "clean"))


class FoundView(msgspec.Struct, frozen=True):
    """`where`: the part of the file; `value` as a person reads it; `label`: what it means."""

    kind: str
    where: str
    value: str
    label: dict[str, str]


class PlaceView(msgspec.Struct, frozen=True):
    """Degrees, north and east positive; `metres`: how exactly they are written."""

    latitude: float
    longitude: float
    metres: float


class PhotoView(msgspec.Struct, frozen=True):
    """`can_clean`: whether a clean copy can be had here; `lossless`: whether it would have the very
    same pixels."""

    format: str
    width: int
    height: int
    bytes: int
    orientation: int
    unfinished: bool
    place: PlaceView | None
    findings: list[FoundView]
    can_clean: bool
    lossless: bool


@post(
    "/media/check",
    opt={NO_SESSION: True},
    status_code=200,
    request_max_body_size=BODY_LIMIT,
    tags=["media"],
)
async def check_media(
    request: AnyRequest,
    asked: Annotated[str, QueryParameter(name="clean", max_length=10)] = "",
) -> Response[Any]:
    """What a photo (JPEG, PNG, WebP, HEIC) gives away besides the picture. Send it as a form with
    a file, or bare. With `clean=1` the answer is the file without it. Nothing is kept."""
    async with uploaded(request) as upload:
        if asked in _YES or upload.fields.get("clean", "") in _YES:
            return file_answer(await cleaned(request, upload.photo))
        return Response(photo_view(await looked_at(request, upload.photo)))


async def looked_at(request: AnyRequest, photo: bytes) -> Look:
    photos: Photos = request.app.state.photos
    async with photos.working:
        return await asyncio.to_thread(look_at, photo)


async def cleaned(request: AnyRequest, photo: bytes) -> Cleaned:
    photos: Photos = request.app.state.photos
    async with photos.working:
        return await asyncio.to_thread(clean, photo)


def file_answer(result: Cleaned) -> Response[bytes]:
    """The cleaned file as a download; its name says nothing of the old one."""
    return Response(
        result.data,
        media_type=result.format.mime,
        headers={
            "content-disposition": f'attachment; filename="photo.{result.format.ending}"',
            "content-security-policy": "sandbox; default-src 'none'",
            "cache-control": "no-store",
        },
    )


def photo_view(look: Look) -> PhotoView:
    lossless = look.format not in (Format.HEIC, Format.AVIF)
    return PhotoView(
        format=look.format.value,
        width=look.width,
        height=look.height,
        bytes=look.size,
        orientation=look.orientation,
        unfinished=look.unfinished,
        place=PlaceView(*look.place) if look.place else None,
        findings=[
            FoundView(found.kind.value, found.where, found.value, _label(found.kind.value))
            for found in look.findings
        ],
        can_clean=lossless or anew.available(),
        lossless=lossless,
    )


def _label(kind: str) -> dict[str, str]:
    text = LABELS["photo"][kind]
    return {language: translations(language).gettext(text) for language in ("en", "fr")}


route_handlers: list[Any] = [check_media]
