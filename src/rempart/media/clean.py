"""A photo without what it gives away: `clean` answers the file, cleaned, and checks its own work.

Rules of this module:

1. JPEG, PNG and WebP: the coded picture is copied, the pixels cannot change. HEIC and AVIF: decoded
   and written anew from the bare pixels, in a process of its own (extra `media`).
2. Nothing is called clean in which our own eye still finds something: the answer is looked at
   again, and refused if there is anything.
3. In memory only; nothing is written to a disk.
"""

from __future__ import annotations

from typing import NamedTuple

from rempart.media import anew, jpeg, png, webp
from rempart.media.finding import Format, Look, MediaError, Why
from rempart.media.look import look_at


class Cleaned(NamedTuple):
    """`lossless`: not one pixel is another. `before`: what was found in the original."""

    data: bytes
    format: Format
    lossless: bool
    before: Look


def clean(data: bytes) -> Cleaned:
    """MediaError: it cannot be read; NeedsExtraError: HEIC or AVIF without the extra."""
    before = look_at(data)
    lossless = True
    match before.format:
        case Format.JPEG:
            out = jpeg.clean(data, before.orientation)
        case Format.PNG:
            out = png.clean(data, before.orientation)
        case Format.WEBP:
            out = webp.clean(data, before.orientation)
        case Format.HEIC | Format.AVIF:
            out, lossless = anew.written_anew(data, before.format), False
    after = look_at(out)
    if after.findings or after.place is not None:
        raise MediaError(
            "something would remain in the file: " + ", ".join(f.where for f in after.findings),
            reason=Why.NOT_CLEAN,
            next_step="do not post it; take a screenshot of it instead",
        )
    return Cleaned(out, before.format, lossless, before)
