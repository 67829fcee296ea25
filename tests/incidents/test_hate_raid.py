"""Incident 1: bots on a live stream. The figures of INCIDENTS, for several seeds.

Between them the seeds have 12 to 80 bots and every mutation level.
"""

from __future__ import annotations

from functools import lru_cache

import pytest
from tests.incidents import figures

from rempart.model import RaidStage

SEEDS = (2030, 1, 2, 5, 6, 7, 8, 9)


@lru_cache
def hate_raid(seed: int) -> figures.Figures:
    return figures.figures("hate-raid", seed)[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_attack_is_declared_in_time(seed: int) -> None:
    """Within 10 s or 15 attack messages, whichever is later."""
    found = hate_raid(seed)
    assert found.attacks, found.line()
    assert 0 <= found.seconds <= 10 or found.messages_before <= 15, found.line()


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_one_raid(seed: int) -> None:
    assert len(hate_raid(seed).attacks) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bots_are_named_and_hardly_anybody_else(seed: int) -> None:
    found = hate_raid(seed)
    assert found.named >= 0.95, found.line()
    assert found.innocent <= 0.02, found.line()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_further_attack_message_is_held(seed: int) -> None:
    found = hate_raid(seed)
    assert not found.let_through, found.line()


@pytest.mark.parametrize("seed", SEEDS)
def test_viewers_go_on_talking(seed: int) -> None:
    """Not one in two hundred harmless messages is held, and none before the raid by a raid rule."""
    found = hate_raid(seed)
    assert len(found.benign_held) <= len(found.benign) / 200, found.line()
    before = [m for m in found.benign_held if m.sent_at < found.truth.attack.begin]
    assert not [m for m in before if found.outcomes[m.id].raid], found.line()


@pytest.mark.parametrize("seed", SEEDS)
def test_harmless_coordination_raises_no_alarm(seed: int) -> None:
    """Hype, copypasta, friendly raid, vote, link: at most a notice, and nobody is a member of it
    who was then taken for an attacker."""
    found = hate_raid(seed)
    assert {contrast.kind for contrast in found.truth.contrasts} == {
        "copypasta",
        "friendly_raid",
        "link",
        "vote",
    }
    early = [raid for raid in found.others if raid.begin < found.truth.attack.begin]
    assert all(raid.stage is RaidStage.NOTICE for raid in early), found.line()
    assert found.attacks[0].begin >= found.truth.attack.begin, found.line()


# -- variants --------------------------------------------------------------------------------------

VARIANT_SEEDS = (1, 2, 3, 4)


@lru_cache
def variant_of(variant: str, seed: int) -> list[figures.Figures]:
    return figures.figures("hate-raid", seed, variant)


def assert_named_and_held(found: figures.Figures) -> None:
    assert len(found.attacks) == 1, found.line()
    assert found.named >= 0.95, found.line()
    assert found.innocent <= 0.02, found.line()
    assert len(found.let_through) <= len(found.attack_after) / 100, found.line()
    assert len(found.benign_held) <= len(found.benign) / 200, found.line()


@pytest.mark.parametrize("seed", VARIANT_SEEDS)
def test_bots_in_a_burst_of_joy_are_seen_as_soon(seed: int) -> None:
    (found,) = variant_of("hype", seed)
    assert 0 <= found.seconds <= 10 or found.messages_before <= 15, found.line()
    assert_named_and_held(found)


@pytest.mark.parametrize("seed", VARIANT_SEEDS)
def test_sleepers_who_chatted_before_are_found(seed: int) -> None:
    """Within 30 s at the median and 3 minutes at most."""
    (found,) = variant_of("sleepers", seed)
    assert found.seconds <= 180, found.line()
    assert_named_and_held(found)


@pytest.mark.parametrize("seed", VARIANT_SEEDS)
def test_the_second_wave_is_a_raid_of_its_own_found_as_soon(seed: int) -> None:
    for found in variant_of("second-wave", seed):
        assert 0 <= found.seconds <= 10 or found.messages_before <= 15, found.line()
        assert_named_and_held(found)
