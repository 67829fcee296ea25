"""Tables of access: people, sessions, tokens."""

from __future__ import annotations

from abc import ABC


class AccessTables(ABC):
    """The owner of this room completes them."""
