"""Routes without framework: what they answer or refuse, with the headers that every answer has."""

from __future__ import annotations

from collections.abc import Awaitable

from rempart.errors import RempartError
from rempart.web.api.body import DisconnectedError
from rempart.web.api.numbers import Numbers
from rempart.web.asgi import Headers, Send, send_answer
from rempart.web.failures import failure, status_of


async def respond(
    send: Send, answering: Awaitable[tuple[int, Headers, bytes]], own: Headers, numbers: Numbers
) -> None:
    """Sends status, headers and body, or the refusal, which is counted; nothing to who has left.
    `own`: headers of every answer of this route."""
    try:
        status, headers, body = await answering
    except DisconnectedError:
        return
    except RempartError as error:
        status, headers, body = failure(error)
        numbers.turned_away(status_of(error))
    await send_answer(send, status, [*headers, *own], body)
