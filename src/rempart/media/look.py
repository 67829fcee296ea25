"""What a photo gives away, whatever its format: one question, `look_at`.

Limits come first: a file of more than 25 MB or one that claims more than 100 million pixels is not
looked at any further. No pixel is decoded here, so a small file that unpacks to a huge one costs
nothing.
"""

from __future__ import annotations

import struct

from rempart.media import heif, jpeg, png, webp
from rempart.media.finding import MAX_BYTES, MAX_PIXELS, Finding, Kind, Look, MediaError, Why

_KNOWN = "JPEG, PNG, WebP and HEIC are"


def look_at(data: bytes) -> Look:
    """MediaError: it is no such photo, or larger than we open."""
    if len(data) > MAX_BYTES:
        raise MediaError(
            f"the file is larger than {MAX_BYTES >> 20} MB",
            reason=Why.TOO_LARGE,
            next_step="choose a smaller one",
        )
    try:
        found = _look(data)
    except (struct.error, IndexError, OverflowError, ValueError) as error:
        raise MediaError("this file is too damaged to be read") from error
    if found.width * found.height > MAX_PIXELS:
        raise MediaError(
            f"the picture claims {found.width} × {found.height} pixels, more than we open",
            reason=Why.TOO_LARGE,
            next_step="choose a smaller one",
        )
    return found._replace(findings=_ordered(found.findings))


def _look(data: bytes) -> Look:
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.look(data)
    if data.startswith(png.SIGNATURE):
        return png.look(data)
    if webp.is_webp(data):
        return webp.look(data)
    kind = heif.format_of(data)
    if kind is not None:
        return heif.look(data, kind)
    raise MediaError(
        f"this is no photo that we can look at; {_KNOWN}",
        reason=Why.NO_PHOTO,
        next_step="choose another file",
    )


def _ordered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Each once, in the order of their kinds."""
    order = {kind: place for place, kind in enumerate(Kind)}
    return tuple(sorted(dict.fromkeys(findings), key=lambda found: order[found.kind]))
