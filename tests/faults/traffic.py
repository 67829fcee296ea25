"""Messages for the fault tests: plain, distinct, recognisable by number."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from rempart.engine.embedded import Source
from rempart.ingest import Parsed, parse_lines
from rempart.model import message_key

START = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
SOURCE = Source("test", "faults")
PLATFORM = "twitch"


def line(number: int, *, text: str | None = None, **fields: Any) -> bytes:
    message = {
        "id": f"m{number}",
        "platform": PLATFORM,
        "channel": f"channel-{number % 3}",
        "sent_at": (START + timedelta(milliseconds=200 * number)).isoformat(),
        "author": {"id": f"u{number % 97}", "name": f"Person {number % 97}"},
        "text": text or f"message number {number} says something else than number {number * 7}",
        **fields,
    }
    return json.dumps(message).encode()


def messages(first: int, count: int) -> list[Parsed]:
    return parsed(*(line(number) for number in range(first, first + count)))


def parsed(*lines: bytes) -> list[Parsed]:
    found = list(parse_lines(lines))
    assert all(isinstance(item, Parsed) for item in found), found
    return [item for item in found if isinstance(item, Parsed)]


def key(number: int) -> bytes:
    return message_key(PLATFORM, f"m{number}")
