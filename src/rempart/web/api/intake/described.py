"""`POST /messages` as the description of the API has it; `messages.Messages` answers it.

The dispatcher takes the route before the framework is entered, so this handler only describes.
"""

from __future__ import annotations

from typing import Any

from litestar import post
from litestar.params import JSONBody

from rempart.model import Message, Outcome
from rempart.web.auth import needs


@post("/messages", guards=[needs("ingest")], status_code=200, tags=["messages"])
async def deliver(data: JSONBody[Message]) -> Outcome:
    """One message (or event), a JSON array of them, or NDJSON; gzip if you like.

    The answer has the shape of the question: one outcome, an array, or NDJSON, in input order,
    after the durable commit. A refused item stands in its place as `{"error": {…}}` with reason
    and field.
    """
    raise AssertionError(f"{data.id}: answered by the dispatcher")


route_handlers: list[Any] = [deliver]
