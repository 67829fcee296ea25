"""Times as milliseconds since the epoch, as nouns, and as they are written (RFC 3339, UTC); time
zones by their names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_NAMES: Final = ("posix/", "right/", "posixrules", "localtime", "Factory")
"""Files beside the zones of the IANA database: other clocks, or this machine's own."""


def at_time(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)


def ms_of(at: datetime) -> int:
    """The whole milliseconds that have passed, exactly, as `written` writes them: never a time that
    has not come yet, and what was written and read is written the same again."""
    passed = at - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1000 + passed.microseconds // 1000


def rfc3339(at_ms: int) -> str:
    return written(at_time(at_ms))


def written(at: datetime) -> str:
    """To the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def zone_named(name: str) -> ZoneInfo | None:
    """A zone of the IANA database, as `Europe/Paris`; None: there is none of this name."""
    try:
        return None if name.startswith(_NO_NAMES) else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
