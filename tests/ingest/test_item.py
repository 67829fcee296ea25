"""One item: what is accepted, what is refused, and that a refusal says why and where."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.ingest import Parsed, parse_lines, parse_one
from rempart.ingest.careful import parse_carefully
from rempart.model import Account, Event, EventKind, ItemRefusal, Message, MessageKind

MESSAGE: dict[str, Any] = {
    "id": "tw-1",
    "platform": "twitch",
    "channel": "lea",
    "sent_at": "2026-03-01T20:14:03.250Z",
    "author": {"id": "u1", "name": "Ana", "created_at": "2026-02-27T08:00:00Z", "roles": ["vip"]},
    "text": "bonsoir à tous",
    "targets": ["lea"],
    "reply_to": None,
    "kind": "chat",
    "private": False,
    "links": [],
    "media": [],
    "extra": {},
}


def line(**changes: Any) -> bytes:
    return json.dumps(MESSAGE | changes).encode()


def accepted(raw: bytes) -> Message:
    result = parse_one(raw)
    assert isinstance(result, Parsed), result
    assert isinstance(result.item, Message)
    assert result.raw == raw
    return result.item


def refused(raw: bytes) -> ItemRefusal:
    result = parse_one(raw, line=7)
    assert isinstance(result, ItemRefusal), result
    assert result.line == 7
    return result


def test_a_message_with_everything() -> None:
    message = accepted(line())
    assert message == Message(
        id="tw-1",
        platform="twitch",
        channel="lea",
        sent_at=datetime(2026, 3, 1, 20, 14, 3, 250000, UTC),
        author=Account("u1", "Ana", datetime(2026, 2, 27, 8, tzinfo=UTC), ("vip",)),
        text="bonsoir à tous",
        targets=("lea",),
        kind=MessageKind.CHAT,
    )


def test_the_least_a_message_needs() -> None:
    least = {k: MESSAGE[k] for k in ("id", "platform", "channel", "sent_at", "text")}
    message = accepted(json.dumps(least | {"author": {"id": "u1"}}).encode())
    assert message.author.created_at is None
    assert message.hit == ("lea",)


def test_an_event_is_recognised_by_its_key() -> None:
    raw = (
        b'{"event":"announced_raid","id":"e1","platform":"twitch","channel":"lea",'
        b'"at":"2026-03-01T20:14:03Z","account":{"id":"u1","name":"Ana"},"count":120,"tier":3}'
    )
    result = parse_one(raw)
    assert isinstance(result, Parsed)
    assert isinstance(result.item, Event)
    assert result.item.event is EventKind.ANNOUNCED_RAID
    assert result.item.extra == {"tier": 3}
    plain = parse_one(raw.replace(b',"tier":3', b""))
    assert isinstance(plain, Parsed)
    assert plain.item.extra == {}


def test_unknown_keys_are_kept_in_extra_beside_those_given() -> None:
    raw = json.dumps(
        MESSAGE
        | {"extra": {"a": 1}, "badge": "x", "name": "top"}
        | {"author": {"id": "u1", "color": "#fff"}}
    ).encode()
    assert accepted(raw).extra == {"a": 1, "badge": "x", "name": "top", "author.color": "#fff"}


def test_times_become_utc() -> None:
    message = accepted(line(sent_at="2026-03-01T21:14:03+01:00"))
    assert message.sent_at == datetime(2026, 3, 1, 20, 14, 3, tzinfo=UTC)
    assert message.sent_at.tzinfo is UTC


def test_fault_1_lone_surrogate_is_accepted_and_the_raw_bytes_kept() -> None:
    raw = line(text="XX").replace(b"XX", b"you \\ud800 there")
    assert accepted(raw).text == "you \ufffd there"
    results = parse_lines([line(id="a"), raw, line(id="b")])
    assert [type(r) for r in results] == [Parsed, Parsed, Parsed]


def test_a_surrogate_pair_is_one_character() -> None:
    assert accepted(line(text="hi 😀")).text == "hi 😀"


def test_a_surrogate_in_an_identifier_is_refused() -> None:
    refusal = refused(line(id="XX").replace(b"XX", b"a\\udc00"))
    assert refusal.field == "id"
    assert refusal.id == "a\ufffd"


def test_fault_2_nul_is_kept() -> None:
    assert accepted(line(text="a\0b")).text == "a\0b"


@pytest.mark.parametrize("digits", [str(2**70), "9" * 5000, "-" + "9" * 5000])
@pytest.mark.parametrize("place", ["extra", "unknown", "count"])
def test_fault_3_huge_integers_are_refused_with_the_field(digits: str, place: str) -> None:
    if place == "count":
        raw = (
            '{"event":"delivered","id":"e","platform":"p","channel":"c",'
            f'"at":"2026-03-01T20:14:03Z","count":{digits}}}'
        ).encode()
        assert refused(raw).field == "count"
    elif place == "extra":
        raw = line(extra={"views": [1, "N"]}).replace(b'"N"', digits.encode())
        assert refused(raw).field == "extra.views[1]"
    else:
        raw = line(views="N").replace(b'"N"', digits.encode())
        assert refused(raw).field == "views"


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400"])
def test_fault_4_what_is_no_number_is_refused_with_the_field(number: bytes) -> None:
    refusal = refused(line(extra={"score": "N"}).replace(b'"N"', number))
    assert refusal.field == "extra.score"
    assert refusal.id == "tw-1"
    assert refused(line(text="N").replace(b'"N"', number)).field == "text"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (b'"text":', b'"text": "first", "text":', "text"),
        (b'"text":', b'"t\\u0065xt": "first", "text":', "text"),
        (b'"text":', b'"\\u0074\\u0065\\u0078\\u0074" : "x\\n", "text" :', "text"),
        (b'"id": "tw-1"', b'"id": "tw-1", "id": "tw-2"', "id"),
        (b'"id": "u1"', b'"id": "u1", "id": "u2"', "author.id"),
        (b'"extra": {}', b'"extra": {"a": 1, "a": 2}', "extra.a"),
        (b'"extra": {}', b'"extra": {"a": {"b": 1, "b": 2}}', "extra.a.b"),
        (b'"private": false', b'"private": true, "private": false', "private"),
    ],
)
def test_fault_5_duplicate_keys_are_refused(old: bytes, new: bytes, field: str) -> None:
    raw = line().replace(old, new)
    assert raw != line()
    refusal = refused(raw)
    assert refusal.field == field
    assert "twice" in refusal.reason


def test_a_text_that_looks_like_keys_is_no_duplicate() -> None:
    text = '"id": 1, "text": "x", "text": \\ "name":'
    assert accepted(line(text=text)).text == text
    assert accepted(line(text=':"id":', reply_to=":x")).text == ':"id":'


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000])
def test_fault_6_deep_nesting_is_refused(deep: bytes) -> None:
    assert "deeper" in refused(line(extra={"a": "N"}).replace(b'"N"', deep)).reason
    assert "deeper" in refused(deep).reason


def test_depth_32_is_accepted_and_33_is_not() -> None:
    def nested(levels: int) -> bytes:
        return line(extra={"a": "N"}).replace(b'"N"', b"[" * levels + b"]" * levels)

    accepted(nested(30))
    assert "deeper than 32" in refused(nested(31)).reason
    accepted(line(text="[{" * 500))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "x" * 257}, "id"),
        ({"id": "é" * 129}, "id"),
        ({"id": 5}, "id"),
        ({"author": {"id": ""}}, "author.id"),
        ({"author": {"name": "x"}}, "author.id"),
        ({"author": {"id": "u", "name": "x" * 1025}}, "author.name"),
        ({"author": {"id": "u", "created_at": "2026-02-27T08:00:00"}}, "author.created_at"),
        ({"author": None}, "author"),
        ({"sent_at": "2026-03-01T20:14:03"}, "sent_at"),
        ({"sent_at": "yesterday"}, "sent_at"),
        ({"sent_at": 1772395200}, "sent_at"),
        ({"sent_at": "0001-01-01T00:00:00+14:00"}, "sent_at"),
        ({"sent_at": "0001-01-01T00:00:00Z"}, "sent_at"),
        ({"sent_at": "9999-12-31T23:59:59Z"}, "sent_at"),
        ({"sent_at": "9999-01-01T01:00:00+00:30", "extra": {"a": 1}}, "sent_at"),
        ({"text": "x" * (64 * 1024 + 1)}, "text"),
        ({"text": "é" * (32 * 1024 + 1)}, "text"),
        ({"text": None}, "text"),
        ({"targets": ["ok", ""]}, "targets[1]"),
        ({"targets": ["x"] * 257}, "targets"),
        ({"kind": "smoke signal"}, "kind"),
        ({"private": "no"}, "private"),
        ({"extra": []}, "extra"),
        ({"media": [{"id": "m"}, {"mime": "x"}]}, "media[1].id"),
    ],
)
def test_a_bad_field_is_named(changes: dict[str, Any], field: str) -> None:
    assert refused(line(**changes)).field == field


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"])
def test_an_event_at_the_edge_of_the_calendar_is_refused(at: str) -> None:
    event = {"event": "join", "id": "e", "platform": "p", "channel": "c", "at": at}
    assert refused(json.dumps(event).encode()).field == "at"


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("extra", [{}, {"unknown": 1}])
def test_an_account_may_be_dated_by_a_platform_that_does_not_know(
    created: str, extra: dict[str, Any]
) -> None:
    author = {"id": "u", "created_at": created}
    assert accepted(line(author=author, extra=extra)).author.created_at is not None


@pytest.mark.parametrize(
    "path", ["../x.png", "a/../../x", "/etc/passwd", "C:\\x", "a\\..\\b", "\\\\host\\x", "", "a\0b"]
)
def test_a_media_path_never_leaves_its_folder(path: str) -> None:
    refusal = refused(line(media=[{"id": "m1", "path": path}]))
    assert refusal.field == "media[0].path"


def test_media_without_text_is_a_message() -> None:
    without = {k: v for k, v in MESSAGE.items() if k != "text"}
    two = [{"id": "m1", "path": "a/b.png"}, {"id": "m2", "path": "c.png"}]
    assert len(accepted(json.dumps(without | {"media": two}).encode()).media) == 2
    assert refused(json.dumps(without).encode()).field == "text"


def test_the_longest_text_is_accepted() -> None:
    assert len(accepted(line(text="x" * 64 * 1024)).text) == 64 * 1024
    assert len(accepted(line(text="\x01" * 64 * 1024)).text) == 64 * 1024


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"[]", b'"x"', b"{", b"{}", b'{"id":"a"', b"\xff\xfe", b"\xef\xbb\xbf{}"]
)
def test_what_is_no_item_is_refused(raw: bytes) -> None:
    assert refused(raw).reason


def test_invalid_utf8_is_refused_with_its_place() -> None:
    assert "UTF-8" in refused(line(text="XX").replace(b"XX", b"\xc3\x28")).reason


def test_blank_lines_count_but_give_nothing() -> None:
    results = parse_lines([b"\n", line() + b"\r\n", b"  ", b"broken"], first_line=10)
    assert isinstance(results[0], Parsed)
    assert results[0].raw == line()
    assert isinstance(results[1], ItemRefusal)
    assert results[1].line == 13


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
_keys = st.sampled_from([*MESSAGE, "name", "created_at", "event", "at", "count", "zz"])


@given(
    changes=st.dictionaries(_keys, _json, max_size=3),
    drop=st.sets(_keys, max_size=1),
    ascii=st.booleans(),
)
def test_the_fast_path_says_what_the_careful_one_says(
    changes: dict[str, Any], drop: set[str], ascii: bool
) -> None:
    tree = {k: v for k, v in (MESSAGE | changes).items() if k not in drop}
    raw = json.dumps(tree, ensure_ascii=ascii).encode("utf-8", "surrogatepass")
    assert parse_one(raw) == parse_carefully(raw)


_optional = st.sampled_from(["targets", "reply_to", "kind", "private", "links", "media", "extra"])
_strings = st.sampled_from(["kind", ":", "chat", "post", " ", "text", "id", ""])


@given(
    drop=st.sets(_optional),
    changes=st.dictionaries(
        st.sampled_from(["text", "id", "channel", "kind", "reply_to"]), _strings, max_size=2
    ),
    colon=st.sampled_from([":", ": ", " : "]),
    data=st.data(),
)
def test_doubled_keys_never_pass(
    drop: set[str], changes: dict[str, Any], colon: str, data: st.DataObject
) -> None:
    """Whatever else stands in the line, a key of the object given twice is refused."""
    tree = {k: v for k, v in (MESSAGE | changes).items() if k not in drop}
    pairs = list(tree.items())
    key, value = data.draw(st.sampled_from(pairs))
    other = data.draw(_strings) if isinstance(value, str) else value
    pairs.insert(data.draw(st.integers(0, len(pairs))), (key, other))
    body = ",".join(f"{json.dumps(k)}{colon}{json.dumps(v)}" for k, v in pairs)
    assert isinstance(parse_one(f"{{{body}}}".encode()), ItemRefusal)


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(raw: bytes) -> None:
    parse_one(raw)
    parse_one(b'{"id":' + raw + b"}")


@pytest.mark.parametrize(
    ("raw", "field", "told"),
    [
        (line(sent_at="2026-03-01 20:14"), "sent_at", "2026-03-01T20:14:03Z"),
        (line(sent_at="yesterday"), "sent_at", "2026-03-01T20:14:03Z"),
        (line(kind="tweet"), "kind", "'tweet' is none of chat, post,"),
        (line(event="ban-hammer", at="2026-03-01T20:14:03Z"), "event", "none of join, leave,"),
        (line(text=7), "text", "expected str"),
    ],
)
def test_a_refusal_says_what_would_have_been_right(raw: bytes, field: str, told: str) -> None:
    refusal = refused(raw)
    assert refusal.field == field
    assert told in refusal.reason
    assert "`" not in refusal.reason
