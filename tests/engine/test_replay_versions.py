"""Replay equals record while rules come, change, fall back by themselves and are put back midway.

The log alone, with the rule versions in it, gives the recorded outcomes and measures: items met the
version that the last move before them put in force.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from tests.engine.test_mistakes import WHO, deploy, live, undo
from tests.faults.traffic import SOURCE, hate_raid, line, parsed
from tests.rules.language.conftest import rule
from tests.rules.language.test_raids import raid_rule

from rempart.cases.versions import program_of, take_back
from rempart.engine.embedded import STORE_FILE, EmbeddedEngine
from rempart.engine.embedded.items import encode_outcome, is_plain, logged_item
from rempart.engine.mistakes import BY_ITSELF, put_back
from rempart.engine.pipeline import Pipeline
from rempart.ingest import Parsed, parse_one
from rempart.log.commit import canonical, to_value
from rempart.model import Measure
from rempart.rules.language import Program
from rempart.store.interface import Tables
from rempart.store.interface.versions import VersionKind
from rempart.store.sqlite.store import SqliteStore

BUDGET = 'budget = "5 % of 7 days, at least 3"\nwhen ='
FIRST = (
    rule("contains(message.fold, 'number')", name="numbers").replace("when =", BUDGET)
    + rule(
        "count(by=account, over=minutes(5)) >= 3",
        name="busy",
        measures=["mute account for 10 minutes"],
    )
    + rule("len(message.text) > 30", name="long", measures=["label account wordy for 1 hour"])
)
SECOND = (
    FIRST
    + rule("labelled(account, 'wordy') and abuse >= 0.2", name="wordy")
    + raid_rule("raid.stage == 'attack'", name="raids", measures=["suspend account for 1 day"])
)


class Told(NamedTuple):
    """Outcomes of all items (empty: plain, or an event) and the measures of the machine."""

    outcomes: list[bytes]
    measures: list[bytes]


class _Value(msgspec.Struct):
    outcome: msgspec.Raw = msgspec.Raw(b"")
    id: str = ""
    state: str = ""
    measures: list[str] = []


_body = msgspec.json.Decoder(tuple[str, str, msgspec.Raw])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evening: no rules, a first version, a second one during a raid, one of its rules falls
    back, is put back, and all is taken back at the end."""
    place = tmp_path_factory.mktemp("versions") / "data"
    engine = EmbeddedEngine.open(place, sweep=False)
    engine.start()
    chat = iter(parsed(*(line(number, text=f"message number {number}") for number in range(600))))
    raid = hate_raid()

    def go_on(count: int, of_the_raid: slice = slice(0)) -> None:
        items = [next(chat) for _ in range(count)]
        engine.submit([*items, *raid[of_the_raid]], SOURCE).result()

    try:
        go_on(40)
        deploy(engine, FIRST)
        go_on(60, slice(0, 250))
        go_on(30, slice(250, 320))
        deploy(engine, SECOND)
        go_on(60, slice(320, None))
        undo(engine, "busy", 2)
        undo(engine, "numbers", 10)
        assert live(engine)[1] == BY_ITSELF, "it fell back"
        go_on(80)
        engine.write(lambda t: put_back(t, "numbers", by="Ana", **WHO)).result()
        go_on(50)
        engine.write(lambda t: take_back(t, VersionKind.RULES, by="Ana", **WHO)).result()
        go_on(40)
    finally:
        engine.stop()
    return place


@pytest.fixture(scope="module")
def tables(folder: Path) -> Iterator[Tables]:
    store = SqliteStore.open_for_reading(folder / STORE_FILE)
    with store.read() as found:
        yield found
    store.close()


def recorded(tables: Tables) -> Told:
    told = Told([], [])
    for _, bodies in tables.log.bodies_between(0, tables.log.size()):
        _, name, value = _body.decode(bodies[0])
        if name in ("message", "event"):
            told.outcomes.append(bytes(msgspec.json.decode(value, type=_Value).outcome))
        elif name == "measure":
            told.measures.append(canonical(_as_planned(msgspec.json.decode(value))))
    return told


def _as_planned(entry: dict[str, object]) -> dict[str, object]:
    """A measure as the pipeline gave it: what is written beside it (the statement of reasons, which
    is drawn from it) is no part of the decision."""
    return {key: part for key, part in entry.items() if key != "statement"}


def replayed(tables: Tables, cut: int) -> Told:
    """The pure pipeline over the log: items in steps of at most `cut`, changes between steps."""
    pipeline = Pipeline()
    state = pipeline.new_state()
    told, waiting = Told([], []), []
    known: dict[str, Measure] = {}
    moved: list[Program | None] = []

    def step() -> None:
        nonlocal state
        if waiting:
            if moved:
                pipeline.use_rules(moved.pop())
                state.use_rules(pipeline.rules)
            state, result = pipeline.step(state, waiting)
            told.outcomes.extend(
                b"" if one is None or is_plain(one) else encode_outcome(one)
                for one in result.outcomes
            )
            told.measures.extend(canonical(to_value(one)) for one in result.measures)
            known.update((one.id, one) for one in result.measures)
            waiting.clear()

    for _, bodies in tables.log.bodies_between(0, tables.log.size()):
        item = logged_item(bodies)
        if item is not None:
            found = parse_one(item.raw)
            assert isinstance(found, Parsed)
            waiting.append(found.item)
            if len(waiting) == cut:
                step()
            continue
        _, name, raw = _body.decode(bodies[0])
        if name not in ("version-moved", "measure-undone"):
            continue
        step()
        value = msgspec.json.decode(raw, type=_Value)
        if name == "measure-undone":
            for id in value.measures:
                state.book.forget(known[id])
        else:  # the last move before the next item counts
            moved[:] = [program_of(tables, value.id) if value.state == "live" else None]
    step()
    return told


@pytest.mark.parametrize("cut", [1, 37, 5_000])
def test_the_log_and_its_versions_give_what_was_recorded(tables: Tables, cut: int) -> None:
    record, again = recorded(tables), replayed(tables, cut)
    assert again.outcomes == record.outcomes
    assert again.measures == record.measures
    by_rule = {msgspec.json.decode(one)["rule"] for one in record.measures}
    assert by_rule >= {"numbers", "busy", "raids"}


def test_the_record_has_all_that_happened(tables: Tables) -> None:
    names: list[str] = []
    for _, bodies in tables.log.bodies_between(0, tables.log.size()):
        _, name, _ = _body.decode(bodies[0])
        if not names or names[-1] != name:
            names.append(name)
    assert names.count("version-moved") >= 5 and "rule-fell-back" in names
    outcomes: list[dict[str, Any]] = [
        msgspec.json.decode(one) for one in recorded(tables).outcomes if one
    ]
    shadow = [one for one in outcomes if "numbers" in one.get("shadow", [])]
    assert len(shadow) == 80, "while it was on trial"


def test_under_other_versions_the_decisions_are_others(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison can fail: without the fall, the replay says something else."""

    as_told = program_of

    def never_fallen(tables: Tables, id: str) -> Program:
        found = as_told(tables, id)
        return Program(found.files, found.lists)

    monkeypatch.setattr(sys.modules[__name__], "program_of", never_fallen)
    assert replayed(tables, 37).outcomes != recorded(tables).outcomes
