"""The printed table marks what misses its goal, and nothing else; the page is made from it."""

from __future__ import annotations

import pytest
from tests.evaluate.benign import Quiet
from tests.evaluate.page import Mode, Report, figures
from tests.evaluate.score import Score
from tests.evaluate.table import attacks, benign, negatives, worst


def run(kind: str, seed: int, seconds: float | None = None, **fields: float | int | str) -> Score:
    found = {"precision": 1.0, "recall": 1.0, "before": 8, **fields} if seconds is not None else {}
    base = Score(kind, seed, "stream", 100, 300.0, 0.8, "attack" if seconds is not None else None)
    for name, value in {**found, "seconds": seconds}.items():
        setattr(base, name, value)
    return base


def cells(lines: list[str], title: str) -> list[str]:
    row = next(line for line in lines if line.split(" | ")[0].strip() == title)
    return [cell.strip() for cell in row.split(" | ")]


def test_a_kind_that_meets_its_goal_has_no_mark() -> None:
    row = cells(attacks([run("links", n, 10.0) for n in range(40)]), "links")
    assert row[1] == "40/40"
    assert not any("!" in cell for cell in row)


def test_missed_late_and_badly_named_attacks_are_marked_in_their_cells() -> None:
    runs = [run("links", n, 20.0 if n % 2 else 90.0, precision=0.9, recall=0.9) for n in range(20)]
    row = cells(attacks([*runs, run("links", 99)]), "links")
    assert [row[place] for place in (1, 4, 5, 8, 9)] == [
        "20/21 !",
        "20 s !",
        "90 s !",
        "0.90 !",
        "0.90 !",
    ]


def test_bots_are_judged_by_their_rate() -> None:
    fast = [run("bots-1", n, 2.0) for n in range(5)]
    slow = [run("bots-1", n, 60.0, before=30) for n in range(5, 10)]
    for score in slow:
        score.per_minute = 40.0
    lines = attacks([*fast, *slow])
    assert not any("!" in cell for cell in cells(lines, "bots, >= 240/min"))
    assert cells(lines, "bots, < 240/min")[4:6] == ["30 !", "30 !"]


def test_one_alarm_is_too_many_except_for_rage() -> None:
    runs = [run(kind, n, 1.0 if n == 0 else None) for kind in ("hype", "rage") for n in range(20)]
    lines = negatives(runs)
    assert cells(lines, "hype")[2] == "1 !"
    assert cells(lines, "rage")[2] == "1"


def quiet(host: str, attack: int) -> Quiet:
    stages = {"attack": attack, "suspect": 0, "notice": 2}
    return Quiet(host, 500, 9_000, stages, ["told"] * attack, {}, 9.0, 0.1, 0.1, 80_000)


def test_false_alarms_are_counted_on_the_given_chat_only() -> None:
    lines = benign([quiet("stream", 1), quiet("irc", 0), quiet("stream-30", 4)])
    said = next(line for line in lines if line.startswith("the given chat"))
    assert "1 false attacks in 1000 channel-hours, 1.00 per 1,000 h (95 % 0.03-5.57)" in said
    assert "!" not in said
    two = benign([quiet("stream", 1), quiet("irc", 1)])
    assert next(line for line in two if line.startswith("the given chat")).endswith("!")


def test_the_worst_runs_say_how_to_have_them_again() -> None:
    lines = worst([run("links", 7), run("hype", 3, 1.0), run("links", 8, 5.0)], "no-ages")
    assert any("--kinds links --seed 7 --runs 1 --modes no-ages" in line for line in lines)
    assert any("--kinds hype --seed 3" in line for line in lines)
    assert not any("--seed 8 " in line for line in lines)


def test_the_page_has_the_cells_of_the_table() -> None:
    mode = Mode([quiet("stream", 0), quiet("irc", 0)], [run("links", n, 10.0) for n in range(4)])
    text = figures([Report("make evaluate-raids", "1", 4, 1, {"ages": mode})])
    assert "| links | 4/4 | 0.51-1.00 | 0.97 | 10 s | 10 s | 15 s/60 s | 1.00 | 1.00 |" in text
    assert "In the given chat: 0 false attacks in 1000 channel-hours" in text


@pytest.mark.parametrize(("runs", "short"), [(60, True), (299, True), (300, False)])
def test_the_page_says_how_many_runs_and_when_they_are_too_few(runs: int, short: bool) -> None:
    mode = Mode([], [run("links", number, 10.0) for number in range(runs)])
    text = figures([Report("make evaluate-raids", "1", runs, 1, {"ages": mode})])
    assert f"**{runs} runs** of each kind" in text
    assert ("Acceptance asks for 300 of each kind and 200 of each hard negative" in text) == short
