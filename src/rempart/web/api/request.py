"""What the handlers share: the engine of the app, and how one writes from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.params import Body

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
    """Runs `change` in the engine's next transaction; returns after the durable commit."""
    return await asyncio.wrap_future(engine_of(request).write(change))


moment = at_time
