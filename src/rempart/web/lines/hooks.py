"""`POST /api/v1/hooks/sms/{line}` and `…/status`: webhooks of the provider, without framework.

Rules kept here (FAULTS row 21):

1. Wrong, empty or absent signature, a changed body or address: 401, and nothing else happens.
2. What was signed for another number is refused.
3. The same message again gets the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from rempart.connect.sms.form import incoming, read_form, status_of
from rempart.connect.sms.signature import Form, is_signed
from rempart.connect.sms.twiml import CONTENT_TYPE
from rempart.errors import InputError, NotFoundError
from rempart.web.api.body import read_body
from rempart.web.api.numbers import Numbers
from rempart.web.api.raw import respond
from rempart.web.asgi import AsgiScope, Headers, Receive, Send, header
from rempart.web.auth.headers import response_headers
from rempart.web.failures import UnknownCallerError
from rempart.web.lines.desk import HOOK, LineDesk

MAX_FORM = 64 * 1024
_STATUS = "/status"


class LineHooks:
    """The ASGI app of these routes."""

    def __init__(self, desks: Mapping[str, LineDesk], numbers: Numbers, *, tls: bool) -> None:
        self._desks = desks
        self._numbers = numbers
        self._headers = response_headers(HOOK, tls=tls)

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        await respond(send, self._answer(scope, receive), self._headers, self._numbers)

    async def _answer(self, scope: AsgiScope, receive: Receive) -> tuple[int, Headers, bytes]:
        name, is_status = _named(scope["path"])
        desk = self._desks.get(name)
        if desk is None:
            raise NotFoundError("no such line is configured", where=name[:100])
        query = scope.get("query_string", b"").decode("latin-1")
        url = f"{desk.hook_url}{_STATUS if is_status else ''}{'?' + query if query else ''}"
        body = await read_body(scope, receive, MAX_FORM)
        given = (header(scope, b"x-twilio-signature") or b"").decode("latin-1")
        form = _signed_form(body, desk, url, given)
        if is_status:
            sid = parse_qs(query).get("message", [""])[0]
            await desk.status(sid, status_of(form))
            return 204, [], b""
        answer = await desk.answer(incoming(form, desk.settings))
        return 200, [(b"content-type", CONTENT_TYPE.encode())], answer


def is_hook(path: str) -> bool:
    return path.startswith(HOOK)


def _signed_form(body: bytes, desk: LineDesk, url: str, given: str) -> Form:
    try:
        form = read_form(body)
    except InputError:
        form = None
    if form is None or not is_signed(desk.settings.auth_token, url, form, given):
        desk.counts["unsigned"] += 1
        raise UnknownCallerError(
            "the webhook is not signed as it must be",
            next_step="compare auth_token and public_url with what the provider has",
        )
    return form


def _named(path: str) -> tuple[str, bool]:
    name = path.removeprefix(HOOK).rstrip("/")
    return name.removesuffix(_STATUS), name.endswith(_STATUS)
