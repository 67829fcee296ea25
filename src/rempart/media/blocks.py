"""The blocks of metadata of one file, read while there is reason to: the first few of each sort.

An honest file has one EXIF block, one or two XMP packets, a dozen texts. One that has thousands was
made to keep us busy: from then on it is only told that there is more.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from rempart.media.exif import read_exif
from rempart.media.finding import Finding, Kind, Place
from rempart.media.texts import read_xmp

_MOST: Final = {"EXIF": 4, "XMP": 4, "ICC": 4, "text": 60, "IPTC": 8}


class Blocks:
    """What the blocks of one file say. `orientation`: of the first block that says one."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.place: Place | None = None
        self.orientation = 1
        self._read: Counter[str] = Counter()

    def may_read(self, sort: str) -> bool:
        """Whether one more of this sort is read; if not, it is told as unknown data."""
        self._read[sort] += 1
        if self._read[sort] <= _MOST[sort]:
            return True
        if self._read[sort] == _MOST[sort] + 1:
            self.findings.append(Finding(Kind.UNKNOWN, sort))
        return False

    @property
    def full(self) -> bool:
        """Whether nothing more will be read."""
        return all(self._read[sort] > _MOST[sort] for sort in ("EXIF", "XMP"))

    def exif(self, block: bytes) -> None:
        if self.may_read("EXIF"):
            found = read_exif(block)
            self.findings += found.findings
            self.place = self.place or found.place
            self.orientation = found.orientation if self.orientation == 1 else self.orientation

    def xmp(self, raw: bytes) -> None:
        if self.may_read("XMP"):
            findings, place = read_xmp(raw)
            self.findings += findings
            self.place = self.place or place
