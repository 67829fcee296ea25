"""Plays cues into a running service over HTTP, each at its moment.

Batches of what is due every 200 ms. A batch that was not answered is sent again with the same ids,
which is safe: a known id gets its first outcome and counts once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import httpx

from rempart.cli.playback import Cue
from rempart.errors import AccessError, InputError, RempartError

TICK_SECONDS = 0.2
MAX_BATCH = 500
_MAX_TRIES = 8
_MAX_WAIT_SECONDS = 30.0
_TRY_AGAIN = frozenset({429, 502, 503, 504, 507})


class Played(NamedTuple):
    """How far a play has come."""

    sent: int
    held: int
    refused: int
    total: int


async def play(
    cues: Sequence[Cue], client: httpx.AsyncClient, on_progress: Callable[[Played], object]
) -> Played:
    """Sends all cues, the late ones at once. `client` knows address and token."""
    began = time.monotonic()
    played = Played(0, 0, 0, len(cues))
    on_progress(played)
    while played.sent < len(cues):
        due = _due(cues, played.sent, time.monotonic() - began)
        if due == played.sent:
            wait = cues[played.sent].second - (time.monotonic() - began)
            await asyncio.sleep(min(max(wait, TICK_SECONDS), 1.0))
            continue
        held, refused = await _send(client, cues[played.sent : due])
        played = Played(due, played.held + held, played.refused + refused, len(cues))
        on_progress(played)
        await asyncio.sleep(0)
    return played


def _due(cues: Sequence[Cue], begin: int, second: float) -> int:
    end = begin
    while end < len(cues) and end - begin < MAX_BATCH and cues[end].second <= second:
        end += 1
    return end


async def _send(client: httpx.AsyncClient, cues: Sequence[Cue]) -> tuple[int, int]:
    """Held and refused items of one batch, sent until it is answered."""
    body = b"\n".join(cue.raw for cue in cues)
    problem = ""
    for attempt in range(_MAX_TRIES):
        wait = min(0.2 * 2**attempt, 5.0)
        try:
            answer = await client.post(
                "/api/v1/messages", content=body, headers={"content-type": "application/x-ndjson"}
            )
        except httpx.TransportError as error:
            problem = str(error) or type(error).__name__
        else:
            if answer.status_code == 200:
                refused = int(answer.headers.get("rempart-refused", "0"))
                return answer.content.count(b'"verdict":"hold"'), refused
            problem = f"it answered {answer.status_code}"
            if answer.status_code not in _TRY_AGAIN:
                raise _refusal(client, answer)
            wait = _retry_after(answer, wait)
        await asyncio.sleep(wait)
    raise InputError(
        f"the service does not take messages: {problem}",
        where=str(client.base_url),
        next_step="is it running there? rempart serve starts it, --to names its address",
    )


def _retry_after(answer: httpx.Response, default: float) -> float:
    try:
        return min(float(answer.headers["retry-after"]), _MAX_WAIT_SECONDS)
    except (KeyError, ValueError):
        return default


def _refusal(client: httpx.AsyncClient, answer: httpx.Response) -> RempartError:
    where = str(client.base_url)
    if answer.status_code in (401, 403):
        return AccessError(
            "the service does not accept this token",
            where=where,
            next_step="--token, or REMPART_TOKEN; the first one is in first-login.txt",
        )
    return InputError(f"it answered {answer.status_code}: {answer.text[:200]}", where=where)
