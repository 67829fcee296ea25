"""What a photo gives away: the nouns of this room.

A finding says what, where it stands in the file, and the value as a person reads it. Nothing here
is kept: findings live as long as the answer that shows them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from rempart.errors import InputError

MAX_BYTES = 25 * 1024 * 1024
"""A larger file is not looked at."""
MAX_PIXELS = 100_000_000
"""A picture that claims more is not decoded."""


class Kind(StrEnum):
    """What a finding is about, in the order in which it is told."""

    PLACE = "place"
    PERSON = "person"
    SERIAL = "serial"
    DEVICE = "device"
    TIME = "time"
    TEXT = "text"
    PREVIEW = "preview"
    MOTION = "motion"
    TRAILING = "trailing"
    MAKER = "maker"
    HISTORY = "history"
    PROVENANCE = "provenance"
    SOFTWARE = "software"
    PROFILE = "profile"
    UNKNOWN = "unknown"


class Format(StrEnum):
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    AVIF = "avif"

    @property
    def mime(self) -> str:
        return f"image/{self.value}"

    @property
    def ending(self) -> str:
        return "jpg" if self is Format.JPEG else self.value


class Finding(NamedTuple):
    """`where`: the part of the file (EXIF, XMP …); `value`: as a person reads it, at most 200
    characters, empty when the kind says all."""

    kind: Kind
    where: str
    value: str = ""


class Place(NamedTuple):
    """Degrees (WGS 84), north and east positive; `metres`: how exactly the numbers are written."""

    latitude: float
    longitude: float
    metres: float


class Look(NamedTuple):
    """What is in a photo besides the picture. `orientation`: EXIF value 1–8; `unfinished`: the file
    is cut short or partly unreadable; what could be read was read."""

    format: Format
    width: int
    height: int
    size: int
    orientation: int
    findings: tuple[Finding, ...]
    place: Place | None = None
    unfinished: bool = False


class Why(StrEnum):
    """Why a file is refused, for pages that say it in their own words."""

    NO_PHOTO = "no_photo"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    NEEDS_EXTRA = "needs_extra"
    NOT_CLEAN = "not_clean"


class MediaError(InputError):
    """A file that is no photo we can look at, or that we refuse to open."""

    reason = Why.DAMAGED

    def __init__(
        self, what: str, *, reason: Why | None = None, where: str = "", next_step: str = ""
    ) -> None:
        super().__init__(what, where=where, next_step=next_step)
        self.reason = reason or self.reason


class NeedsExtraError(MediaError):
    """HEIC and AVIF are cleaned by the extra `media`."""

    reason = Why.NEEDS_EXTRA


def shown(value: str) -> str:
    """At most 200 characters, without control characters."""
    plain = "".join(char if char.isprintable() else " " for char in value)
    plain = " ".join(plain.split())
    return plain if len(plain) <= 200 else plain[:199] + "…"
