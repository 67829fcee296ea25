"""Long work that is done one at a time: who asks for a second one is told, and nothing waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from rempart.errors import ConflictError


@contextmanager
def alone(lock: Lock, what: str) -> Iterator[None]:
    """ConflictError: `what` is under way already."""
    if not lock.acquire(blocking=False):
        raise ConflictError(f"{what} is under way already", next_step="try again when it is done")
    try:
        yield
    finally:
        lock.release()
