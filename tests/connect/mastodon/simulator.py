"""An instance of Mastodon in small: REST and admin API, streams of server-sent events, webhooks."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from tests.connect.platform_server import Asked, PlatformServer, Reply

TOKEN, GUARD, SECRET = "token-1", "900", "a-secret-of-the-instance"
STREAM = "/api/v1/streaming/"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Instance(PlatformServer):
    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, dict[str, Any]] = {}
        self.statuses: dict[str, dict[str, Any]] = {}
        self.reports: list[dict[str, Any]] = []
        self.filed: list[dict[str, Any]] = []
        self.actions: list[dict[str, Any]] = []
        self.readers: dict[str, list[asyncio.StreamWriter]] = {}
        self.limit = 300
        self._numbers = itertools.count(100)
        self.person(GUARD, "guard")

    def settings(self, **more: Any) -> dict[str, Any]:
        return {"url": self.address, "token": TOKEN, "allow": ("127.0.0.1",), **more}

    # -- what people do ----------------------------------------------------------------------

    def person(self, id: str, acct: str, **more: Any) -> dict[str, Any]:
        username, _, domain = acct.partition("@")
        made = (datetime.now(UTC) - timedelta(days=400)).strftime("%Y-%m-%dT00:00:00.000Z")
        account = {
            "id": id,
            "username": username,
            "acct": acct,
            "bot": False,
            "created_at": made,
            "url": f"https://{domain or 'here.example'}/@{username}",
        }
        self.accounts[id] = {
            "id": id,
            "username": username,
            "domain": domain or None,
            "silenced": False,
            "suspended": False,
            "account": account | more,
        }
        return self.accounts[id]

    def status(self, account: str, html: str, **more: Any) -> dict[str, Any]:
        id = str(next(self._numbers))
        self.statuses[id] = {
            "id": id,
            "created_at": now(),
            "edited_at": None,
            "in_reply_to_id": None,
            "spoiler_text": "",
            "visibility": "public",
            "url": f"https://here.example/@x/{id}",
            "content": html,
            "reblog": None,
            "account": self.accounts[account]["account"],
            "media_attachments": [],
            "mentions": [],
            "poll": None,
            **more,
        }
        return self.statuses[id]

    async def send(self, stream: str, event: str, payload: Any) -> None:
        data = payload if isinstance(payload, str) else json.dumps(payload)
        for writer in self.readers.get(stream, []):
            chunk = f"event: {event}\ndata: {data}\n\n".encode()
            half = len(chunk) // 2
            for part in (b":thump\n", chunk[:half], chunk[half:]):
                writer.write(b"%x\r\n%b\r\n" % (len(part), part))
                await writer.drain()
                await asyncio.sleep(0)

    async def posts(
        self, account: str, html: str, stream: str = "public/local", **more: Any
    ) -> str:
        made = self.status(account, html, **more)
        await self.send(stream, "update", made)
        return str(made["id"])

    def report(self, by: str, about: str, *statuses: str, **more: Any) -> dict[str, Any]:
        made = {
            "id": str(len(self.reports) + 1),
            "action_taken": False,
            "category": "other",
            "comment": "",
            "created_at": now(),
            "account": self.accounts[by],
            "target_account": self.accounts[about],
            "statuses": [self.statuses[id] for id in statuses],
            "rules": [],
            **more,
        }
        self.reports.append(made)
        return made

    def webhook(self, event: str, about: Any, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
        body = json.dumps({"event": event, "created_at": now(), "object": about}).encode()
        signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature": f"sha256={signed}"}
        return body, headers

    async def drop(self) -> None:
        for writers in self.readers.values():
            for writer in writers:
                writer.transport.abort()
            writers.clear()

    # -- HTTP --------------------------------------------------------------------------------

    async def streamed(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        if not asked.path.startswith(STREAM) or not self._known(asked):
            return False
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
        writer.write(b"transfer-encoding: chunked\r\n\r\n")
        await writer.drain()
        self.readers.setdefault(asked.path.removeprefix(STREAM), []).append(writer)
        await writer.wait_closed()
        return True

    def _known(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Bearer {TOKEN}"

    async def answer(self, asked: Asked) -> Reply:
        if not self._known(asked):
            return Reply(401, {"error": "The access token is invalid"})
        self.limit -= 1
        reset = (datetime.now(UTC) + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
        headers = {"x-ratelimit-remaining": str(max(0, self.limit)), "x-ratelimit-reset": reset}
        if self.limit < 0:
            return Reply(429, {"error": "Too many requests"}, headers)
        reply = self._answer(asked)
        return reply._replace(headers={**headers, **(reply.headers or {})})

    def _answer(self, asked: Asked) -> Reply:
        match (asked.method, *asked.path.strip("/").split("/")):
            case ("GET", "api", "v2", "instance"):
                urls = {"streaming": self.address.replace("http", "ws")}
                return Reply(200, {"domain": "here.example", "configuration": {"urls": urls}})
            case ("GET", "api", "v1", "accounts", "verify_credentials"):
                return Reply(200, self.accounts[GUARD]["account"])
            case ("POST", "api", "v1", "reports"):
                self.filed.append({"id": f"{900 + len(self.filed)}", **asked.json})
                return Reply(200, self.filed[-1])
            case ("GET", "api", "v1", "admin", "reports"):
                return self._reports(asked)
            case ("POST", "api", "v1", "admin", "reports", id, "resolve"):
                next(one for one in self.filed if one["id"] == id)["resolved"] = True
                return Reply(200, {"id": id})
            case (method, "api", "v1", "admin", "accounts", id, *rest):
                return self._account(method, id, rest, asked)
        return Reply(404, {"error": "Record not found"})

    def _reports(self, asked: Asked) -> Reply:
        query = asked.query
        newer = [one for one in self.reports if int(one["id"]) > int(query.get("min_id", "0"))]
        page = newer[: int(query["limit"])]
        headers = {}
        if page:
            link = f"{self.address}{asked.path}?limit={query['limit']}&min_id={page[-1]['id']}"
            headers["link"] = f'<{link}>; rel="prev"'
        return Reply(200, page[::-1], headers)

    def _account(self, method: str, id: str, rest: list[str], asked: Asked) -> Reply:
        account = self.accounts.get(id)
        if account is None:
            return Reply(404, {"error": "Record not found"})
        if rest == ["action"]:
            if account["account"].get("staff"):
                return Reply(403, {"error": "This action is not allowed"})
            self.actions.append({"account": id, **asked.json})
            account[{"silence": "silenced", "suspend": "suspended"}[asked.json["type"]]] = True
            return Reply(200, {})
        if rest == ["unsilence"]:
            account["silenced"] = False
        elif rest == ["unsuspend"]:
            if not account["suspended"]:
                return Reply(403, {"error": "This action is not allowed"})
            account["suspended"] = False
        return Reply(200, account)


def deliver(address: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(address, content=body, headers=headers, timeout=60)
