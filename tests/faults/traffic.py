"""Messages for the fault tests: plain, distinct, recognisable by number."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from rempart.engine.embedded import Source
from rempart.ingest import Parsed, parse_lines
from rempart.model import Message, message_key
from rempart.scenario.catalogue import generate, load

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


def hate_raid() -> list[Parsed]:
    """The built-in scenario, from a little before the attack on."""
    generated = generate("hate-raid", load("hate-raid", 1))
    begin = generated.truth.attack.begin
    first, last = begin - timedelta(minutes=4), begin + timedelta(seconds=60)
    return [
        Parsed(item, msgspec.json.encode(item))
        for item in generated.items
        if first <= (item.sent_at if isinstance(item, Message) else item.at) <= last
    ]
