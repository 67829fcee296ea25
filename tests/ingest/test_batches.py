"""Arrays, streams and compressed bodies: one bad part never costs the others."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import InputError
from rempart.ingest import (
    MAX_LINE_BYTES,
    Parsed,
    gunzip,
    open_input,
    parse_array,
    parse_lines,
    read_ndjson,
)
from rempart.model import ItemRefusal


def message(id: str, text: str = "hello") -> bytes:
    return json.dumps(
        {
            "id": id,
            "platform": "p",
            "channel": "c",
            "sent_at": "2026-03-01T20:14:03Z",
            "author": {"id": "u"},
            "text": text,
        }
    ).encode()


def kinds(results: list[Parsed | ItemRefusal]) -> str:
    return "".join("+" if isinstance(r, Parsed) else "-" for r in results)


def test_an_array_keeps_the_bytes_of_each_item() -> None:
    body = b" [ " + message("a") + b" ,\n" + message("b") + b"] "
    results = parse_array(body)
    assert [r.raw for r in results if isinstance(r, Parsed)] == [message("a"), message("b")]
    assert parse_array(b"[]") == []


@pytest.mark.parametrize(
    "bad",
    [
        b"NaN",
        b'{"id": nope}',
        b'{"a": 1e400}',
        b"[" * 100_000 + b"]" * 100_000,
        message("x", "Q").replace(b"Q", b"\xff"),
        message("x", "Q").replace(b'"Q"', b"NaN"),
        b"",
    ],
)
def test_one_bad_item_of_an_array_costs_itself_only(bad: bytes) -> None:
    results = parse_array(b"[" + message("a") + b"," + bad + b"," + message("b") + b"]")
    assert kinds(results) == "+-+"
    assert isinstance(results[1], ItemRefusal)
    assert results[1].index == 1


def test_surrogates_in_an_array_are_accepted() -> None:
    body = b"[" + message("a", "Q").replace(b"Q", b"\\ud800") + b"," + message("b") + b"]"
    assert kinds(parse_array(body)) == "++"


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"[1", b"[] []", b"[1]x", b'["'])
def test_what_is_no_array_is_refused_whole(body: bytes) -> None:
    with pytest.raises(InputError):
        parse_array(body)


class Dribble(io.RawIOBase):
    """A source that hands out few bytes at a time, like a pipe."""

    def __init__(self, data: bytes, step: int) -> None:
        self.data = io.BytesIO(data)
        self.step = step

    def read(self, size: int = -1, /) -> bytes:
        return self.data.read(self.step)


@given(
    st.lists(st.sampled_from([message("a"), b"", b"bad", message("é", "ü")]), max_size=12),
    st.integers(1, 70),
    st.integers(1, 5),
    st.booleans(),
)
def test_reading_in_pieces_gives_what_reading_at_once_gives(
    lines: list[bytes], step: int, chunk: int, newline_at_end: bool
) -> None:
    data = b"\n".join(lines) + (b"\n" if newline_at_end and lines else b"")
    pieces = [r for part in read_ndjson(Dribble(data, step), chunk) for r in part]
    assert pieces == parse_lines(lines)


def test_a_line_over_the_cap_is_refused_alone() -> None:
    long = b"x" * (3 * MAX_LINE_BYTES)
    data = b"\n".join([message("a"), long, message("b"), b'"' + long])
    results = [r for part in read_ndjson(io.BytesIO(data)) for r in part]
    assert kinds(results) == "+-+-"
    assert [r.line for r in results if isinstance(r, ItemRefusal)] == [2, 4]


def test_a_file_with_byte_order_mark_and_gzip(tmp_path: Path) -> None:
    plain = tmp_path / "a.ndjson"
    packed = tmp_path / "b.ndjson"
    plain.write_bytes(b"\xef\xbb\xbf" + message("a") + b"\n")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for path in (plain, packed):
        with open_input(str(path)) as stream:
            assert [kinds(part) for part in read_ndjson(stream)] == ["+"]


def test_unreadable_input_is_one_error_that_names_the_file(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(message("a") * 1000)[:-20])
    for path in (tmp_path / "missing", tmp_path, cut):
        with pytest.raises(InputError) as caught, open_input(str(path)) as stream:
            list(read_ndjson(stream))
        assert str(path) in caught.value.diagnostics()


def test_fault_11_a_gzip_bomb_stops_at_the_limit() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with pytest.raises(InputError, match="more than 1000000 bytes"):
        gunzip(bomb, 1_000_000)
    assert gunzip(gzip.compress(b"abc", mtime=0), 3) == b"abc"


@pytest.mark.parametrize(
    "body",
    [b"", b"abc", gzip.compress(b"abc", mtime=0)[:-1], gzip.compress(b"abc", mtime=0) + b"x"],
)
def test_broken_gzip_is_refused(body: bytes) -> None:
    with pytest.raises(InputError):
        gunzip(body, 1000)
