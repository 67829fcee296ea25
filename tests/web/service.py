"""Starting the service as `rempart serve` does, in a thread, and speaking to it over HTTP."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from queue import Queue
from typing import Any

import httpx

from rempart.engine.embedded import EmbeddedEngine
from rempart.web.auth import secret
from rempart.web.service import Running, run_service

HOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NAME, PASSWORD = "Mo", "correct horse battery"
PASSWORD_KIB = secret.MEMORY_KIB
secret.MEMORY_KIB = 1024
"""Nearly every test signs in first: with a hash of the same kind, in a sixtieth of the time. That
the service's own takes what it should is a test beside signing in (`PASSWORD_KIB`)."""
_numbers = count(1)


def message(**fields: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "id": f"m{number}",
        "platform": "twitch",
        "channel": "lea",
        "sent_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "author": {"id": f"u{number}"},
        "text": "good evening",
        **fields,
    }


def lines(*items: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


def csrf_in(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found, html[:500]
    return found[1]


class Service:
    def __init__(self, running: Running, data: Path) -> None:
        self.running = running
        self.address = running.address
        self.data = data
        if running.first_login is not None:
            self.ingest_token = running.first_login.token
            self.one_time = running.first_login.one_time
        self._person: httpx.Client | None = None

    @classmethod
    @contextmanager
    def running(cls, data: Path, **options: Any) -> Iterator[Service]:
        """`options` go to `run_service`."""
        ready: Queue[Running | BaseException] = Queue()

        def run() -> None:
            try:
                run_service(data, on_ready=ready.put, **{"port": 0, **options})
            except BaseException as error:
                ready.put(error)
                raise

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        running = ready.get(timeout=30)
        if isinstance(running, BaseException):
            raise running
        try:
            yield cls(running, data)
        finally:
            running.stop()
            thread.join(timeout=30)
            assert not thread.is_alive(), "the service did not stop"

    @property
    def engine(self) -> EmbeddedEngine:
        return self.running.engine

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60)

    @property
    def person(self) -> httpx.Client:
        """Signed in, with the CSRF token as scripts of the console send it."""
        if self._person is None:
            self._person = self.first_sign_in()
        return self._person

    def first_sign_in(self) -> httpx.Client:
        client = self.client()
        csrf = csrf_in(client.get("/login").text)
        answer = client.post("/login", data={"csrf": csrf, "one_time": self.one_time})
        assert answer.status_code == 303, answer.text[:500]
        csrf = csrf_in(client.get("/login/password").text)
        choice = {"csrf": csrf, "name": NAME, "password": PASSWORD, "again": PASSWORD}
        answer = client.post("/login/password", data=choice)
        assert answer.status_code == 303, answer.text[:500]
        return with_csrf(client)

    def sign_in(self, name: str = NAME, password: str = PASSWORD) -> httpx.Client:
        client = self.client()
        csrf = csrf_in(client.get("/login").text)
        form = {"csrf": csrf, "name": name, "password": password}
        answer = client.post("/login", data=form)
        assert answer.status_code == 303, answer.text[:500]
        return with_csrf(client)

    def drawn(self, page: str, asked: dict[str, str], what: str = "draw") -> dict[str, Any]:
        """Asks for what is drawn in the background, and waits until it is there; the screen."""
        answer = self.person.post(f"{page}/{what}", data=asked)
        assert answer.status_code == 303, answer.text
        shown = {name: value for name, value in asked.items() if value}
        for _ in range(900):
            screen: dict[str, Any] = self.person.get(f"{page}.json", params=shown).json()
            if screen["phase"] is None:
                return screen
            time.sleep(0.05)
        raise AssertionError("it is not drawn")

    def token(self, *scopes: str, channels: list[str] | None = None) -> str:
        body = {"name": "test", "scopes": list(scopes), "channels": channels}
        answer = self.person.post("/api/v1/tokens", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])


def with_csrf(client: httpx.Client) -> httpx.Client:
    from rempart.web.auth.secret import csrf_of

    client.headers["x-csrf-token"] = csrf_of(client.cookies["rempart"])
    return client
