"""Tables of the stream: messages, outcomes, raids and their states, measures, deliveries."""

from __future__ import annotations

from abc import ABC


class StreamTables(ABC):
    """See the methods of the SQLite sibling; the owner of this room completes them."""
