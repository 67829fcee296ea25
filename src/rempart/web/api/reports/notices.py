"""How often one address may say the same: a rate limit that never blocks a first notice.

Only repeats are counted: the same address, about the same thing. Whoever reports something for the
first time is always heard, however many others reported before from the same address or network
(FAULTS row 39). Kept in bounded memory, under a key of this process, so that no address is stored.
"""

from __future__ import annotations

import msgspec

from rempart.model import ReportRequest
from rempart.web.api.often import Often

REPEATS = 5
PER_SECONDS = 3600.0


class Notices:
    """Times are monotonic seconds, given by the caller."""

    def __init__(self) -> None:
        self._often = Often(1 + REPEATS, PER_SECONDS)

    def wait(self, address: str, report: ReportRequest, now: float) -> float:
        """0 when it is taken (and counted), else the seconds until this repeat would be."""
        thing = (report.message_ids, report.links, report.text)
        about = (report.category, *(thing if any(thing) else (report.explanation,)))
        return self._often.wait(msgspec.json.encode((address, about)), now)

    def wait_for(self, address: str, asked: str, now: float) -> float:
        """The same for an appeal by this receipt or code."""
        return self._often.wait(msgspec.json.encode((address, "appeal", asked)), now)
