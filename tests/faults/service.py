"""The real service in a process of its own that can be killed, started quickly and often.

A fork server imports the service once; each start is a fork that runs `run_service` as `rempart
serve` does. The kill is SIGKILL to that process: no handler, no flush, no goodbye.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import resource
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any

from rempart.web.service import Running, run_service

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["rempart.web.service", "tests.faults.service"])


def _serve(data: str, ready: Connection, handles: int | None) -> None:
    def tell(running: Running) -> None:
        if handles is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (handles, handles))
        token = running.first_login.token if running.first_login else ""
        ready.send((running.address, token))

    run_service(Path(data), port=0, on_ready=tell)


class Service:
    """`with Service(data) as service:` starts it; leaving stops it in an orderly way."""

    def __init__(self, data: Path, *, handles: int | None = None) -> None:
        """`handles`: so many open files at most, once it runs."""
        self._data = data
        self._handles = handles

    def __enter__(self) -> Service:
        receiving, sending = _PROCESSES.Pipe(duplex=False)
        self.process = _PROCESSES.Process(
            target=_serve, args=(str(self._data), sending, self._handles)
        )
        self.process.start()
        sending.close()
        if not receiving.poll(180):
            self.kill()
            raise AssertionError("the service did not start")
        self.address, self.token = receiving.recv()
        receiving.close()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.is_alive():
            self.process.terminate()
        self.process.join(60)
        if self.process.is_alive():
            self.kill()
            raise AssertionError("the service did not stop")

    def kill(self) -> None:
        """No handler runs, nothing is flushed."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()

    def client(self) -> Client:
        return Client(self.address, self.token)


class Client:
    """One connection that delivers messages."""

    def __init__(self, address: str, token: str) -> None:
        self._headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/x-ndjson",
        }
        self._http = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)

    def deliver(self, *lines: bytes) -> tuple[int, list[Any], dict[str, str]]:
        """Status, answers and headers."""
        self._http.request("POST", "/api/v1/messages", b"\n".join(lines), self._headers)
        answer = self._http.getresponse()
        body = answer.read()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        if answer.status != 200:
            return answer.status, [], headers
        return 200, [json.loads(part) for part in body.splitlines()], headers
