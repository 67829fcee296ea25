"""A held message reaches the platform as a signed webhook, and its undo does too."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import msgspec
from tests.connect.local_server import LocalServer, answering, http, in_a_thread
from tests.web.service import HOOK_SECRET, Service, message

from rempart.connect.signing import is_signed, secret_bytes
from rempart.errors import StoreFullError
from rempart.store.interface import Tables
from rempart.store.sqlite.tables import SqliteTables


def wait_for(server: LocalServer, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(server.received) < count:
        assert time.monotonic() < deadline, f"{len(server.received)} of {count} webhooks came"
        time.sleep(0.05)


def test_a_held_message_and_its_undo_reach_the_platform(tmp_path: Path) -> None:
    """The first attempt meets an error of the other side and is made again."""
    with in_a_thread(answering(http(503), http(204))) as bot:
        (tmp_path / "settings.toml").write_text(
            f'[webhooks.bot]\nurl = "http://127.0.0.1:{bot.port}/measures"\n'
            f'secret = "{HOOK_SECRET}"\nallow = ["127.0.0.1"]\n'
        )
        with Service.running(tmp_path) as service:
            client = service.client(service.ingest_token)
            told = client.post("/api/v1/messages", json=message(text="you fucking idiot, die"))
            (measure,) = told.json()["measures"]
            wait_for(bot, 2)
            answer = service.person.post(f"/api/v1/measures/{measure}/undo")
            assert answer.json()["measures"][0]["state"] == "undone"
            wait_for(bot, 3)
        first, second, undo = bot.received[:3]
        assert first.body == second.body
        assert first.headers["webhook-id"] == second.headers["webhook-id"] == f"{measure}.apply"
        assert undo.headers["webhook-id"] == f"{measure}.undo"
        assert msgspec.json.decode(undo.body)["type"] == "measure.undo"
        assert b"idiot" not in first.body + undo.body
        for one in (first, second, undo):
            assert is_signed(
                secret_bytes(HOOK_SECRET),
                one.headers["webhook-id"],
                one.headers["webhook-timestamp"],
                one.headers["webhook-signature"],
                one.body,
                time.time(),
            )


def test_a_measure_that_cannot_be_delivered_is_shown_and_told(tmp_path: Path) -> None:
    with in_a_thread(answering(http(410))) as bot:
        (tmp_path / "settings.toml").write_text(
            f'[webhooks.bot]\nurl = "http://127.0.0.1:{bot.port}/measures"\n'
            f'secret = "{HOOK_SECRET}"\nallow = ["127.0.0.1"]\n'
        )
        with Service.running(tmp_path) as service:
            client = service.client(service.ingest_token)
            told = client.post("/api/v1/messages", json=message(text="you fucking idiot, die"))
            (measure,) = told.json()["measures"]
            deadline = time.monotonic() + 60
            while True:
                with service.engine.read() as tables:
                    (row,) = tables.stream.deliveries([measure])
                if row.state == "failed":
                    break
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert row.detail == "HTTP 410"


def test_protection_goes_on_while_the_disk_is_full(tmp_path: Path) -> None:
    """A hold that could not be saved reaches the platform all the same, straight from memory; when
    there is space again it is saved and delivered once more, under the same id."""
    with in_a_thread(answering(http(204))) as bot:
        (tmp_path / "settings.toml").write_text(
            f'[webhooks.bot]\nurl = "http://127.0.0.1:{bot.port}/measures"\n'
            f'secret = "{HOOK_SECRET}"\nallow = ["127.0.0.1"]\n'
        )
        with Service.running(tmp_path) as service:
            client = service.client(service.ingest_token)

            def limit(tables: Tables, pages: int) -> None:
                assert isinstance(tables, SqliteTables)
                tables.connection.pragma("max_page_count", pages)

            service.engine.write(lambda tables: limit(tables, 1)).result()
            abuse, answer, sent = message(), None, 0
            while sent < 200:
                sent += 1
                abuse = message(text="you fucking idiot, die")
                padding = [message(text="x" * 5000) for _ in range(20)]
                answer = client.post("/api/v1/messages", json=[abuse, *padding])
                if answer.status_code == 507:
                    break
            assert answer is not None and answer.status_code == 507
            wait_for(bot, sent)
            before = {one.headers["webhook-id"] for one in bot.received}
            with suppress(StoreFullError):
                service.engine.write(lambda tables: limit(tables, 2**30)).result()
            again = client.post("/api/v1/messages", json=abuse)
            (measure,) = again.json()["measures"]
            assert f"{measure}.apply" in before
            wait_for(bot, sent + 1)
            assert bot.received[-1].headers["webhook-id"] == f"{measure}.apply"
