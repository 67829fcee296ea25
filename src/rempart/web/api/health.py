"""Liveness and metrics."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get

from rempart import __version__
from rempart.web.api.numbers import Numbers
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import must_be_known, needs


class Health(msgspec.Struct, frozen=True):
    """`ok`, or `degraded`: it runs, and something cannot be written. No detail for strangers."""

    status: str
    version: str


@get(["/healthz", "/api/v1/healthz"], sync_to_thread=True, tags=["service"])
def healthz(request: AnyRequest) -> Response[Health]:
    """Alive, and able to read its store."""
    engine = engine_of(request)
    with engine.read() as tables:
        tables.log.size()
    healthy = engine.writable
    status = Health("ok" if healthy else "degraded", __version__)
    return Response(status, status_code=200 if healthy else 503)


@get(
    ["/metrics", "/api/v1/metrics"],
    guards=[needs("read")],
    media_type="text/plain",
    sync_to_thread=True,
    tags=["service"],
)
def metrics(request: AnyRequest) -> Response[bytes]:
    """Prometheus metrics; counts only. A token that is bound to channels gets those of its channels
    and nothing of the service as a whole."""
    numbers: Numbers = request.app.state.numbers
    text = numbers.text(must_be_known(request))
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


route_handlers: list[Any] = [healthz, metrics]
