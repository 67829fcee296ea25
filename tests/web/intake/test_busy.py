"""When the service cannot take more, it says so and loses nothing (FAULTS rows 27 and 36)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.web.service import Service, message

from rempart.errors import StoreFullError
from rempart.store.interface import Tables
from rempart.store.sqlite.tables import SqliteTables

PATH = "/api/v1/messages"


def test_full_is_429_with_retry_after_and_the_same_again_is_taken(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[engine]\nwaiting = 10\n")
    with Service.running(tmp_path) as service:
        client = service.client(service.ingest_token)
        held, go = threading.Event(), threading.Event()

        def hold(_: Tables) -> None:
            held.set()
            go.wait(20)

        service.engine.write(hold)
        held.wait(20)
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(client.post, PATH, json=[message() for _ in range(10)])
            refused = [message() for _ in range(5)]
            answers = []
            while not answers or answers[-1].status_code == 200:
                answers.append(service.client(service.ingest_token).post(PATH, json=refused))
                assert len(answers) < 3
            go.set()
            assert waiting.result().status_code == 200
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) >= 1
        again = client.post(PATH, json=refused)
        assert again.headers["rempart-accepted"] == "5"


def test_a_full_store_is_507_and_recovers_by_itself(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        client = service.client(service.ingest_token)
        kept = message()
        first = client.post(PATH, json=kept)

        def limit(tables: Tables, pages: int) -> None:
            assert isinstance(tables, SqliteTables)
            tables.connection.pragma("max_page_count", pages)

        service.engine.write(lambda tables: limit(tables, 1)).result()
        status, refused = 200, []
        for _ in range(200):
            refused = [message(text="x" * 5000) for _ in range(20)]
            answer = client.post(PATH, json=refused)
            status = answer.status_code
            if status != 200:
                break
        assert status == 507
        assert int(answer.headers["retry-after"]) >= 1
        health = service.client().get("/healthz")
        assert (health.status_code, health.json()["status"]) == (503, "degraded")
        with suppress(StoreFullError):
            service.engine.write(lambda tables: limit(tables, 2**30)).result()
        assert client.post(PATH, json=kept).json() == first.json()
        again = client.post(PATH, json=refused)
        assert again.headers["rempart-accepted"] == "20"
        assert service.client().get("/healthz").json()["status"] == "ok"
