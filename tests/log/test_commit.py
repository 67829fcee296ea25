"""What is committed is what arrived; what is hidden cannot be guessed; nothing else opens."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import LogError, VerificationError
from rempart.log import commit
from rempart.model import Raid, RaidKind, RaidStage

PREFIX = commit.message_prefix("2026-03-01T20:14:03.250Z", {"connector": "api", "proof": "token"})


def rfc9901_digest(body: bytes) -> str:
    disclosure = urlsafe_b64encode(body).rstrip(b"=")
    return urlsafe_b64encode(sha256(disclosure).digest()).rstrip(b"=").decode()


@given(
    st.lists(
        st.tuples(st.text().map(lambda t: json.dumps({"text": t}).encode()), st.booleans()),
        max_size=5,
    )
)
def test_a_message_is_committed_byte_for_byte(items: list[tuple[bytes, bool]]) -> None:
    raws = [raw for raw, _ in items]
    outcomes = [b'{"verdict":"hold","abuse":0.97}' if held else None for _, held in items]
    sealed = commit.seal_messages(PREFIX, raws, outcomes, commit.new_salts(len(raws)))
    for raw, outcome, entry in zip(raws, outcomes, sealed, strict=True):
        (body,) = entry.bodies
        assert json.loads(entry.leaf) == {
            "_sd": [rfc9901_digest(body)],
            "_sd_alg": "sha-256",
            "v": 1,
        }
        assert entry.leaf == commit.leaf_of(entry.bodies)
        opened = commit.message_of(body)
        assert (opened.item, opened.outcome) == (raw, outcome)
        assert opened.source == {"connector": "api", "proof": "token"}
        ((name, value),) = commit.open_leaf(entry.leaf, entry.bodies)
        assert name == "message"
        assert value["item"] == json.loads(raw)


def test_raw_bytes_keep_their_spaces_escapes_and_key_order() -> None:
    raw = b'{ "text":"\\ud800\\u0000 caf\\u00e9 \xc3\xa9", "id" : "1" }'
    (entry,) = commit.seal_messages(PREFIX, [raw], [None], bytes(16))
    assert commit.message_of(entry.bodies[0]).item == raw


def test_the_same_message_twice_gives_two_leaves() -> None:
    first, second = commit.seal_messages(PREFIX, [b"{}"] * 2, [None] * 2, commit.new_salts(2))
    assert first.leaf != second.leaf
    assert b"{}" not in first.leaf


def test_a_report_opens_without_its_contact() -> None:
    entry = commit.seal(
        "report", {"v": 1, "id": "p-1"}, ("contact", {"v": 1, "email": "a@example.org"})
    )
    digests = json.loads(entry.leaf)["_sd"]
    assert digests == sorted(digests)
    assert len(digests) == 2
    assert commit.open_leaf(entry.leaf, entry.bodies[:1]) == [("report", {"v": 1, "id": "p-1"})]
    assert len(commit.open_leaf(entry.leaf, entry.bodies)) == 2
    assert commit.open_leaf(entry.leaf, ()) == []


def test_a_body_of_another_entry_is_refused() -> None:
    one, two = (commit.seal("case", {"v": 1, "id": i}) for i in ("c-1", "c-2"))
    with pytest.raises(VerificationError):
        commit.open_leaf(one.leaf, two.bodies)
    with pytest.raises(VerificationError):
        commit.open_leaf(one.leaf, one.bodies * 2)


@given(st.integers(0), st.integers(1, 255))
def test_any_changed_byte_of_a_body_is_refused(place: int, change: int) -> None:
    entry = commit.seal("decision", {"v": 1, "reason": "menace — répétée", "n": [1, None, True]})
    changed = bytearray(entry.bodies[0])
    changed[place % len(changed)] ^= change
    with pytest.raises(VerificationError):
        commit.open_leaf(entry.leaf, (bytes(changed),))


@given(st.integers(0), st.integers(1, 255))
def test_any_changed_byte_of_a_leaf_is_refused(place: int, change: int) -> None:
    entry = commit.seal("case", {"v": 1})
    changed = bytearray(entry.leaf)
    changed[place % len(changed)] ^= change
    with pytest.raises(VerificationError):
        commit.open_leaf(bytes(changed), entry.bodies)


def test_a_leaf_has_one_form_only() -> None:
    one, two = "A" * 43, "B" * 42 + "A"
    head, tail = '{"_sd":["', '"],"_sd_alg":"sha-256","v":1}'
    assert commit.leaf_digests(f'{head}{one}","{two}{tail}'.encode()) == [one, two]
    for other in (f'{two}","{one}', f'{one}","{one}', "", "A" * 42, "A" * 42 + "B", f"{one}="):
        with pytest.raises(VerificationError):
            commit.leaf_digests(f"{head}{other}{tail}".encode())


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        float("nan"),
        2**53,
        "\ud800",
        {"é": 1},
        {1: 2},
        b"x",
        datetime(2026, 3, 1, tzinfo=UTC),
        {"a": {1, 2}},
    ],
    ids=repr,
)
def test_what_has_no_single_form_is_not_canonical(value: Any) -> None:
    with pytest.raises(LogError):
        commit.canonical({"a": value})


def test_nesting_has_a_limit() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(LogError):
        commit.canonical(deep)
    with pytest.raises(VerificationError):
        commit.strict_json("[" * 100_000 + "]" * 100_000)


def test_canonical_is_sorted_and_tight() -> None:
    assert commit.canonical({"b": [1, True, None], "a": "é\u2028"}) == (
        '{"a":"é\u2028","b":[1,true,null]}'.encode()
    )


def test_every_value_says_its_version() -> None:
    with pytest.raises(LogError):
        commit.seal("case", {"id": "c-1"})
    with pytest.raises(LogError):
        commit.seal("case", {"v": 1}, ("case", {"v": 1}))


def test_a_noun_becomes_a_value_without_floats() -> None:
    moment = datetime(2026, 3, 1, 20, tzinfo=UTC)
    raid = Raid(
        "r-1", "twitch", "lea", "lea", RaidStage.ATTACK, RaidKind.BOT_RAID, moment, moment,
        confidence=0.99,
    )  # fmt: skip
    value = commit.to_value(raid, state="open")
    assert value["confidence"] == "0.99"
    assert value["begin"] == "2026-03-01T20:00:00Z"
    assert value["v"] == 1
    assert commit.open_leaf(*commit.seal("raid", value)[:2]) == [("raid", value)]


@pytest.mark.parametrize("data", ['{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', "[NaN]", "[Infinity]"])
def test_json_that_can_be_read_two_ways_is_refused(data: str) -> None:
    with pytest.raises(VerificationError):
        commit.strict_json(data)
