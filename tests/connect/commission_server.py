"""The Commission's Transparency Database as its own code behaves, on a real socket.

After facts/sor_api.yaml: validation by the official schema with bounds of dates, batches that are
all or nothing, identifiers that are unique for ever and locked for 30 seconds while a request holds
them, 302 without a target, 429 in plain text, 401 for another token, and nothing that changes or
takes back a statement. `faults` makes the network and the server fail, one per request.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

import jsonschema

from rempart.disclose.transparency_database.rules import schema

TOKEN = "17|a-token-of-the-sandbox"
LOCK_SECONDS = 30.0
OFFICIAL = jsonschema.Draft202012Validator(schema())
_REASONS = {201: "Created", 302: "Found", 401: "Unauthorized", 404: "Not Found", 422: "Wrong"}


class Fault(StrEnum):
    """`lost_before`: the line breaks and nothing is stored; `lost_after`: stored, and the answer is
    lost; `slow_store`: the answer is lost, the lock is held, and it is stored when that ends."""

    NONE = "none"
    LOST_BEFORE = "lost_before"
    LOST_AFTER = "lost_after"
    SLOW_STORE = "slow_store"
    LOCKED = "locked"
    BUSY = "busy"
    SERVER_ERROR = "server_error"
    PROXY = "proxy"


class Commission:
    """`stored`: what was accepted, by identifier. `clock`: seconds, for the locks."""

    def __init__(
        self,
        clock: Callable[[], float],
        faults: Iterable[Fault] = (),
        *,
        wrapped: bool = True,
    ) -> None:
        self.clock = clock
        self.faults = iter(faults)
        self.wrapped = wrapped
        self.stored: dict[str, dict[str, Any]] = {}
        self.times: Counter[str] = Counter()
        self.requests: list[tuple[str, str]] = []
        self.batches: list[int] = []
        self.port = 0
        self._locks: dict[str, float] = {}
        self._late: list[tuple[float, list[dict[str, Any]]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            method, path, _ = first.split(" ")
            self.requests.append((method, path))
            answer = self._answer(method, path, headers, body)
            if answer is not None:
                status, sent, kind = answer
                writer.write(
                    f"HTTP/1.1 {status} {_REASONS.get(status, 'X')}\r\ncontent-type: {kind}\r\n"
                    f"content-length: {len(sent)}\r\nconnection: close\r\n\r\n".encode()
                    + sent
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes, str] | None:
        self._catch_up()
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return _json(401, {"message": "Unauthenticated."})
        if headers.get("accept") != "application/json":
            return 200, b"<html>a page for people</html>", "text/html"
        fault = next(self.faults, Fault.NONE)
        if fault is Fault.BUSY:
            text = b"Limit Reached. Please do not overload the API"
            return 429, text, "text/plain"
        if fault is Fault.SERVER_ERROR:
            return 500, b"<h1>Server Error</h1>", "text/html"
        if fault is Fault.PROXY:
            return 404, b"<h1>no such page</h1>", "text/html"
        if method == "GET" and path.startswith("/api/v1/statement/existing-puid/"):
            if fault is not Fault.NONE:
                return None
            return self._existing(path.rpartition("/")[2])
        if method != "POST":
            return _json(405, {"message": f"The {method} method is not supported for this route."})
        if path == "/api/v1/statements":
            return self._batch(json.loads(body)["statements"], fault)
        return _json(404, {"message": "no such route"})

    def _existing(self, puid: str) -> tuple[int, bytes, str]:
        if puid in self.stored:
            return _json(302, {"message": "statement of reason found", "puid": puid})
        return _json(404, {"message": "statement of reason not found", "puid": puid})

    def _batch(self, rows: list[dict[str, Any]], fault: Fault) -> tuple[int, bytes, str] | None:
        self.batches.append(len(rows))
        if not 1 <= len(rows) <= 100:
            message = {"errors": {"statements": ["must have between 1 and 100 items."]}}
            return _json(422, message)
        if fault is Fault.LOST_BEFORE:
            return None
        errors = {f"statement_{n}": wrong for n, row in enumerate(rows) if (wrong := _wrong(row))}
        if errors:
            return _json(422, {"errors": errors})
        puids = [row["puid"] for row in rows]
        if fault is Fault.LOCKED:  # somebody's earlier request still holds the lock
            self._locks[puids[0]] = self.clock() + LOCK_SECONDS
        known = [p for p in puids if p in self.stored or self._locks.get(p, 0) > self.clock()]
        if known or len(set(puids)) < len(puids):
            told = "The platform identifier(s) are not all unique within this call."
            return _json(422, {"errors": {"puid": [told], "existing_puids": known}})
        if fault is Fault.SLOW_STORE:
            until = self.clock() + LOCK_SECONDS
            self._locks |= dict.fromkeys(puids, until)
            self._late.append((until, rows))
            return None
        answer = [self._store(row) for row in rows]
        if fault is Fault.LOST_AFTER:
            return None
        return _json(201, {"statements": answer} if self.wrapped else answer)

    def _store(self, row: dict[str, Any]) -> dict[str, Any]:
        puid = row["puid"]
        self.times[puid] += 1
        self.stored[puid] = row
        name = str(uuid.uuid5(uuid.NAMESPACE_URL, puid))
        link = f"{self.url}/statement/{name}"
        return {
            **row,
            "uuid": name,
            "id": len(self.stored),
            "created_at": "2026-03-02 10:00:00",
            "permalink": link,
            "self": link,
        }

    def _catch_up(self) -> None:
        """What a slow request stores when its lock ends: the server itself lets none in twice."""
        waiting, self._late = self._late, []
        for until, rows in waiting:
            if until > self.clock():
                self._late.append((until, rows))
                continue
            for row in rows:
                if row["puid"] not in self.stored:
                    self._store(row)


def _wrong(row: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for error in OFFICIAL.iter_errors(row):
        found.setdefault(".".join(map(str, error.path)) or "statement", []).append(error.message)
    if not "2000-01-01" <= row.get("content_date", "") <= "2038-01-01":
        found["content_date"] = ["The content date must be a date after 2000-01-01."]
    if not "2020-01-01" <= row.get("application_date", "") <= "2038-01-01":
        found["application_date"] = ["The application date must be a date after 2020-01-01."]
    return found


def _json(status: int, document: Any) -> tuple[int, bytes, str]:
    return status, json.dumps(document).encode(), "application/json"


@asynccontextmanager
async def serving(commission: Commission) -> AsyncIterator[Commission]:
    server = await asyncio.start_server(commission.handle, "127.0.0.1", 0)
    commission.port = server.sockets[0].getsockname()[1]
    try:
        yield commission
    finally:
        server.close()
        await server.wait_closed()
