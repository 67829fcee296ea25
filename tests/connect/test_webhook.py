"""A measure goes out signed, is tried again when the other side is down, and has one effect."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connect.local_server import LocalServer, answering, http, serving

from rempart.connect.outbound import Outbound
from rempart.connect.signing import is_signed, secret_bytes, signature
from rempart.connect.webhook import Webhook
from rempart.errors import InputError
from rempart.model import Measure, MeasureKind, Scope, ScopeKind

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_674_087_231.0
MEASURE = Measure(
    "m-1",
    MeasureKind.SHIELD,
    Scope(ScopeKind.TARGET, "twitch", "lea", "lea"),
    datetime(2026, 3, 1, tzinfo=UTC),
    None,
    "shield-on-raid",
)


def webhook(server: LocalServer) -> Webhook:
    outbound = Outbound(allow=("127.0.0.1",))
    url = f"http://127.0.0.1:{server.port}/measures"
    return Webhook(url, SECRET, outbound, clock=lambda: NOW)


def test_the_example_of_the_specification() -> None:
    """Standard Webhooks publishes this id, time, body and signature."""
    body = b'{"test": 2432232314}'
    signed = signature(secret_bytes(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_measure_arrives_signed_and_without_a_word_of_a_message() -> None:
    async def story() -> None:
        async with serving(answering(http(204))) as server:
            assert (await webhook(server).apply(MEASURE)).ok
            assert (await webhook(server).undo(MEASURE)).ok
            applied, undone = server.received
        assert applied.headers["webhook-id"] == "m-1.apply"
        assert undone.headers["webhook-id"] == "m-1.undo"
        assert msgspec.json.decode(applied.body)["type"] == "measure.apply"
        assert msgspec.json.decode(undone.body)["measure"]["id"] == "m-1"
        for received in (applied, undone):
            assert is_signed(
                secret_bytes(SECRET),
                received.headers["webhook-id"],
                received.headers["webhook-timestamp"],
                received.headers["webhook-signature"],
                received.body,
                NOW,
            )

    asyncio.run(story())


@pytest.mark.parametrize(
    ("response", "retry_after"),
    [
        (http(500), 0.0),
        (http(503, b"", "retry-after: 120"), 120.0),
        (http(429, b"", "retry-after: 999999999"), 3600.0),
        (http(503, b"", "retry-after: tomorrow"), 0.0),
        (http(302, b"", "location: http://169.254.169.254/"), 0.0),
        (http(404), 0.0),
        (http(410), None),
    ],
)
def test_what_the_other_side_answers_decides_when_to_try_again(
    response: bytes, retry_after: float | None
) -> None:
    async def story() -> None:
        async with serving(answering(response)) as server:
            delivery = await webhook(server).apply(MEASURE)
            assert not delivery.ok
            assert delivery.retry_after == retry_after
            assert server.connections == 1

    asyncio.run(story())


def test_an_address_that_is_not_allowed_is_given_up_at_once() -> None:
    delivery = asyncio.run(Webhook("https://10.0.0.1/", SECRET, Outbound()).apply(MEASURE))
    assert not delivery.ok
    assert delivery.retry_after is None


def test_a_dead_server_is_tried_again() -> None:
    hook = Webhook("http://127.0.0.1:1/", SECRET, Outbound(allow=("127.0.0.1",)))
    assert asyncio.run(hook.apply(MEASURE)).retry_after == 0.0


@pytest.mark.parametrize("secret", ["", "short", "whsec_", "whsec_!!!!", "whsec_c2hvcnQ="])
def test_an_empty_or_short_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(InputError):
        secret_bytes(secret)


KEY = secret_bytes(SECRET)


@given(body=st.binary(max_size=100), at=st.integers(0, 299), flip=st.integers(0, 799))
def test_any_changed_bit_of_the_body_is_refused(body: bytes, at: int, flip: int) -> None:
    signed = signature(KEY, "id-1", int(NOW), body)
    assert is_signed(KEY, "id-1", str(int(NOW)), signed, body, NOW + at)
    if body:
        changed = bytearray(body)
        changed[flip // 8 % len(body)] ^= 1 << flip % 8
        assert not is_signed(KEY, "id-1", str(int(NOW)), signed, bytes(changed), NOW)


@pytest.mark.parametrize(
    ("id", "timestamp", "later"),
    [
        ("id-2", str(int(NOW)), 0),
        ("id-1", str(int(NOW) + 1), 0),
        ("id-1", str(int(NOW)), 301),
        ("id-1", str(int(NOW)), -301),
        ("id-1", "", 0),
        ("id-1", "-5", 0),
        ("id-1", "nan", 0),
        ("id-1", "1" * 400, 0),
        ("id-1", "١٢٣", 0),
    ],
)
def test_another_id_another_time_or_too_late(id: str, timestamp: str, later: int) -> None:
    signed = signature(KEY, "id-1", int(NOW), b"body")
    assert is_signed(KEY, "id-1", str(int(NOW)), f"v1,wrong {signed}", b"body", NOW)
    assert not is_signed(KEY, id, timestamp, signed, b"body", NOW + later)
