"""One screen as a page, or as its JSON twin: read and drawn beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from litestar import Response

from rempart.cases.people import people_with
from rempart.cases.rights import Right
from rempart.cases.second_person import days_of, too_close_to
from rempart.errors import InputError, RempartError
from rempart.store.interface import Tables
from rempart.web.api.request import AnyRequest, engine_of, moment
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import must_be_known
from rempart.web.console.templates import render
from rempart.web.failures import status_of

Screen = TypeVar("Screen", bound=msgspec.Struct)
JSON = ".json"


def wants_json(request: AnyRequest) -> bool:
    accept = request.headers.get("accept", "")
    return request.url.path.endswith(JSON) or (
        "application/json" in accept and "text/html" not in accept
    )


async def page(
    request: AnyRequest,
    template: str,
    view: Callable[[Tables], Screen],
    more: Callable[[Tables, Screen], dict[str, Any]] | None = None,
    *,
    error: RempartError | None = None,
) -> Response[Any]:
    """`more`: what the template needs besides the screen. `error`: why what was asked is not done;
    the answer's status tells it too (`why_not` and `wrong_field` for the screen)."""
    status_code = 200 if error is None else status_of(error)

    def read_and_draw() -> Response[Any]:
        with engine_of(request).read() as tables:
            screen = view(tables)
            if wants_json(request):
                return Response(screen, status_code=status_code)
            context = more(tables, screen) if more else {}
        return render(request, template, status_code=status_code, screen=screen, **context)

    return await asyncio.to_thread(read_and_draw)


def why_not(error: RempartError | None) -> str:
    """What a screen says of it: what was wrong, where, what next; empty when all went well."""
    return "" if error is None else error.diagnostics()


def wrong_field(error: RempartError | None) -> str:
    """The field of the form that could not be read; empty when it is about none."""
    return (error.where or "") if isinstance(error, InputError) else ""


class Alone(msgspec.Struct, frozen=True):
    """Nobody can agree to what the reader asks: not before `first_at`, or, when nobody else has the
    right, `days` after somebody was let in."""

    first_at: datetime | None
    days: int


def two_people(request: AnyRequest, tables: Tables, right: Right) -> dict[str, Any]:
    """What a page on which two people agree needs besides its screen (`parts/second_person.html`):
    for whose requests who looks is no second person yet, and until when; and whether anybody is
    one for hers. `right`: what both must have."""
    who = must_be_known(request).id
    close = too_close_to(tables, who, now_ms())
    others = [person.id for person in people_with(tables, right) if person.id != who]
    waits = {one: moment(close[one]) for one in others if one in close}
    alone = len(waits) == len(others)
    first_at = min(waits.values(), default=None)
    return {"too_close": waits, "alone": Alone(first_at, days_of(tables)) if alone else None}
