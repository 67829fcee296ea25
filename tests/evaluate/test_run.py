"""A run can be had again, its truth is right, and its measures say what happened."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.evaluate.channels import many_channels
from tests.evaluate.drive import drive, in_force
from tests.evaluate.hosts import Host, judge, observed, one_after_the_other, thinned
from tests.evaluate.kinds import KINDS, Kind
from tests.evaluate.run import Bench, Played, play
from tests.evaluate.score import score
from tests.evaluate.small_world import ScriptedOperator, judged_chat, small_host

from rempart.detect.interface import Observation
from rempart.detect.registry import default_detectors
from rempart.engine.pipeline import Pipeline
from rempart.model import Message, RaidStage

SHORT = [
    name
    for name, kind in KINDS.items()
    if kind.make is not None and not kind.history and kind.ahead <= 3_600
]


def sent(played: Played, place: int) -> Message:
    row = played.rows[place]
    assert isinstance(row, Observation)
    return row.message


def bench(operator: ScriptedOperator | None = None, *, ages: bool = True) -> Bench:
    host = small_host()
    operators = in_force()
    if operator is not None:
        operators = operators._replace(target=operator, campaign=None)
    return Bench(operators, default_detectors(), {"small": host}, [], ages)


def here(name: str) -> Kind:
    return KINDS[name]._replace(hosts=("small",), ahead=0.0)


def test_the_same_seed_gives_the_same_run() -> None:
    first, again = (play(bench(), here("bots-2"), 5) for _ in range(2))
    assert first.rows == again.rows
    assert first.found.changes == again.found.changes
    assert play(bench(), here("bots-2"), 6).rows != first.rows


@pytest.mark.parametrize("name", SHORT)
def test_truth_is_where_the_attack_is(name: str) -> None:
    played = play(bench(ScriptedOperator(None)), here(name), 3)
    times = [row.message.sent_at for row in played.rows if isinstance(row, Observation)]
    assert times == sorted(times)
    assert [row.position for row in played.rows] == list(range(len(played.rows)))
    authors = {sent(played, place).author.id for place in played.attack}
    assert authors == played.members
    assert bool(played.attack) == (KINDS[name].goal is not None)
    regulars = {row.message.author.id for row in small_host().rows}
    assert not played.members & regulars or name.startswith("dogpile")


def test_without_ages_nobody_has_a_date() -> None:
    played = play(bench(ages=False), here("bots-0"), 1)
    attackers = [sent(played, place).author for place in played.attack]
    assert all(author.created_at is None for author in attackers)


def test_measures_of_a_run_against_a_scripted_operator() -> None:
    silent = play(bench(ScriptedOperator(None)), here("bots-1"), 4)
    tenth = silent.attack[9]
    members = sorted(silent.members)
    named = [*members[:6], "bystander-1", "bystander-2"]
    operator = ScriptedOperator(tenth, named, lambda row: row.position % 2 == 0)
    result = score(play(bench(operator), here("bots-1"), 4))
    assert result.before == 10
    begin = sent(silent, silent.attack[0]).sent_at
    assert result.seconds == pytest.approx(
        (sent(silent, tenth).sent_at - begin).total_seconds(), abs=0.01
    )
    assert result.precision == pytest.approx(6 / 8)
    assert result.recall == pytest.approx(6 / len(members))
    later = [place for place in silent.attack if place > tenth]
    assert result.touched == pytest.approx(sum(p % 2 == 0 for p in later) / len(later))
    assert result.stray == 0


def test_an_alarm_about_other_people_is_not_a_find() -> None:
    silent = play(bench(ScriptedOperator(None)), here("bots-1"), 4)
    operator = ScriptedOperator(silent.attack[3], ["somebody-else"])
    result = score(play(bench(operator), here("bots-1"), 4))
    assert (result.seconds, result.stray) == (None, 1)


def test_a_suspicion_is_not_a_find() -> None:
    silent = play(bench(ScriptedOperator(None)), here("bots-1"), 4)
    members = sorted(silent.members)
    operator = ScriptedOperator(silent.attack[3], members, stage=RaidStage.SUSPECT)
    result = score(play(bench(operator), here("bots-1"), 4))
    assert result.seconds is None
    assert result.stage == "suspect"
    assert result.suspect_seconds is not None


def test_the_bench_sees_what_the_pipeline_sees() -> None:
    """Same messages through the whole pipeline: same raids, members and times of *attack*."""
    played: Played = play(bench(), here("bots-1"), 2)
    messages = [row.message for row in played.rows if isinstance(row, Observation)]
    pipeline = Pipeline()
    _, result = pipeline.step(pipeline.new_state(), messages)
    # Judged anew: the small world's own chat is harmless by decree, whatever a detector says of it.
    rows = observed(judge(messages, default_detectors()))
    found = drive(in_force(), rows, {})
    assert any(change.raid.stage is RaidStage.ATTACK for change in found.changes)
    assert list(result.raids) == found.changes


def test_smaller_channels_keep_whole_authors_and_days_follow_each_other() -> None:
    rows = judged_chat(900)
    small = thinned(rows, 30, "small")
    kept = {row.message.author.id for row in small}
    assert len(small) == sum(row.message.author.id in kept for row in rows) < len(rows)
    spread_out = one_after_the_other(judged_chat(400, seconds=600.0), "run")
    days = sorted({row.message.sent_at.date() for row in spread_out})
    assert [(b - a).days for a, b in pairwise(days)] == [1] * (len(days) - 1)


def test_many_channels_stand_at_the_same_hour() -> None:
    channels = many_channels(Host("days", judged_chat(3_000, seconds=90.0)))
    assert len(channels) >= 3
    assert len({channel.channel for channel in channels}) == len(channels)
    assert len({channel.times[0] for channel in channels}) == 1
