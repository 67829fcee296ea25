"""Delivering messages over HTTP: every shape, every refusal, and nothing acknowledged twice."""

from __future__ import annotations

import gzip
import json
import socket
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest
from tests.web.service import Service, lines, message

from rempart.ingest import TooManyItemsError
from rempart.web.api.intake.messages import parse_body

PATH = "/api/v1/messages"


def test_one_message_gets_one_outcome(service: Service) -> None:
    sent = message()
    answer = service.client(service.ingest_token).post(PATH, json=sent)
    assert answer.status_code == 200
    assert answer.json() == {"id": sent["id"], "verdict": "allow", "abuse": 0.0}
    assert answer.headers["rempart-accepted"] == "1"


def test_an_array_gets_an_array_in_order(service: Service) -> None:
    sent = [message() for _ in range(20)]
    answer = service.client(service.ingest_token).post(PATH, json=sent)
    assert [one["id"] for one in answer.json()] == [one["id"] for one in sent]


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "text/plain", None])
def test_lines_get_lines_in_order(service: Service, content_type: str | None) -> None:
    sent = [message() for _ in range(20)]
    headers = {"content-type": content_type} if content_type else {}
    client = service.client(service.ingest_token)
    answer = client.post(PATH, content=lines(*sent), headers=headers)
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == [
        one["id"] for one in sent
    ]


def test_one_bad_item_never_costs_the_batch(service: Service) -> None:
    """Refused in its place, with reason, field and line; rows 1 to 6 over HTTP."""
    good = [message(), message(text="caf\ud83d\ude00 \u0000"), message()]
    bad = [
        b"not json",
        json.dumps(message(sent_at="yesterday")).encode(),
        b'{"id": "x", "id": "y"}',
        json.dumps(message(extra={"n": 2**70})).encode(),
        b'{"a": NaN}',
        b"[" * 100_000,
    ]
    surrogate = json.dumps(message(id="lone", text="half \ud800 pair")).encode()
    body = b"\n".join(
        [json.dumps(good[0]).encode(), *bad, surrogate, *(json.dumps(g).encode() for g in good[1:])]
    )
    client = service.client(service.ingest_token)
    answer = client.post(PATH, content=body, headers={"content-type": "application/x-ndjson"})
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.status_code == 200
    assert [one.get("id") for one in told if "error" not in one] == [
        good[0]["id"], "lone", good[1]["id"], good[2]["id"],
    ]  # fmt: skip
    refused = [one["error"] for one in told if "error" in one]
    assert [one["line"] for one in refused] == [2, 3, 4, 5, 6, 7]
    assert refused[1]["field"] == "sent_at"
    assert all(one["reason"] for one in refused)
    assert answer.headers["rempart-refused"] == "6"
    assert answer.headers["rempart-accepted"] == "4"


def test_a_single_bad_message_is_422_and_a_body_that_is_nothing_is_400(service: Service) -> None:
    client = service.client(service.ingest_token)
    answer = client.post(PATH, json={"id": "only"})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"]
    assert client.post(PATH, content=b"  \n ").status_code == 400
    answer = client.post(PATH, content=b"[{}, ")
    assert answer.status_code == 400
    assert "array" in answer.json()["error"]["reason"]


def test_the_same_message_twice_is_one_message(service: Service) -> None:
    """Row 22: the second acknowledgement is the first outcome."""
    sent = message(text="you idiot")
    client = service.client(service.ingest_token)
    size = log_size(service)
    first = client.post(PATH, json=sent)
    again = client.post(PATH, json=[sent, sent])
    assert again.headers["rempart-duplicates"] == "2"
    assert again.json() == [first.json(), first.json()]
    messages = log_size(service) - size
    client.post(PATH, json=sent)
    assert log_size(service) - size == messages


def test_the_same_id_with_another_body_is_kept_as_a_conflict(service: Service) -> None:
    """Row 23."""
    sent = message()
    client = service.client(service.ingest_token)
    first = client.post(PATH, json=sent)
    other = client.post(PATH, json={**sent, "text": "something else"})
    assert other.headers["rempart-conflicts"] == "1"
    assert other.json() == first.json()


