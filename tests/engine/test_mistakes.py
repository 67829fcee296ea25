"""A rule whose measures people undo too often stops biting by itself, says so, and is put back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.faults.traffic import SOURCE, line, parsed
from tests.rules.language.conftest import rule

from rempart.cases.measures.undo import undo_measures
from rempart.cases.versions import go_live, propose_rules, take_back
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.mistakes import BY_ITSELF, put_back
from rempart.errors import ConflictError
from rempart.rules.language import Program, RuleProblemsError
from rempart.rules.language.tolerance import read_tolerance
from rempart.store.interface.versions import VersionKind

WHO: dict[str, Any] = {"reason": "agreed", "at_ms": 1_000}


def rules(budget: str = "10 % of 7 days, at least 3") -> str:
    vote = rule("contains(message.fold, 'vote')", name="votes")
    return vote.replace("when =", f'budget = "{budget}"\nwhen =') + rule(
        "contains(message.fold, 'sale')", name="sales"
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine.open(tmp_path / "data", sweep=False)
    engine.start()
    yield engine
    engine.stop()


def deploy(engine: EmbeddedEngine, *texts: str) -> str:
    program = Program({f"{place}.toml": text for place, text in enumerate(texts)}, {})
    engine.write(lambda t: propose_rules(t, program, author="Mo", **WHO)).result()
    engine.write(lambda t: go_live(t, VersionKind.RULES, program.hash, by="Mo", **WHO)).result()
    return program.hash


def say(engine: EmbeddedEngine, text: str, *numbers: int) -> list[bytes]:
    items = parsed(*(line(number, text=text) for number in numbers))
    return [one.outcome for one in engine.submit(items, SOURCE).result()]


def undo(engine: EmbeddedEngine, rule: str, count: int) -> None:
    with engine.read() as tables:
        rows = tables.stream.measures(active=True)
        ids = [row.measure.id for row in rows if row.measure.rule == rule][:count]
    assert len(ids) == count
    for id in ids:
        engine.write(lambda t, id=id: undo_measures(t, [id], "Ana", 2_000)).result()  # type: ignore[misc]


def live(engine: EmbeddedEngine) -> tuple[str, str]:
    with engine.read() as tables:
        row = tables.versions.live(VersionKind.RULES)
        assert row is not None
        return row.id, row.author


def held(outcomes: list[bytes]) -> list[bool]:
    return [b'"hold"' in outcome for outcome in outcomes]


def test_the_third_mistake_of_twenty_is_one_too_many(engine: EmbeddedEngine) -> None:
    first = deploy(engine, rules())
    assert all(held(say(engine, "vote now", *range(20))))
    assert all(held(say(engine, "on sale", *range(100, 105))))
    undo(engine, "votes", 2)
    assert live(engine) == (first, "Mo"), "two are within the budget"
    undo(engine, "votes", 1)
    id, author = live(engine)
    assert id != first and author == BY_ITSELF
    assert not any(held(say(engine, "vote now", *range(200, 203))))
    assert b'"shadow":["votes"]' in say(engine, "vote now", 204)[0]
    assert all(held(say(engine, "on sale", 205))), "the other rule goes on"
    with engine.read() as tables:
        told = [
            body
            for n in range(tables.log.size())
            for body in tables.log.bodies(n)
            if b'"rule-fell-back"' in body
        ]
        row = tables.versions.get(VersionKind.RULES, id)
    assert len(told) == 1 and b'"undone":3' in told[0] and b'"taken":20' in told[0]
    assert row is not None and "people undid 3 of 20 measures" in row.reason


def test_put_back_its_mistakes_are_counted_anew(engine: EmbeddedEngine) -> None:
    first = deploy(engine, rules())
    say(engine, "vote now", *range(20))
    undo(engine, "votes", 3)
    engine.write(lambda t: put_back(t, "votes", by="Ana", **WHO)).result()
    assert live(engine)[0] == first, "the very version it was"
    assert all(held(say(engine, "vote now", *range(30, 40))))
    undo(engine, "votes", 2)
    assert live(engine)[0] == first
    undo(engine, "votes", 1)
    assert live(engine)[1] == BY_ITSELF
    with pytest.raises(ConflictError, match="did not fall back"):
        engine.write(lambda t: put_back(t, "sales", by="Ana", **WHO)).result()


def test_taking_back_a_version_that_fell_takes_all_of_it_back(engine: EmbeddedEngine) -> None:
    older = deploy(engine, rule("contains(message.fold, 'vote')", name="older"))
    deploy(engine, rules())
    say(engine, "vote now", *range(20))
    undo(engine, "votes", 3)
    engine.write(lambda t: take_back(t, VersionKind.RULES, by="Ana", **WHO)).result()
    assert live(engine)[0] == older, "not the version whose rule made the mistakes"


def test_a_fall_outlives_a_restart(engine: EmbeddedEngine, tmp_path: Path) -> None:
    deploy(engine, rules())
    say(engine, "vote now", *range(20))
    undo(engine, "votes", 3)
    id = live(engine)[0]
    engine.stop()
    again = EmbeddedEngine.open(tmp_path / "data", sweep=False)
    try:
        program = again.pipeline.rules.program
        assert program is not None and program.hash == id and program.fallen == {"votes"}
        assert [one.fell_back for one in program.rules] == [True, False]
    finally:
        again.stop()


@pytest.mark.parametrize(
    ("budget", "undone", "falls"),
    [("none", 20, False), ("50 % of 1 day, at least 3", 10, False), ("50 % of 1 day", 11, True)],
)
def test_the_budget_is_what_the_rule_says(
    engine: EmbeddedEngine, budget: str, undone: int, falls: bool
) -> None:
    deploy(engine, rules(budget))
    say(engine, "vote now", *range(20))
    undo(engine, "votes", undone)
    assert (live(engine)[1] == BY_ITSELF) is falls


@pytest.mark.parametrize(
    "budget", ["5 %", "5 % of a week", "5 % of 91 days", "5 % of 7 days, at least 0", ""]
)
def test_a_budget_that_is_none_is_refused(budget: str) -> None:
    assert read_tolerance(budget) is None
    with pytest.raises(RuleProblemsError, match="is not a budget of mistakes"):
        Program({"r.toml": rules(budget)}, {})
