"""An evening of calm: coordinated or loud crowds, of which none is an attack."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.incidents import figures

from rempart.model import Raid, RaidStage
from rempart.scenario import Generated, generate, load
from rempart.scenario.catalogue import variants

SEEDS = (1, 2, 3, 4, 5)
KINDS = [kind for kind in variants("evening-of-calm") if kind != "rage"]


def evening(seed: int, kind: str = "") -> tuple[Generated, list[Raid], dict[str, figures.Outcome]]:
    generated = generate("evening-of-calm", load("evening-of-calm", seed, kind))
    return generated, *figures.run(generated.items)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_harmless_crowd_is_no_attack_and_nobody_is_held_for_it(kind: str, seed: int) -> None:
    generated, raids, outcomes = evening(seed, kind)
    (contrast,) = generated.truth.contrasts
    assert contrast.kind == kind
    assert {raid.stage for raid in raids} <= {RaidStage.NOTICE}
    assert not [
        outcome for outcome in outcomes.values() if outcome.raid and outcome.verdict != "allow"
    ]


def test_collective_rage_at_a_game_is_hardly_ever_an_attack() -> None:
    """At most 5 in a hundred; of a dozen at most one."""
    attacks = [
        seed
        for seed in range(1, 13)
        if any(raid.stage is RaidStage.ATTACK for raid in evening(seed, "rage")[1])
    ]
    assert len(attacks) <= 1, attacks


@pytest.mark.parametrize("seed", [41, 7])
def test_a_whole_evening_of_it(seed: int) -> None:
    """Everything one after the other, in front of the same people; rage has its own test."""
    generated, raids, _ = evening(seed)
    assert len(generated.truth.contrasts) == len(KINDS) + 1
    (rage,) = [contrast for contrast in generated.truth.contrasts if contrast.kind == "rage"]
    a_little = timedelta(minutes=1)
    others = [
        raid
        for raid in raids
        if raid.end < rage.begin - a_little or raid.begin > rage.end + a_little
    ]
    assert {raid.stage for raid in others} <= {RaidStage.NOTICE, RaidStage.SUSPECT}
