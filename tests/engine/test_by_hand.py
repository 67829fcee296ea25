"""What a person takes from the ladder is in force at once, after a crash, and when the log is read
again; it ends with everything that is part of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.engine.crashing import gone
from tests.faults.traffic import SOURCE, START, line, parsed

from rempart.cases.measures.by_hand import Wish, take
from rempart.cases.measures.undo import undo_measure
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import encode_outcome, is_plain, logged_item
from rempart.engine.embedded.logged_measures import taken_outside
from rempart.engine.embedded.measures import write_measures
from rempart.engine.pipeline import Pipeline
from rempart.errors import InputError, NotFoundError
from rempart.ingest import Parsed, parse_one
from rempart.model import Bundle, Measure, MeasureKind, MeasureState, Message, Scope, ScopeKind
from rempart.protect import Shields

Start = Callable[[], EmbeddedEngine]
AT = 1_772_395_200_000
"""2026-03-01 20:00, when the lines of the traffic begin."""
_body = msgspec.json.Decoder(tuple[str, str, msgspec.Raw])


class _Value(msgspec.Struct):
    outcome: msgspec.Raw = msgspec.Raw(b"")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def make() -> EmbeddedEngine:
            engine = EmbeddedEngine.open(tmp_path, sweep=False)
            stack.callback(engine.stop)
            engine.start()
            return engine

        yield make


def says(
    engine: EmbeddedEngine, number: int, *, account: str = "viewer", text: str | None = None
) -> dict[str, Any]:
    said = line(number, channel="lea", author={"id": account}, text=text)
    (result,) = engine.submit(parsed(said), SOURCE).result()
    answer: dict[str, Any] = json.loads(result.outcome)
    return answer


def wish(
    kind: MeasureKind, scope: ScopeKind, ref: str, seconds: int | None = 3_600, **more: Any
) -> Wish:
    return Wish(kind, Scope(scope, "twitch", "lea", ref), seconds, "because", **more)


def take_now(engine: EmbeddedEngine, one: Wish) -> list[Measure]:
    return engine.write(lambda tables: take(tables, [one], Shields(), "nadia", AT)).result()


def test_a_mute_by_hand_holds_at_once_and_after_a_crash_until_it_is_undone(start: Start) -> None:
    engine = start()
    assert says(engine, 1, account="troll")["verdict"] == "allow"
    (mute,) = take_now(engine, wish(MeasureKind.MUTE, ScopeKind.ACCOUNT, "troll"))
    held = says(engine, 2, account="troll")
    assert (held["verdict"], held["measures"]) == ("hold", [mute.id])
    gone(engine)
    engine = start()
    assert says(engine, 3, account="troll")["verdict"] == "hold"
    engine.write(lambda tables: undo_measure(tables, mute.id, "nadia", AT)).result()
    assert says(engine, 4, account="troll")["verdict"] == "allow"
    gone(engine)
    assert says(start(), 5, account="troll")["verdict"] == "allow"


def test_a_shield_is_undone_with_its_bundle_and_the_messages_it_holds(start: Start) -> None:
    engine = start()
    says(engine, 1)
    shield, *parts = take_now(
        engine, wish(MeasureKind.SHIELD, ScopeKind.TARGET, "lea", bundle=Bundle.FIRM)
    )
    assert len(parts) == 4
    held = says(engine, 2, account="old", text="see https://shop.example/x")
    assert held["verdict"] == "hold"
    engine.write(lambda tables: undo_measure(tables, shield.id, "nadia", AT)).result()
    with engine.read() as tables:
        rows = tables.stream.measures(active=True)
        assert rows == []
        (row,) = tables.stream.measures(ids=held["measures"])
        assert row.measure.state is MeasureState.UNDONE
    assert says(engine, 3, text="see https://shop.example/x")["verdict"] == "allow"


def test_one_part_of_a_shield_is_undone_alone(start: Start) -> None:
    engine = start()
    says(engine, 1)
    measures = take_now(
        engine, wish(MeasureKind.SHIELD, ScopeKind.TARGET, "lea", bundle=Bundle.FIRM)
    )
    (block,) = [m for m in measures if m.kind is MeasureKind.LINK_BLOCK]
    engine.write(lambda tables: undo_measure(tables, block.id, "nadia", AT)).result()
    assert says(engine, 2, text="see https://shop.example/x")["verdict"] == "allow"
    with engine.read() as tables:
        assert len(tables.stream.measures(active=True)) == 4


def test_a_measure_on_a_message_is_bound_to_its_author_and_its_case(start: Start) -> None:
    engine = start()
    id = says(engine, 1, account="troll")["id"]
    (hide,) = take_now(engine, wish(MeasureKind.HIDE, ScopeKind.MESSAGE, id))
    assert (hide.message, hide.account, hide.automated) == (id, "troll", False)


def test_a_lock_out_that_a_deadline_or_a_report_causes_is_carried_out_too(start: Start) -> None:
    engine = start()
    id = says(engine, 1, account="troll")["id"]
    places = [Scope(ScopeKind.ACCOUNT, "twitch", "lea", "troll")]
    places.append(Scope(ScopeKind.MESSAGE, "twitch", "lea", id))
    measures = [
        Measure(f"m-{place.kind}", MeasureKind.LOCK_OUT, place, START, None, "a-deadline")
        for place in places
    ]
    engine.write(lambda tables: write_measures(tables, engine.settings, measures, AT)).result()
    assert says(engine, 2, account="troll")["locked_out"] == ["lea"]
    gone(engine)
    engine = start()
    assert says(engine, 3, account="troll")["locked_out"] == ["lea"]
    with engine.read() as tables:
        rows = tables.folder.folder(["twitch/lea"])
        assert [row.id for one in rows for row in tables.stream.messages([one.seq])] == [
            "m3",
            "m2",
            "m1",
        ]


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (wish(MeasureKind.HIDE, ScopeKind.ACCOUNT, "troll"), "does not touch"),
        (wish(MeasureKind.MUTE, ScopeKind.ACCOUNT, "troll", None), "needs an end"),
        (wish(MeasureKind.MUTE, ScopeKind.ACCOUNT, "troll", 0), "between one second and a year"),
        (wish(MeasureKind.ALARM, ScopeKind.CHANNEL, "lea"), "by the machine"),
        (wish(MeasureKind.HIDE, ScopeKind.MESSAGE, "nobody"), "no such message"),
        (
            Wish(MeasureKind.MUTE, Scope(ScopeKind.ACCOUNT, "twitch", "lea", "x"), 60, " … "),
            "needs a reason",
        ),
    ],
)
def test_what_the_ladder_does_not_allow_is_refused_whole(
    start: Start, bad: Wish, named: str
) -> None:
    engine = start()
    says(engine, 1)
    good = wish(MeasureKind.MUTE, ScopeKind.ACCOUNT, "troll")
    with pytest.raises((InputError, NotFoundError), match=named):
        engine.write(lambda tables: take(tables, [good, bad], Shields(), "nadia", AT)).result()
    with engine.read() as tables:
        assert tables.stream.measures() == []


def test_a_replay_with_the_measures_of_people_in_their_place_is_byte_identical(
    start: Start,
) -> None:
    """Every kind that holds message by message, switched on between messages."""
    engine = start()
    says(engine, 1)
    wishes = [
        wish(MeasureKind.LOCK_OUT, ScopeKind.ACCOUNT, "u3", None, target="lea"),
        wish(MeasureKind.LINK_BLOCK, ScopeKind.CHANNEL, "lea"),
        wish(MeasureKind.SLOW_MODE, ScopeKind.CHANNEL, "lea"),
        wish(MeasureKind.MEMBERS_ONLY, ScopeKind.CHANNEL, "lea"),
        wish(MeasureKind.SUSPEND, ScopeKind.ACCOUNT, "u4"),
        wish(MeasureKind.TIME_OUT, ScopeKind.ACCOUNT, "u5"),
        wish(MeasureKind.SHIELD, ScopeKind.TARGET, "lea", bundle=Bundle.CLOSED),
    ]
    number = 1
    for one in wishes:
        for _ in range(12):
            number += 1
            text = "https://shop.example/x" if number % 5 == 0 else f"evening {number}"
            says(engine, number, account=f"u{number % 7}", text=text)
        take_now(engine, one)
    recorded: list[bytes] = []
    again: list[bytes] = []
    pipeline = Pipeline()
    state = pipeline.new_state()
    with engine.read() as tables:
        for _, bodies in tables.log.bodies_between(0, tables.log.size()):
            taken = taken_outside(bodies)
            if taken is not None:
                state.book.remember(taken)
            item = logged_item(bodies)
            if item is None:
                continue
            found = parse_one(item.raw)
            assert isinstance(found, Parsed) and isinstance(found.item, Message)
            state, result = pipeline.step(state, [found.item])
            (outcome,) = result.outcomes
            assert outcome is not None
            again.append(b"" if is_plain(outcome) else encode_outcome(outcome))
            value = msgspec.json.decode(_body.decode(bodies[0])[2], type=_Value)
            recorded.append(bytes(value.outcome))
    assert again == recorded
    kinds = {one["verdict"] for one in map(msgspec.json.decode, filter(None, again))}
    assert kinds == {"allow", "hold", "hide"}
    assert any(b"locked_out" in one for one in again)
