"""Deadlines in the running engine: nothing waits unseen, over restarts and jumps of the clock."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.faults.traffic import SOURCE, line, parsed

from rempart.cases.care import CareSettings
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.queue.clockwork import keep
from rempart.cases.queue.policy import shipped
from rempart.cases.queue.sweep import sweep
from rempart.cases.queue.triage import look_at, triage
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.receiving import receive
from rempart.cases.reports.status import status
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.measures import write_measures
from rempart.model import (
    Case,
    DecisionOutcome,
    Ground,
    MeasureKind,
    MeasureState,
    ReportRequest,
    ScopeKind,
)
from rempart.store.interface.access import PersonRow
from rempart.store.interface.cases import CaseQuery, NewCase

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
START = 1_764_000_000.0
NEEDED = 30.0


class Time:
    """The wall clock and what really passes; tests let both pass, or make the one jump."""

    def __init__(self) -> None:
        self.wall = START
        self.passed = 1_000.0

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.passed += seconds


class World:
    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.time = Time()
        self._stack = stack
        self.keys = ReportKeys.load(folder / "keys")
        self.engine = self.started()

    def started(self) -> EmbeddedEngine:
        engine = EmbeddedEngine.open(
            self.folder, clock=lambda: self.time.wall, elapsed=lambda: self.time.passed
        )
        self._stack.callback(engine.stop)
        engine.start()
        return engine

    def restart(self) -> None:
        self.engine.stop()
        self.engine = self.started()

    @property
    def now_ms(self) -> int:
        return int(self.time.wall * 1000)

    def hear(self, *numbers: int) -> None:
        self.engine.submit(
            parsed(*(line(n, text="good evening") for n in numbers)), SOURCE
        ).result()

    def report(self, category: str = "threat", message: str = "m1", **fields: Any):
        request = ReportRequest(
            category=category,
            explanation=fields.pop("explanation", "He said that he waits at my door."),
            message_ids=(message,),
            good_faith=True,
        )
        who = fields.pop("reporter", None)
        change = lambda tables: receive(tables, request, self.keys, self.now_ms, who)  # noqa: E731
        return self.engine.write(change).result()

    def after(self, seconds: float) -> None:
        """Time passes and the engine has done what fell due."""
        self.time.pass_(seconds)
        self.settle()

    def settle(self) -> None:
        """The engine has looked at its deadlines since now."""
        end = time.monotonic() + NEEDED
        while time.monotonic() < end:
            self.engine.write(lambda tables: None).result()
            with self.engine.read() as tables:
                due = tables.deadlines.due(self.now_ms, 1)
            if not due:
                self.engine.write(lambda tables: None).result()
                return
            time.sleep(0.01)

    def cases(self) -> list[Case]:
        with self.engine.read() as tables:
            return tables.cases.page(CaseQuery()).cases

    def told(self, name: str) -> list[dict[str, Any]]:
        found = []
        with self.engine.read() as tables:
            for _, bodies in tables.log.bodies_between(0, tables.log.size()):
                entry = json.loads(bodies[0])
                if entry[1] == name:
                    found.append(entry[2])
        return found

    def lock_outs(self):
        with self.engine.read() as tables:
            return tables.stream.measures(kinds=[MeasureKind.LOCK_OUT], active=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def person(name: str, *roles: str) -> PersonRow:
    return PersonRow(f"p-{name}", name, "x", roles or ("moderator",), None, 1, None)


def add_people(world: World, *rows: PersonRow) -> None:
    def change(tables) -> None:
        for row in rows:
            tables.access.put_person(row)

    world.engine.write(change).result()


def test_a_threat_that_nobody_looks_at_is_kept_from_the_target_alone(world: World) -> None:
    world.hear(1, 2)
    world.report()
    world.after(3 * MINUTE)
    assert [one["happened"] for one in world.told("deadline")] == ["reminded"]
    assert world.lock_outs() == []
    world.after(3 * MINUTE)
    (row,) = world.lock_outs()
    assert (row.measure.scope.kind, row.measure.scope.ref) == (ScopeKind.MESSAGE, "m1")
    (case,) = world.cases()
    assert row.case == case.id
    assert case.state.value == "open", "a lapse closes nothing"
    with world.engine.read() as tables:
        verdicts = {one.verdict for one in tables.stream.latest()}
        assert verdicts == {"allow"}, "everybody else still sees it"
        assert tables.deadlines.standing([case.id])[case.id].lapses == 1
    happened = [one["happened"] for one in world.told("deadline")]
    assert happened == ["reminded", "lapsed", "escalated"]
    escalated = world.told("deadline")[-1]
    assert escalated["measures"] == [row.measure.id]


def test_a_restart_forgets_no_deadline_and_what_was_missed_happens_once(world: World) -> None:
    world.hear(1)
    world.report()
    world.engine.stop()
    world.time.pass_(2 * HOUR)
    world.engine = world.started()
    world.settle()
    assert len(world.lock_outs()) == 1
    lapsed = [one for one in world.told("deadline") if one["happened"] == "lapsed"]
    assert sorted(one["what"] for one in lapsed) == ["decide", "look"]
    assert not [one for one in world.told("deadline") if one["happened"] == "reminded"]


def test_a_clock_that_jumps_two_days_lets_nothing_lapse(world: World) -> None:
    world.hear(1)
    world.report()
    world.after(MINUTE)
    world.time.wall += 2 * DAY
    world.settle()
    assert [one["what"] for one in world.told("clock-anomaly")] == ["jumped"]
    assert world.told("deadline") == []
    assert world.lock_outs() == []
    world.after(5 * MINUTE)
    assert len(world.lock_outs()) == 1, "what really passed still counts"


def test_a_clock_that_goes_back_seven_days_makes_nobody_wait_a_week(world: World) -> None:
    world.hear(1)
    world.report()
    world.after(MINUTE)
    world.time.wall -= 7 * DAY
    world.settle()
    (anomaly,) = world.told("clock-anomaly")
    assert anomaly["by_ms"] == -7 * DAY * 1000
    world.after(5 * MINUTE)
    assert len(world.lock_outs()) == 1


def test_who_waits_is_told_every_two_days_and_reads_it_with_the_receipt(world: World) -> None:
    world.hear(1)
    receipt = world.report("spam")
    for _ in range(2):
        world.after(2 * DAY + MINUTE)
    with world.engine.read() as tables:
        found = status(tables, receipt.words, world.keys)
    kinds = [message.kind for message in found.messages]
    assert kinds == ["receipt", "waiting", "waiting"]
    assert "4 days" in found.messages[-1].text["en"]
    (case,) = world.cases()
    change = lambda tables: decide(  # noqa: E731
        tables,
        case.id,
        DecisionOutcome.LIFT,
        Ground.NONE,
        "Nothing there.",
        Decider("p-mo", person=True),
        world.now_ms,
    )
    world.engine.write(change).result()
    world.after(3 * DAY)
    with world.engine.read() as tables:
        found = status(tables, receipt.words, world.keys)
    assert [message.kind for message in found.messages] == [*kinds, "answer"]


def test_a_decision_stops_every_clock_and_a_look_the_first(world: World) -> None:
    world.hear(1)
    world.report()
    (case,) = world.cases()
    assert world.engine.write(lambda t: look_at(t, case.id, "p-mo", world.now_ms)).result()
    world.after(10 * MINUTE)
    assert world.lock_outs() == [], "somebody looked in time"
    with world.engine.read() as tables:
        (rows,) = tables.deadlines.of([case.id]).values()
    look = next(row for row in rows if row.kind == "look")
    assert look.stopped_ms is not None
    assert look.stop_seq


def test_after_a_lapse_somebody_else_has_it_than_who_was_silent(world: World) -> None:
    add_people(world, person("mo"), person("noor"))
    world.hear(1)
    world.report()
    (case,) = world.cases()
    world.engine.write(lambda t: look_at(t, case.id, "p-mo", world.now_ms)).result()
    world.after(31 * MINUTE)
    with world.engine.read() as tables:
        assert tables.deadlines.standing([case.id])[case.id].assignee == "p-noor"
        assert tables.deadlines.apart(case.id) == {"p-mo": "silent"}


def test_who_is_reported_does_not_judge_it(world: World) -> None:
    add_people(world, person("mo"), person("ada", "admin"))
    world.engine.write(
        lambda tables: tables.deadlines.put_accounts("p-mo", [("twitch", "u1")])
    ).result()
    item = json.loads(line(1, text="good evening"))
    item["author"] = {"id": "u1"}
    world.engine.submit(parsed(json.dumps(item).encode()), SOURCE).result()
    world.report("harassment")
    (case,) = world.cases()
    with world.engine.read() as tables:
        assert tables.deadlines.apart(case.id) == {"p-mo": "conflict"}
        assert tables.deadlines.standing([case.id])[case.id].assignee == "p-ada"


def test_a_refuted_category_falls_back_and_costs_its_source_the_fast_lane(world: World) -> None:
    world.hear(1, 2, 3)
    for number in (1, 2):
        world.report("child_safety", f"m{number}", reporter="troll")
    first = world.cases()
    assert {case.priority for case in first} == {900}
    for case in first:
        change = lambda t, id=case.id: triage(  # noqa: E731
            t, id, "spam", "p-mo", world.now_ms, person=True
        )
        now = world.engine.write(change).result()
        assert now.priority == 150
    world.report("child_safety", "m3", reporter="troll")
    third = next(case for case in world.cases() if case.subject == "m3")
    assert third.priority < 900, "right behind, with the same deadlines"
    world.report("child_safety", "m1", reporter="somebody else")
    again = next(case for case in world.cases() if case.subject == "m1")
    assert again.priority == 150, "what a person refuted is not raised by the same words"
    entries = world.told("triage")
    assert [one["confirmed"] for one in entries] == [False, False]


def test_views_decide_between_cases_that_are_due_together(world: World) -> None:
    world.hear(1, 2)
    seen = {
        "event": "delivered",
        "id": "d1",
        "platform": "twitch",
        "channel": "lea",
        "at": "2026-03-01T20:00:00Z",
        "message": "m2",
        "count": 150_000,
    }
    world.report("hate", "m1")
    world.report("hate", "m2")
    world.engine.submit(parsed(json.dumps(seen).encode()), SOURCE).result()
    assert [case.subject for case in world.cases()] == ["m2", "m1"]


def test_ten_thousand_cases_lapse_at_once_and_nothing_is_hidden_for_everyone(
    tmp_path: Path,
) -> None:
    """FAULTS row 42: a brigade floods the queue until deadlines lapse."""
    with ExitStack() as stack:
        world = World(tmp_path, stack)
        world.hear(1)
        world.report()
        (real,) = world.cases()

        def flood(tables) -> tuple[int, int]:
            tables.cases.insert(
                NewCase(_case(real, number), number.to_bytes(16, "big"), harm="spam")
                for number in range(10_000)
            )
            kept = keep(tables, shipped(), world.now_ms, care=CareSettings())
            late = world.now_ms + int(25 * HOUR * 1000)
            policy = shipped()
            write: Callable = lambda found: write_measures(  # noqa: E731
                tables, world.engine.settings, found, late
            )
            lapsed = 0
            while sum(done := sweep(tables, policy, late, write, care=CareSettings(), limit=5_000)):
                lapsed += done.lapsed
            return kept, lapsed

        assert world.engine.write(flood).result() == (10_000, 10_002), "two of the real case"
        with world.engine.read() as tables:
            measures = tables.stream.measures(limit=20_000)
            assert {row.measure.kind for row in measures} == {MeasureKind.LOCK_OUT}
            assert {row.measure.scope.kind for row in measures} == {ScopeKind.MESSAGE}
            assert all(row.measure.state is MeasureState.ACTIVE for row in measures)
            assert {row.verdict for row in tables.stream.latest()} == {"allow"}
            first = tables.cases.page(CaseQuery(limit=1)).cases[0]
        assert first.id == real.id, "life first, however many others lapsed"


def _case(like: Case, number: int) -> Case:
    return msgspec.structs.replace(
        like, id=f"c-{number}", subject="link", priority=150, raid=None, messages=0, reports=0
    )