def test_gzip_and_its_bomb(service: Service) -> None:
    """Row 11: what is packed is unpacked, under the same limit."""
    client = service.client(service.ingest_token)
    sent = [message() for _ in range(5)]
    headers = {"content-encoding": "gzip", "content-type": "application/x-ndjson"}
    answer = client.post(PATH, content=gzip.compress(lines(*sent)), headers=headers)
    assert answer.headers["rempart-accepted"] == "5"
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b" " * 2**20) for _ in range(50)) + packer.flush()
    assert len(bomb) < 60_000
    answer = client.post(PATH, content=bomb, headers=headers)
    assert answer.status_code == 413
    assert client.post(PATH, content=b"\x1f\x8bnonsense", headers=headers).status_code == 400
    answer = client.post(PATH, content=b"x", headers={"content-encoding": "br"})
    assert answer.status_code == 415


def test_too_much_is_refused_before_it_is_read(service: Service) -> None:
    """A client that announces or sends more than 16 MB is told so at once."""
    answer = service.client(service.ingest_token).post(PATH, content=b" " * (16 * 2**20 + 1))
    assert answer.status_code == 413
    host, port = service.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            f"POST {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {service.ingest_token}\r\n"
            "content-length: 99999999999\r\n\r\n".encode()
        )
        assert b" 413 " in connection.recv(4096)


def test_a_token_delivers_into_its_own_channels_only(service: Service) -> None:
    client = service.client(service.token("ingest", channels=["lea", "forum/zoe"]))
    items = [
        message(channel="lea"),
        message(channel="zoe"),
        message(channel="zoe", platform="forum"),
        message(channel="max"),
    ]
    told = client.post(PATH, json=items).json()
    assert ["error" in one for one in told] == [False, True, False, True]
    assert told[1]["error"]["field"] == "channel"


def test_events_of_the_platform_are_taken_in_the_same_stream(service: Service) -> None:
    event = {
        "event": "join", "id": "e1", "platform": "twitch", "channel": "lea",
        "at": "2026-03-01T20:00:00Z", "account": "u1",
    }  # fmt: skip
    told = service.client(service.ingest_token).post(PATH, json=[event, message()]).json()
    assert told[0] == {"id": "e1", "event": "join"}


def test_get_is_not_a_way_to_deliver(service: Service) -> None:
    assert service.client(service.ingest_token).get(PATH).status_code == 405


def test_a_slow_client_holds_nobody_up(service: Service) -> None:
    host, port = service.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            f"POST {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {service.ingest_token}\r\n"
            "content-length: 1000\r\n\r\n{".encode()
        )
        begin = time.monotonic()
        assert service.client(service.ingest_token).post(PATH, json=message()).status_code == 200
        assert time.monotonic() - begin < 5


def log_size(service: Service) -> int:
    with service.engine.read() as tables:
        return tables.log.size()


@pytest.mark.parametrize(
    "body",
    [b"{}\n" * 700_000, b"[" + b"1," * 1_000_000 + b"1]", b"[" + b"1," * 1_000_000 + b"x,1]"],
    ids=["lines", "array", "broken array"],
)
def test_a_small_body_of_a_million_items_is_counted_before_it_is_parsed(body: bytes) -> None:
    """Two kilobytes of gzip: as refusals they would take half a gigabyte and seconds."""
    tracemalloc.start()
    try:
        with pytest.raises(TooManyItemsError):
            parse_body(body, None, 50_000)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(body)
    finally:
        tracemalloc.stop()


def test_too_many_items_are_413_in_every_shape(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[web]\nmax_items = 3\n")
    with Service.running(tmp_path) as service:
        client = service.client(service.ingest_token)
        sent = [message() for _ in range(4)]
        assert client.post(PATH, json=sent).status_code == 413
        assert client.post(PATH, content=lines(*sent)).status_code == 413
        assert client.post(PATH, json=sent[:3]).headers["rempart-accepted"] == "3"
        assert client.post(PATH, content=lines(*sent[:3])).headers["rempart-duplicates"] == "3"


def test_a_large_body_is_answered_in_order_as_well(service: Service) -> None:
    sent = [message(text="good evening " * 40) for _ in range(1_500)]
    answer = service.client(service.ingest_token).post(PATH, json=sent)
    assert [one["id"] for one in answer.json()] == [one["id"] for one in sent]


@pytest.mark.parametrize("path", [PATH + "/", "/" + PATH, "/api//v1/messages"])
def test_a_slash_too_many_is_the_same_route(service: Service, path: str) -> None:
    sent = message()
    answer = service.client(service.ingest_token).post(service.address + path, json=sent)
    assert (answer.status_code, answer.json()["id"]) == (200, sent["id"])
