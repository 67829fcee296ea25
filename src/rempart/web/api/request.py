"""What the handlers share: the engine of the app, and how one writes from the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.params import Body

from rempart.cases.second_person import TooCloseError, note_too_close
from rempart.engine.embedded import EmbeddedEngine
from rempart.model.moments import at_time
from rempart.store.interface import Tables

AnyRequest = Request[Any, Any, Any]
Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
"""A plain form: each field once, as text."""
T = TypeVar("T")


def engine_of(request: AnyRequest) -> EmbeddedEngine:
    engine: EmbeddedEngine = request.app.state.engine
    return engine


async def write(request: AnyRequest, change: Callable[[Tables], T]) -> T:
    """Runs `change` in the engine's next transaction; returns after the durable commit. A second
    person who is too close to the first is refused, and that she tried stays in the log."""
    try:
        return await asyncio.wrap_future(engine_of(request).write(change))
    except TooCloseError as error:
        await keep_try(request, error)
        raise


async def keep_try(request: AnyRequest, error: TooCloseError) -> None:
    """An entry of its own: what she tried was undone, or never began."""
    at_ms = time.time_ns() // 1_000_000
    noted = engine_of(request).write(lambda tables: note_too_close(tables, error, at_ms))
    await asyncio.wrap_future(noted)


moment = at_time
