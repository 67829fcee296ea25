"""How one change of a group is made, and how its caller is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from rempart.errors import StoreFullError, StoreReadOnlyError
from rempart.store.interface import Tables

_T = TypeVar("_T")


class Write(NamedTuple):
    """A change that somebody asked for."""

    change: Callable[[Tables], Any]
    future: Future[Any]


def answer(tables: Tables, change: Callable[[Tables], _T]) -> tuple[_T | None, Exception | None]:
    """Runs one change as a part of the transaction: what it wrote is taken back when it raises."""
    try:
        with tables.part():
            return change(tables), None
    except (StoreFullError, StoreReadOnlyError):
        raise
    except Exception as error:
        return None, error


def resolve(future: Future[_T], value: _T | None, error: Exception | None = None) -> None:
    """Tells the result, unless nobody waits for it any more."""
    with suppress(InvalidStateError):
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(value)  # type: ignore[arg-type]
