"""Slow attacks, campaigns and second waves are measured with the operator that has the long memory,
as the product runs it, and its false alarms count like everybody's.
"""

from __future__ import annotations

from functools import lru_cache

import pytest
from tests.evaluate.benign import replay
from tests.evaluate.drive import Operators, drive, in_force
from tests.evaluate.hosts import Checkpoint, Host, Judged, judge, observed
from tests.evaluate.kinds import KINDS, Kind
from tests.evaluate.run import Bench, Played, play
from tests.evaluate.scene import Injection, Scene
from tests.evaluate.score import Score, score
from tests.evaluate.small_world import judged_chat

from rempart.detect.interface import Observation
from rempart.detect.registry import default_detectors
from rempart.engine.pipeline import Pipeline
from rempart.model import RaidKind, RaidStage

SEED = 2


def without_campaign() -> Operators:
    return in_force()._replace(campaign=None)


@lru_cache
def quiet_week() -> Host:
    """Ten days of small talk, one message in eight minutes."""
    host = Host("small", judged_chat(1_800, seconds=480.0))
    host.checkpoints = [Checkpoint(0, host.times[0], b"")]
    return host


def run(name: str, operators: Operators) -> Played:
    kind = KINDS[name]._replace(hosts=("small",), ahead=0.0)
    return play(
        Bench(operators, default_detectors(), {"small": quiet_week()}, [], True), kind, SEED
    )


def measured(name: str, operators: Operators) -> Score:
    return score(run(name, operators))


def judged(played: Played) -> list[Judged]:
    return [Judged(*row[1:5]) for row in played.rows if isinstance(row, Observation)]


def test_a_slow_attack_is_found_by_the_long_memory_and_by_nobody_else() -> None:
    found, missed = measured("slow-day", in_force()), measured("slow-day", without_campaign())
    assert found.stage == "attack"
    assert found.named == RaidKind.SLOW.value
    assert found.before is not None and found.recall is not None and found.recall > 0.5
    assert missed.stage != "attack"
    assert missed.seconds is None


def test_the_bench_sees_of_a_slow_attack_what_the_pipeline_sees() -> None:
    said = [row.message for row in judged(run("slow-day", in_force()))]
    rows = observed(judge(said, default_detectors()))
    found = drive(in_force(), rows, {})
    pipeline = Pipeline()
    _, result = pipeline.step(pipeline.new_state(), [row.message for row in rows])
    assert any(change.raid.kind is RaidKind.SLOW for change in found.changes)
    assert found.changes == list(result.raids)
    assert found.campaigns == list(result.campaigns)
    touched = {touch.position for touch in found.touches if touch.stage is RaidStage.ATTACK}
    told = {place for place, outcome in enumerate(result.outcomes) if outcome and outcome.raid}
    assert touched <= told


def test_a_slow_attack_on_benign_chat_counts_as_a_false_alarm_across_checkpoints() -> None:
    """What nobody injected is benign by definition: here it is not, so that the count shows."""
    host = Host("small", judged(run("slow-day", in_force())))
    for spacing in (1e9, 4 * 3_600.0):
        quiet, points = replay(in_force(), host, spacing=spacing, baselines=False)
        assert quiet.stages["attack"] == 1
        assert len(points) > 1 or spacing == 1e9
    quiet, _ = replay(without_campaign(), host, spacing=4 * 3_600.0, baselines=False)
    assert quiet.stages["attack"] == 0


def test_a_hard_negative_that_looks_slow_counts_as_a_false_attack() -> None:
    made = KINDS["slow-day"].make
    assert made is not None

    def harmless(scene: Scene) -> Injection:
        injection = made(scene)
        return injection._replace(lines=[x._replace(hostile=False) for x in injection.lines])

    kind = Kind("slow-day", harmless, None, hosts=("small",), ahead=0.0)
    bench = Bench(in_force(), default_detectors(), {"small": quiet_week()}, [], True)
    result = score(play(bench, kind, SEED))
    assert (result.messages, result.stage) == (0, "attack")


def test_a_second_wave_is_the_same_campaign_or_it_is_not_found() -> None:
    found, missed = measured("return", in_force()), measured("return", without_campaign())
    assert found.named == "campaign"
    assert found.seconds is not None and 0 <= found.seconds < 600
    assert found.precision == 1.0
    assert missed.seconds is None


@pytest.mark.parametrize("seed", [3, 900_003])
def test_a_second_wave_has_new_accounts_and_new_names(seed: int) -> None:
    played = play(
        Bench(without_campaign(), default_detectors(), {"small": quiet_week()}, [], True),
        KINDS["return"]._replace(hosts=("small",), ahead=0.0),
        seed,
    )
    returns = played.injection.returns
    assert returns is not None
    first = [line for line in played.injection.lines if line.at < returns]
    second = [line for line in played.injection.lines if line.at >= returns]
    assert not {x.author.id for x in first} & {x.author.id for x in second}
    assert not {x.author.name for x in first} & {x.author.name for x in second}
