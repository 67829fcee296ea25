"""Tables of cases, reports, decisions and answers."""

from __future__ import annotations

from abc import ABC


class CaseTables(ABC):
    """The owner of this room completes them."""
