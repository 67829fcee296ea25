"""A provider of telephone lines as Twilio speaks: signed webhooks in, the Messages API out.

Over real sockets. It keeps an account of its own: every reply it was given, with its price, so that
a test can compare what was paid with what the service says was paid.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from xml.sax.saxutils import unescape

from rempart.connect.sms.signature import signature

SID, TOKEN = "ACdd00000000000000000000000000beef", "0123456789abcdef0123456789abcdef"
PUBLIC = "http://line.example"
_MESSAGE = re.compile(rb'<Message action="([^"]+)" method="POST">(.*?)</Message>', re.DOTALL)


class Reply(NamedTuple):
    """One text that left: `how` is `webhook` or `api`."""

    sid: str
    to: str
    body: str
    how: str
    at: float
    status_url: str


class Answered(NamedTuple):
    status: int
    body: bytes

    @property
    def reply(self) -> str | None:
        found = _MESSAGE.search(self.body)
        return None if found is None else unescape(found[2].decode())


class Provider:
    """`now`: the provider's clock. `moods`: what the Messages API
    does with the next requests: `ok`, `lost` (takes it and says nothing), `429`, `500`, `garbage`
    (takes it and answers nonsense), `refused`."""

    def __init__(self, line: str = "reponse", number: str = "+33639980000") -> None:
        self.service = urlsplit("")
        self.line, self.number = line, number
        self.now = 0.0
        self.replies: list[Reply] = []
        self.moods: list[str] = []
        self.requests: list[tuple[str, str]] = []
        self.port = 0
        self._sids = itertools.count(1)
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    def moved_to(self, service: str) -> None:
        """Where the webhooks go: the service was started (again)."""
        self.service = urlsplit(service)
        self._idle.clear()

    # -- webhooks ----------------------------------------------------------------------------

    def form(self, sid: str, sender: str, body: str, **more: str) -> dict[str, str]:
        return {
            "ToCountry": "FR",
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "SmsSid": sid,
            "SmsStatus": "received",
            "FromCountry": "FR",
            "Body": body,
            "To": self.number,
            "NumSegments": "1",
            "MessageSid": sid,
            "AccountSid": SID,
            "From": sender,
            "ApiVersion": "2010-04-01",
            **more,
        }

    async def deliver(self, sid: str, sender: str, body: str, **more: str) -> Answered:
        """One message to the line; the reply, if any, leaves at once."""
        answer = await self.post(self.path, self.form(sid, sender, body, **more))
        text = answer.reply
        if answer.status == 200 and text is not None:
            found = _MESSAGE.search(answer.body)
            assert found is not None
            url = unescape(found[1].decode(), {"&quot;": '"'})
            self._send(sender, text, "webhook", url)
        return answer

    async def status(self, reply: Reply, **fields: str) -> Answered:
        parts = urlsplit(reply.status_url)
        form = {"MessageSid": reply.sid, "To": reply.to, "From": self.number, **fields}
        return await self.post(f"{parts.path}?{parts.query}", form)

    async def post(
        self,
        path: str,
        form: dict[str, str],
        *,
        token: str = TOKEN,
        signed: dict[str, str] | None = None,
        given: str | None = None,
    ) -> Answered:
        """`signed`: another form than the one sent; `given`: another signature."""
        pairs = list((form if signed is None else signed).items())
        right = signature(token, PUBLIC + path, pairs)
        return await self.raw(path, urlencode(form).encode(), right if given is None else given)

    async def raw(self, path: str, body: bytes, given: str) -> Answered:
        head = (
            f"POST {path} HTTP/1.1\r\nhost: line.example\r\nx-twilio-signature: {given}\r\n"
            f"content-type: application/x-www-form-urlencoded\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        reader, writer = await self._connection()
        writer.write(head.encode("latin-1") + body)
        try:
            answered = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            # closed while it was idle
            self._idle.clear()
            reader, writer = await self._connection()
            writer.write(head.encode("latin-1") + body)
            answered = await reader.readuntil(b"\r\n\r\n")
        status = int(answered.split(b" ", 2)[1])
        size = re.search(rb"(?i)content-length: (\d+)", answered)
        content = await reader.readexactly(int(size[1])) if size else b""
        self._idle.append((reader, writer))
        return Answered(status, content)

    @property
    def path(self) -> str:
        return f"/api/v1/hooks/sms/{self.line}"

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self.service.hostname, self.service.port)

    def _send(self, to: str, body: str, how: str, url: str) -> Reply:
        reply = Reply(f"SM{next(self._sids):032x}", to, body, how, self.now, url)
        self.replies.append(reply)
        return reply

    # -- the Messages API --------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            method, path, _ = first.split(" ")
            self.requests.append((method, path))
            answer = self._answer(method, path, body)
            if answer is not None:
                status, content = answer
                writer.write(
                    f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        finally:
            writer.close()

    def _answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes] | None:
        if method == "GET":
            return 200, self._found(path)
        form = dict(parse_qsl(body.decode()))
        mood = self.moods.pop(0) if self.moods else "ok"
        if mood == "429":
            return 429, b'{"code": 20429, "message": "Too Many Requests"}'
        if mood == "500":
            return 500, b"oops"
        if mood == "refused":
            return 400, b'{"code": 21610, "message": "Attempt to send to unsubscribed recipient"}'
        reply = self._send(form["To"], form["Body"], "api", form["StatusCallback"])
        if mood == "lost":
            return None
        if mood == "garbage":
            return 200, b"<html>"
        return 201, json.dumps(self._resource(reply)).encode()

    def _found(self, path: str) -> bytes:
        asked = parse_qs(urlsplit(path).query)
        if "To" not in asked:
            sid = urlsplit(path).path.rsplit("/", 1)[1].removesuffix(".json")
            one = next(reply for reply in self.replies if reply.sid == sid)
            return json.dumps(self._resource(one) | {"price": "-0.20000"}).encode()
        found = [self._resource(one) for one in self.replies if one.to == asked["To"][0]]
        return json.dumps({"messages": found[::-1], "page": 0}).encode()

    def _resource(self, reply: Reply) -> dict[str, Any]:
        return {
            "sid": reply.sid,
            "to": reply.to,
            "from": self.number,
            "body": reply.body,
            "status": "queued",
            "direction": "outbound-reply" if reply.how == "webhook" else "outbound-api",
            "num_segments": "1",
            "price": None,
            "price_unit": "EUR",
            "error_code": None,
        }

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Provider]:
        """On the same port each time."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for _, writer in self._idle:
                writer.close()
            self._idle.clear()
