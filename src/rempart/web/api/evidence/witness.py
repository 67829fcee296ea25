"""Cosigning for other communities (C2SP tlog-witness): `add-checkpoint`, below `/api/v1/witness`.

There is no authentication but the signature in the checkpoint, as the protocol wants it. What is
wrong is slowed down by network; a network is answered twice a second at most for a log. Not the
log as such: anybody can send its name and its public checkpoints, and would keep it from asking.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from rempart.errors import NotFoundError
from rempart.log.witnessing import MAX_BODY, SIZE_TYPE, RefusedError
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.attest.witness import WitnessDesk
from rempart.web.auth import NO_SESSION
from rempart.web.auth.network import from_network
from rempart.web.failures import BusyError, Problem, ProblemAnswer, TooLargeError

PATH = "/api/v1/witness/add-checkpoint"


@post("/witness/add-checkpoint", opt={NO_SESSION: True}, status_code=200, tags=["log"])
async def add_checkpoint(request: AnyRequest) -> Response[Any]:
    """Cosigns the checkpoint of a log that this community witnesses, after checking the proof that
    it grew from the last one cosigned. 404, 403, 400, 409 and 422 as C2SP tlog-witness says."""
    state, now = request.app.state, time.monotonic()
    host = from_network(request.client)
    address = (f"witness {host}",)
    wait = state.slow_down.wait(address, now)
    if wait > 0:
        raise BusyError("too many wrong checkpoints came from here", retry_after=wait)
    body = await request.body()
    if len(body) > MAX_BODY:
        raise TooLargeError(f"a checkpoint with its proof has at most {MAX_BODY} bytes")
    desk: WitnessDesk = state.witness
    try:
        wait = state.witnessing.wait(f"{host} ".encode() + _log_line(body), now)
        if wait > 0:
            raise BusyError("this log is asked for too often", retry_after=wait)
        line = await desk.add_checkpoint(body)
    except RefusedError as error:
        if error.status in (400, 403, 404):
            state.slow_down.failed(address, now)
        return await asyncio.to_thread(_refused, request, desk, body, error)
    return Response(line.encode(), media_type="text/plain")


@get("/witness/checkpoint", media_type="text/plain", sync_to_thread=True, tags=["log"])
def last_cosigned(request: AnyRequest, origin: FromQuery[str]) -> Response[bytes]:
    """The checkpoint of this log that was cosigned last here, so that it can prove to itself what
    it signed."""
    with engine_of(request).read() as tables:
        row = tables.attested.witnessed(origin)
    if row is None:
        raise NotFoundError("no checkpoint of this log was cosigned here")
    return Response(
        row.note.encode(),
        media_type="text/plain",
        headers={"cache-control": "no-cache"},
    )


@get("/witness/key", media_type="text/plain", sync_to_thread=False, tags=["log"])
def witness_key(request: AnyRequest) -> Response[bytes]:
    """The public key with which checkpoints are cosigned here, to be compared out of band."""
    desk: WitnessDesk = request.app.state.witness
    return Response(f"{desk.signer.public.vkey}\n".encode(), media_type="text/plain")


route_handlers: list[Any] = [add_checkpoint, last_cosigned, witness_key]


def _refused(
    request: AnyRequest, desk: WitnessDesk, body: bytes, error: RefusedError
) -> Response[Any]:
    if error.status == 409:
        with engine_of(request).read() as tables:
            size = desk.last_size(tables, _log_line(body).decode("utf-8", "replace"))
        return Response(f"{size}\n".encode(), status_code=409, media_type=SIZE_TYPE)
    return Response(ProblemAnswer(Problem(error.what)), status_code=error.status)


def _log_line(body: bytes) -> bytes:
    """The origin, as it stands in the body."""
    return body.partition(b"\n\n")[2].partition(b"\n")[0]
