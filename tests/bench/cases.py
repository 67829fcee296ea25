"""The queue page, a case page and `POST /reports`, with 100,000 open cases and many reports.

Fills a store by SQL (what the tables hold after years; the words of those reports are not in the
log, those of the measured case are), starts `rempart serve` on it, and reads the server's CPU time
from /proc. Run: `python -m tests.bench.cases [--open 100000 --reports 1000000]`; the figures of
docs/benchmarks.md are with `--reports 10000000`, which needs 6 GB and some minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import apsw
import httpx
from tests.bench.http_ingest import Server

from rempart.cases.harms import harms
from rempart.cases.queue.policy import shipped
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.receiving import receive
from rempart.engine.embedded import STORE_FILE, EmbeddedEngine
from rempart.model import ReportRequest
from rempart.web.auth.secret import csrf_of

MEASURED = 200
REPORTS_OF_CASE = 500
PASSWORD = "correct horse battery"
_numbers = count()
_WORDS = ["he", "she", "they", "wrote", "came", "again", "after", "near", "house", "said", "waits"]


def fill(folder: Path, still_open: int, reports: int) -> str:
    """The store; returns the id of a case whose reports have their words."""
    engine = EmbeddedEngine.open(folder)
    engine.start()
    engine.stop()
    ReportKeys.load(folder / "keys", has_reports=False)
    db = apsw.Connection(str(folder / STORE_FILE))
    db.pragma("synchronous", "OFF")
    db.pragma("journal_mode", "OFF")
    db.pragma("cache_size", -1_000_000)
    now, names = int(time.time() * 1000), list(harms())
    clocks = {key: shipped().running(harm.clock, "") for key, harm in harms().items()}
    decided = max(1, reports // 20)
    with db:
        db.execute("CREATE TEMP TABLE n (n INTEGER PRIMARY KEY)")
        _numbered(db, still_open)
        rng = random.Random(1)
        rows = []
        for number in range(still_open):
            harm = names[rng.randrange(len(names))]
            rank = {"life": 0, "urgent": 1}.get(harms()[harm].urgency, 2)
            due = now + round(clocks[harm].decide * rng.random())
            rows.append((f"c-open{number}", number, harm, rank, due, now - rng.randrange(10**8)))
        db.executemany(
            "INSERT INTO cases (id, thing, ordinal, kind, subject, platform, channel, target,"
            " state, priority, why, messages, opened_ms, updated_ms, harm, graver_ms, class,"
            " due_ms, turn_ms, weight, looked_ms)"
            " VALUES (?1, CAST('o' || ?2 AS BLOB), 1, 'message', 'm' || ?2, 'twitch',"
            " 'c' || (?2 % 50), 'c' || (?2 % 50), 'open', 100,"
            ' \'{"en":"Reported by a person.","fr":"Signalé."}\', 1, ?6, ?6, ?3, ?6, ?4, ?5,'
            " ?5 / 900000 * 900000, ?2 % 900, ?6)",
            rows,
        )
        db.executemany(
            "INSERT INTO deadline (case_id, kind, clock, start_ms, start_seq, span_ms, due_ms,"
            " stage, lapses, shifted_ms, next_ms) VALUES (?1, 'decide', 'other_illegal', ?6, 1,"
            " 60000000, ?5, 0, 0, 0, ?5 + 999999999)",
            rows,
        )
        _numbered(db, decided)
        db.execute(
            "INSERT INTO cases (id, thing, ordinal, kind, subject, platform, channel, target,"
            " state, priority, why, messages, opened_ms, updated_ms, harm, graver_ms)"
            " SELECT 'c-done' || n, CAST('d' || n AS BLOB), 1, 'message', 'm', 'twitch',"
            " 'c' || (n % 50), 'c', 'decided', 100, '{}', 1, ?1 - n * 1000, ?1, 'hate', 1 FROM n",
            (now,),
        )
        db.execute(
            "INSERT INTO decision (id, case_id, outcome, ground, reason, decided_by, decided_ms,"
            " measures, undone, seq, taken) SELECT 'd' || n, 'c-done' || n, 'uphold', 'terms', 'r',"
            " 'moderator-1', ?1 - n * 900, '[]', '[]', 1, '[]' FROM n",
            (now,),
        )
        db.execute("DELETE FROM case_touched")
    done = 0
    while done < reports:
        size = min(1_000_000, reports - done)
        with db:
            _numbered(db, size)
            db.execute(
                "INSERT INTO report (id, case_id, thing, category, language, reporter, content,"
                " received_ms, seq) SELECT 'rp-' || (n + ?1), CASE WHEN n % 2 THEN 'c-open' ||"
                " ((n + ?1) * 7919 % ?2) ELSE 'c-done' || (1 + (n + ?1) * 104729 % ?3) END,"
                " CAST('t' || (n + ?1) AS BLOB), 'hate', CASE n % 3 WHEN 0 THEN 'en' ELSE 'fr' END,"
                " CAST('s' || ((n + ?1) * 31 % 3000000) AS BLOB), x'00',"
                " ?4 - (n + ?1) % 31536000 * 1000, 1 FROM n",
                (done, still_open, decided, now),
            )
            db.execute(
                "INSERT INTO receipt SELECT CAST('w' || (n + ?1) AS BLOB), 'rp-' || (n + ?1), 1"
                " FROM n",
                (done,),
            )
        done += size
        print(f"{done:,} reports", file=sys.stderr, flush=True)
    with db:
        db.execute("UPDATE cases SET reports = 50, reported_ms = opened_ms WHERE id LIKE 'c-open%'")
        db.execute("DELETE FROM case_touched")
    db.execute("ANALYZE")
    db.pragma("journal_mode", "WAL")
    db.close()
    return _case_with_words(folder)


def _numbered(db: apsw.Connection, count_: int) -> None:
    db.execute("DELETE FROM n")
    db.execute(
        "INSERT INTO n WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k"
        " WHERE n < ?) SELECT n FROM k",
        (count_,),
    )


def _case_with_words(folder: Path) -> str:
    """A case as it comes in: a message and some hundred reports with their words."""
    engine = EmbeddedEngine.open(folder)
    engine.start()
    keys = ReportKeys.load(folder / "keys", has_reports=True)
    try:
        case = ""
        for number in range(REPORTS_OF_CASE):
            request = ReportRequest(
                category="harassment",
                explanation=" ".join(random.choices(_WORDS, k=30)),
                links=("https://forum.example/thread/1",),
                good_faith=True,
            )

            def change(tables, request=request, number=number):  # type: ignore[no-untyped-def]
                at_ms = int(time.time() * 1000) + number
                return receive(tables, request, keys, at_ms, f"r{number}")

            case = engine.write(change).result().case
        return str(case)
    finally:
        engine.stop()


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Server, httpx.Client]]:
    """The service on that folder, and somebody signed in."""
    command = [sys.executable, "-m", "rempart.cli", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(
        [*command, "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        client = httpx.Client(base_url=told["address"], timeout=60)
        form = {"csrf": _csrf(client.get("/login").text)}
        if told["first_login"] is None:
            client.post("/login", data={**form, "name": "Mo", "password": PASSWORD})
        else:
            text = Path(told["first_login"]).read_text()
            found = dict(re.findall(r"^([a-z-]+): (.*)$", text, re.M))
            client.post("/login", data={**form, "one_time": found["one-time-login"]})
            form = {"csrf": _csrf(client.get("/login/password").text), "name": "Mo"}
            client.post("/login/password", data={**form, "password": PASSWORD, "again": PASSWORD})
        client.headers["x-csrf-token"] = csrf_of(client.cookies["rempart"])
        port = int(told["address"].rsplit(":", 1)[1])
        yield Server(process, port, ""), client
    finally:
        process.terminate()
        process.wait(timeout=60)


def _csrf(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found, html[:300]
    return found[1]


def page(server: Server, name: str, get: Callable[[], httpx.Response], times: int = 100) -> None:
    for _ in range(5):
        answer = get()
        assert answer.status_code == 200, answer.text[:500]
    cpu, begin = server.cpu(), time.perf_counter()
    for _ in range(times):
        get()
    cpu, wall = server.cpu() - cpu, time.perf_counter() - begin
    print(
        f"{name}: {cpu / times * 1000:.1f} ms CPU of the server, {wall / times * 1000:.1f} ms wall,"
        f" {len(answer.content) / 1024:.0f} kB",
        flush=True,
    )


async def reports(server: Server, seconds: float, connections: int, *, joining: bool) -> None:
    """As many reports as are taken: each about a thing of its own, or all about 200 things."""
    head = "POST /api/v1/reports HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    taken = 0
    end = time.perf_counter() + seconds

    async def run() -> None:
        nonlocal taken
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while time.perf_counter() < end:
            number = next(_numbers)
            thing = number % 200 if joining else number
            said = {
                "category": "hate",
                "explanation": f"{number} " + " ".join(random.choices(_WORDS, k=20)),
                "links": [f"https://forum.example/b{thing}"],
                "text": f"pasted {number}" if joining else None,
                "good_faith": True,
            }
            body = json.dumps(said).encode()
            writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(answer.decode())
            length = int(answer.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
            taken += 1
        writer.close()

    cpu, begin = server.cpu(), time.perf_counter()
    await asyncio.gather(*(run() for _ in range(connections)))
    cpu, wall = server.cpu() - cpu, time.perf_counter() - begin
    what = "reports that join 200 cases" if joining else "reports, each of a case of its own"
    print(f"{what}: {taken / cpu:,.0f} per CPU-second, {taken / wall:,.0f}/s wall", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--keep", type=Path, help="A folder to fill once and use again.")
    parser.add_argument("--only-reports", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rempart-bench-") as temporary:
        folder = asked.keep or Path(temporary)
        told = folder / "case"
        if not told.exists():
            begin = time.perf_counter()
            told_case = fill(folder, asked.open, asked.reports)
            told.write_text(told_case)
            print(f"filled in {time.perf_counter() - begin:.0f} s", file=sys.stderr)
        case = told.read_text()
        with serving(folder) as (server, client):
            html = {"accept": "text/html"}
            pages = (
                ()
                if asked.only_reports
                else (
                    ("queue page", "/console/queue"),
                    ("case page, 500 reports with their words", f"/console/cases/{case}"),
                    ("case page, 50 reports", "/console/cases/c-open77"),
                    ("queue as JSON", "/console/queue.json"),
                    ("overview", "/console"),
                )
            )
            for name, path in pages:
                page(server, name, lambda path=path: client.get(path, headers=html))  # type: ignore[misc]
            if pages:
                begin, cpu = time.perf_counter(), server.cpu()
                client.get("/console/figures", headers=html)
                print(
                    f"figures, counted once a minute: {server.cpu() - cpu:.2f} s CPU,"
                    f" {time.perf_counter() - begin:.2f} s wall"
                )
            for joining in (False, True):
                asyncio.run(reports(server, asked.seconds, 32, joining=joining))
        print(f"cores {len(os.sched_getaffinity(0))}, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
