"""*Check a photo before you post it*: a page for everybody, without account, script or trace.

Without a script the photo is chosen twice: once to be looked at, once to be cleaned, because
nothing of it is kept in between. The script keeps it in the reader's own browser.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

from litestar import Response, get, post

from rempart.errors import RempartError
from rempart.media.finding import MAX_BYTES, Kind, Look, MediaError, Place
from rempart.web.api.intake.media import cleaned, file_answer, looked_at, photo_view
from rempart.web.api.intake.upload import BODY_LIMIT, uploaded
from rempart.web.api.request import AnyRequest
from rempart.web.auth import NO_SESSION
from rempart.web.console.templates import render
from rempart.web.failures import BusyError, TooLargeError, headers_of, status_of

MOST_SHOWN = 6
_ONLY_SIZES = frozenset((Kind.MOTION, Kind.TRAILING, Kind.MAKER))
"""Their value is a size, which says nothing to most people."""


class Shown(NamedTuple):
    """One kind of finding, and the different values of it in the file."""

    kind: str
    values: list[str]
    more: int


@get("/photo", sync_to_thread=False, include_in_schema=False)
def photo_page(request: AnyRequest) -> Response[str]:
    return _page(request)


@post(
    "/photo",
    opt={NO_SESSION: True},
    status_code=200,
    request_max_body_size=BODY_LIMIT,
    include_in_schema=False,
)
async def check_photo(request: AnyRequest) -> Response[Any]:
    """The report, or with `act=clean` the clean copy itself."""
    try:
        async with uploaded(request) as upload:
            if upload.fields.get("act") == "clean":
                return file_answer(await cleaned(request, upload.photo))
            look = await looked_at(request, upload.photo)
    except MediaError as error:
        return _page(request, error=error.reason.value, status=422)
    except TooLargeError as error:
        return _refused(request, error, "too_large")
    except BusyError as error:
        return _refused(request, error, "busy")
    except RempartError as error:
        return _refused(request, error, "no_file")
    return _page(request, look)


def _refused(request: AnyRequest, error: RempartError, reason: str) -> Response[str]:
    page = _page(request, error=reason, status=status_of(error))
    page.headers.update(headers_of(error))
    return page


def _page(
    request: AnyRequest, look: Look | None = None, *, error: str = "", status: int = 200
) -> Response[str]:
    return render(
        request,
        "photo.html",
        status_code=status,
        photo=None if look is None else photo_view(look),
        found=[] if look is None else _grouped(look),
        degrees=None if look is None or look.place is None else in_degrees(look.place),
        error=error,
        limit=MAX_BYTES >> 20,
    )


def _grouped(look: Look) -> list[Shown]:
    shown = []
    for kind, found in groupby(look.findings, key=lambda one: one.kind):
        told = kind not in _ONLY_SIZES
        values = list(dict.fromkeys(one.value for one in found if one.value and told))
        shown.append(Shown(kind.value, values[:MOST_SHOWN], max(0, len(values) - MOST_SHOWN)))
    return shown


def in_degrees(place: Place) -> str:
    """`48° 51′ 30.1″ N, 2° 17′ 40.1″ W`."""
    sides = ((place.latitude, "NS"), (place.longitude, "EW"))
    return ", ".join(_angle(abs(value), names[value < 0]) for value, names in sides)


def _angle(value: float, side: str) -> str:
    tenths = round(value * 36_000)
    seconds, minutes = tenths % 600 / 10, tenths // 600
    return f"{minutes // 60}° {minutes % 60:02d}′ {seconds:04.1f}″ {side}"


route_handlers: list[Any] = [photo_page, check_photo]
