"""What ingest hands on: the item, and its JSON bytes exactly as they were received."""

from __future__ import annotations

from typing import NamedTuple

from rempart.model import Event, Message


class Parsed(NamedTuple):
    item: Message | Event
    raw: bytes
