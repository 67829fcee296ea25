"""FAULTS 36: too much at once, no file handles left, a slow disk, SIGTERM while it saves.

Whoever is refused is told so and when to come back; nothing that was taken is dropped.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.faults.amount import rounds
from tests.faults.checks import check_log
from tests.faults.disk import FaultyDisk
from tests.faults.service import Service
from tests.faults.traffic import SOURCE, key, line, messages

from rempart.engine.embedded import STORE_FILE, EmbeddedEngine
from rempart.store.sqlite.store import SqliteStore

pytestmark = pytest.mark.faults


def test_back_pressure_is_429_with_retry_after_and_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[engine]\nwaiting = 50\n")
    refusals: list[dict[str, str]] = []

    def send(service: Service, first: int) -> None:
        client = service.client()
        for start in range(first, first + 400, 40):
            while True:
                status, answers, headers = client.deliver(
                    *(line(number) for number in range(start, start + 40))
                )
                if status == 200:
                    assert len(answers) == 40
                    break
                assert status == 429
                refusals.append(headers)
                time.sleep(0.02)

    with Service(tmp_path) as service, ThreadPoolExecutor(10) as senders:
        list(senders.map(lambda n: send(service, n * 400), range(10)))
    assert refusals, "nobody was ever asked to wait"
    assert all(int(headers["retry-after"]) >= 1 for headers in refusals)
    store = SqliteStore.open_for_reading(tmp_path / STORE_FILE)
    with store.read() as tables:
        assert len(tables.stream.known([key(number) for number in range(4_000)])) == 4_000
        assert tables.stream.counters()["messages"] == 4_000
        check_log(tables)
    store.close()


def test_without_file_handles_the_open_connections_go_on(tmp_path: Path) -> None:
    with Service(tmp_path, handles=48) as service:
        steady = service.client()
        assert steady.deliver(line(0))[0] == 200
        host, port = service.address.removeprefix("http://").split(":")
        idle: list[socket.socket] = []
        for _ in range(80):
            one = socket.create_connection((host, int(port)), timeout=10)
            idle.append(one)
        time.sleep(0.3)
        for number in range(1, 30):
            status, answers, _ = steady.deliver(line(number))
            assert status == 200
            assert answers[0]["id"] == f"m{number}"
        for one in idle:
            one.close()
        status, _, headers = _once_there_is_room(service, *map(line, range(30)))
        assert status == 200
        assert headers["rempart-duplicates"] == "30"


def _once_there_is_room(service: Service, *items: bytes) -> Any:
    """As a sender does it: the service has to see first that the others are gone."""
    for _ in range(50):
        try:
            return service.client().deliver(*items)
        except ConnectionError:
            time.sleep(0.1)
    raise AssertionError("no new connection was taken within five seconds")


def test_a_slow_disk_makes_groups_not_queues(tmp_path: Path) -> None:
    """fsync takes 50 ms: two hundred single messages of twenty senders share a few commits."""
    disk = FaultyDisk("slow")
    try:
        engine = EmbeddedEngine.open(tmp_path, vfs=disk.name)
        engine.start()
        engine.submit(messages(0, 1), SOURCE).result()
        disk.sync_seconds = 0.05
        before = disk.syncs

        def send(first: int) -> None:
            for number in range(first, first + 10):
                assert engine.submit(messages(number, 1), SOURCE).result()[0].status == "new"

        with ThreadPoolExecutor(20) as senders:
            list(senders.map(lambda n: send(100 + n * 10), range(20)))
        assert disk.syncs - before < 80
        disk.sync_seconds = 0.0
        engine.stop()
    finally:
        disk.close()


def test_sigterm_while_it_saves_loses_nothing(tmp_path: Path) -> None:
    """Told to stop in the middle of ingest; every second time the patience of the one who stops it
    ends within a tenth of a second, in the middle of the last commit, snapshot or checkpoint."""
    (tmp_path / "settings.toml").write_text(
        "[log]\ncheckpoint_seconds = 1\n[engine]\nsnapshot_messages = 30\n"
    )
    rng = random.Random(36)
    acknowledged: list[int] = []
    for turn in range(rounds(10)):
        service = Service(tmp_path).__enter__()
        ingest = threading.Thread(target=_deliver, args=(service, turn, acknowledged))
        ingest.start()
        time.sleep(0.1 * rng.random())
        service.process.terminate()
        if turn % 2:
            time.sleep(0.1 * rng.random())
            service.kill()
        else:
            service.process.join(30)
            assert service.process.exitcode == 0
        ingest.join(30)
        if turn % 2 == 0:
            _signed_to_the_end(tmp_path)
    with Service(tmp_path):
        pass
    assert acknowledged
    store = SqliteStore.open_for_reading(tmp_path / STORE_FILE)
    with store.read() as tables:
        known = tables.stream.known([key(number) for number in acknowledged])
        assert [number for number in acknowledged if key(number) not in known] == []
        check_log(tables)
        assert (
            sum(row.messages for row in tables.stream.channels())
            == (tables.stream.counters()["messages"])
        )
    store.close()


def _deliver(service: Service, turn: int, acknowledged: list[int]) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        client = service.client()
        for start in range(turn * 100_000, (turn + 1) * 100_000, 10):
            batch = range(start, start + 10)
            status, _, _ = client.deliver(*map(line, batch))
            if status != 200:
                return
            acknowledged.extend(batch)


def _signed_to_the_end(data: Path) -> None:
    store = SqliteStore.open_for_reading(data / STORE_FILE)
    with store.read() as tables:
        last = tables.log.last_checkpoint()
        assert last is not None
        assert last[0] == tables.log.size()
    store.close()
