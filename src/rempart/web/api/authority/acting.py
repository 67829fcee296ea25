"""An act of a person whose right is over everything: who, when, and one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from rempart.store.interface import Tables
from rempart.web.api.request import AnyRequest, write
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms

T = TypeVar("T")
Act = Callable[[Tables, str, int], T]
"""The tables, who acts (her id), and when (ms since the epoch)."""


async def act(request: AnyRequest, change: Act[T]) -> T:
    """`change` in the engine's next transaction, as `write`."""
    who, at_ms = must_be_known(request), now_ms()
    return await write(request, lambda tables: change(tables, who.id, at_ms))
