"""`POST /api/v1/messages` measured: messages per CPU-second of the server, with durable commits.

Starts `rempart serve` on an empty folder, speaks to it over loopback from this process, and reads
the server's CPU time from /proc before and after. Three runs: batches of 500 as NDJSON over 8
connections; single messages over 64 connections, as fast as they are answered; single messages at
half of that rate, for the latencies. Texts are the real chat beside the checkout when it is there,
else generated words. Run: `python -m tests.bench.http_ingest [--seconds 8]`.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

CHAT = "data/chat/stream_chat.ndjson.gz"
WORDS = [
    "hello",
    "nice",
    "stream",
    "tonight",
    "lol",
    "what",
    "a",
    "play",
    "gg",
    "well",
    "done",
    "see",
    "you",
    "same",
    "here",
]
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Figures(NamedTuple):
    name: str
    messages: int
    requests: int
    wall: float
    cpu: float
    p50_ms: float
    p99_ms: float
    rss_mb: float

    def line(self) -> str:
        return (
            f"{self.name}: {self.messages / self.cpu:,.0f} messages and "
            f"{self.requests / self.cpu:,.0f} requests per CPU-second of the server; "
            f"{self.messages / self.wall:,.0f} messages/s, {self.requests / self.wall:,.0f} "
            f"requests/s wall; p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.1f} ms; "
            f"{self.rss_mb:.0f} MB"
        )


class Texts:
    """Endless messages with ids that never repeat; 50 channels, 20,000 accounts."""

    def __init__(self) -> None:
        self._rng = random.Random(1)
        self._numbers = count()
        self._texts = list(_real_texts()) or [
            " ".join(self._rng.choices(WORDS, k=self._rng.randint(2, 12))) for _ in range(5_000)
        ]

    def message(self) -> bytes:
        rng, number = self._rng, next(self._numbers)
        account = rng.randrange(20_000)
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return json.dumps(
            {
                "id": f"b{number}",
                "platform": "twitch",
                "channel": f"channel{account % 50}",
                "sent_at": now,
                "author": {
                    "id": f"u{account}",
                    "name": f"viewer_{account}",
                    "created_at": "2021-05-01T08:00:00Z",
                },
                "text": rng.choice(self._texts),
            },
            ensure_ascii=False,
        ).encode()


def _real_texts() -> Iterator[str]:
    root = Path(__file__).resolve().parents[2]
    path = Path(os.environ.get("REMPART_SHARED", root.parent / "shared")) / CHAT
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for _, line in zip(range(50_000), file, strict=False):
                text = json.loads(line).get("text")
                if text:
                    yield text


class Connection:
    """HTTP/1.1 with keep-alive, as little of it as is needed to cost the client nothing."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._head = (
            "POST /api/v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            f"authorization: Bearer {token}\r\ncontent-type: "
        )

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    def request(self, body: bytes, content_type: str) -> bytes:
        head = f"{self._head}{content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body

    async def post(self, request: bytes) -> None:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        await self._reader.readexactly(length)


async def closed_loop(
    server: Server, name: str, connections: int, batch: int, seconds: float, texts: Texts
) -> Figures:
    """Every connection sends the next as soon as the last was answered."""
    made = [Connection(server.port, server.token) for _ in range(connections)]
    for one in made:
        await one.open()
    kind = "application/json" if batch == 1 else "application/x-ndjson"
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def run(one: Connection) -> None:
        while time.perf_counter() < end:
            body = b"\n".join(texts.message() for _ in range(batch))
            request = one.request(body, kind)
            begin = time.perf_counter()
            await one.post(request)
            times.append(time.perf_counter() - begin)

    cpu, begin = server.cpu(), time.perf_counter()
    await asyncio.gather(*(run(one) for one in made))
    return figures(name, server, times, batch, cpu, begin)


async def open_loop(
    server: Server, name: str, rate: float, seconds: float, texts: Texts
) -> Figures:
    """Requests at a fixed rate, whether answered or not: latency counts from when one was due."""
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(256):
        one = Connection(server.port, server.token)
        await one.open()
        idle.put_nowait(one)
    times: list[float] = []
    requests = [
        one.request(texts.message(), "application/json") for _ in range(int(rate * seconds))
    ]

    async def send(due: float, request: bytes) -> None:
        one = await idle.get()
        await one.post(request)
        times.append(time.perf_counter() - due)
        idle.put_nowait(one)

    cpu, begin = server.cpu(), time.perf_counter()
    sent: set[asyncio.Task[None]] = set()
    for number, request in enumerate(requests):
        due = begin + number / rate
        if (early := due - time.perf_counter()) > 0.001:
            await asyncio.sleep(early)
        task = asyncio.create_task(send(due, request))
        sent.add(task)
        task.add_done_callback(sent.discard)
    await asyncio.gather(*sent)
    return figures(name, server, times, 1, cpu, begin)


def figures(
    name: str, server: Server, times: list[float], batch: int, cpu: float, begin: float
) -> Figures:
    wall = time.perf_counter() - begin
    ordered = sorted(times)
    return Figures(
        name,
        len(times) * batch,
        len(times),
        wall,
        server.cpu() - cpu,
        ordered[len(ordered) // 2] * 1000,
        ordered[int(len(ordered) * 0.99)] * 1000,
        server.rss_mb(),
    )


class Server:
    def __init__(self, process: subprocess.Popen[str], port: int, token: str) -> None:
        self.port, self.token = port, token
        self._proc = Path(f"/proc/{process.pid}")

    def cpu(self) -> float:
        fields = (self._proc / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def rss_mb(self) -> float:
        line = next(
            line
            for line in (self._proc / "status").read_text().splitlines()
            if line.startswith("VmHWM")
        )
        return int(line.split()[1]) / 1024


@contextmanager
def serving() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="rempart-bench-") as folder:
        command = [sys.executable, "-m", "rempart.cli", "serve", "--port", "0", "--json"]
        process = subprocess.Popen(
            [*command, "--data", folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            text = Path(told["first_login"]).read_text()
            token = next(
                line.removeprefix("ingest-token: ")
                for line in text.splitlines()
                if line.startswith("ingest-token: ")
            )
            yield Server(process, int(told["address"].rsplit(":", 1)[1]), token)
        finally:
            process.terminate()
            process.wait(timeout=30)


def measure(seconds: float) -> list[Figures]:
    texts, found = Texts(), []
    with serving() as server:
        run = closed_loop(server, "batches of 500", 8, 500, seconds, texts)
        found.append(asyncio.run(run))
    with serving() as server:
        run = closed_loop(server, "single messages", 64, 1, seconds, texts)
        found.append(asyncio.run(run))
    rate = found[-1].requests / found[-1].wall / 2
    with serving() as server:
        run = open_loop(server, f"single messages at {rate:,.0f}/s", rate, seconds, texts)
        found.append(asyncio.run(run))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rate", type=float, help="Only single messages at this rate.")
    asked = parser.parse_args()
    if asked.rate:
        with serving() as server:
            run = open_loop(server, f"{asked.rate:,.0f}/s", asked.rate, asked.seconds, Texts())
            print(asyncio.run(run).line())
        return
    for one in measure(asked.seconds):
        print(one.line())


if __name__ == "__main__":
    main()
