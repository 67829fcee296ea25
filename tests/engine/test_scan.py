"""A scan gives the same bytes however it is cut and over however many processes it is shared."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec
import pytest

from rempart.engine.pipeline import Pipeline
from rempart.engine.scan import PureEngine, Scanned, scan
from rempart.engine.shards import choose_processes
from rempart.ingest import Parsed, parse_lines
from rempart.model import ItemRefusal, Message, Outcome, Verdict
from rempart.scenario import generate, load

_encoder = msgspec.json.Encoder()


@lru_cache
def four_streams() -> tuple[Parsed, ...]:
    """Four raided channels at once, one account in several of them, some messages with targets in
    two channels, and some delivered twice."""
    rows = []
    for number, seed in enumerate((1, 3, 4, 6)):
        for item in generate("hate-raid", load("hate-raid", seed)).items:
            changes: dict[str, object] = {"channel": f"c{number}", "id": f"{number}-{item.id}"}
            if isinstance(item, Message):
                rivals = (f"c{number}", f"c{(number + 1) % 4}")
                changes["targets"] = rivals if hash_of(item.id) % 5 == 0 else ()
            at = item.sent_at if isinstance(item, Message) else item.at
            rows.append((at, number, msgspec.structs.replace(item, **changes)))
    rows.sort(key=lambda row: row[:2])
    parts = [Parsed(item, _encoder.encode(item)) for _, _, item in rows]
    for at in range(100, len(parts), 700):
        parts.insert(at, parts[at - 60])
    return tuple(parts)


def hash_of(text: str) -> int:
    return sum(text.encode())


def run(parts: Sequence[Parsed | ItemRefusal], chunk: int, processes: int) -> tuple[bytes, Scanned]:
    lines: list[bytes] = []
    engine = PureEngine(Pipeline(), processes)
    chunks = (parts[at : at + chunk] for at in range(0, len(parts), chunk))
    try:
        scanned = scan(chunks, engine, lines.append, lambda refusals: None)
    finally:
        engine.close()
    return b"".join(lines), scanned


@lru_cache
def in_one_go() -> tuple[bytes, Scanned]:
    parts = four_streams()
    return run(parts, len(parts), 1)


@pytest.mark.parametrize(("chunk", "processes"), [(2000, 1), (137, 1), (2000, 2), (977, 3)])
def test_cut_and_sharing_change_no_byte(chunk: int, processes: int) -> None:
    lines, scanned = run(four_streams(), chunk, processes)
    expected_lines, expected = in_one_go()
    assert lines == expected_lines
    assert scanned == expected


def test_the_streams_are_worth_comparing() -> None:
    lines, scanned = in_one_go()
    assert len({raid.channel for raid in scanned.raids if raid.stage == "attack"}) == 4
    assert lines.count(b'"verdict":"hold"') > 1000
    assert scanned.duplicates > 10


def test_one_outcome_per_message_in_input_order() -> None:
    lines, scanned = in_one_go()
    outcomes = [msgspec.json.decode(line, type=Outcome) for line in lines.splitlines()]
    messages = [part.item.id for part in four_streams() if isinstance(part.item, Message)]
    assert [outcome.id for outcome in outcomes] == messages
    assert scanned.messages == len(messages)


def message(id: str, text: str) -> bytes:
    return _encoder.encode(
        {
            "id": id,
            "platform": "p",
            "channel": "c",
            "sent_at": "2026-03-01T20:14:03Z",
            "author": {"id": "u"},
            "text": text,
        }
    )


@pytest.mark.parametrize("chunk", [1, 2, 10])
def test_the_same_id_again_gets_the_first_outcome(chunk: int) -> None:
    hostile = message("a", "go back to your country, nobody likes you")
    lines = [hostile, message("b", "hello"), hostile, message("a", "hello"), b"broken"]
    written, scanned = run(parse_lines(lines), chunk, 1)
    first, second, third, fourth = written.splitlines()
    assert msgspec.json.decode(first, type=Outcome).verdict is Verdict.HOLD
    assert msgspec.json.decode(second, type=Outcome).verdict is Verdict.ALLOW
    assert first == third == fourth
    assert (scanned.messages, scanned.duplicates, scanned.conflicts) == (4, 1, 1)
    assert scanned.refused == 1


def test_few_messages_or_one_target_stay_in_one_process() -> None:
    items = [part.item for part in four_streams()]
    assert choose_processes(items[:500]) == 1
    alone = [item for item in items if item.channel == "c0"][:2000]
    assert choose_processes(alone) == 1
    assert choose_processes([]) == 1
