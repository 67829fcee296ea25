"""Incident 2 as far as traffic goes: the flood of a volunteer line is seen, its numbers are named,
the people whom the line is for are not."""

from __future__ import annotations

from functools import lru_cache

import pytest
from tests.incidents import figures

from rempart.model import Label, RaidKind

NUMBERS = ("numbers-40", "", "numbers-5000")
FLOODS = (*NUMBERS, "minute", "minute-5000")


@lru_cache
def flood(variant: str, seed: int = 2017) -> figures.Figures:
    thread, flood, threats = figures.figures("sms-flood", seed, variant)
    assert (thread.attack.kind, threats.attack.kind) == ("thread", "threats")
    return flood


@pytest.mark.parametrize("variant", FLOODS)
def test_nothing_is_lost_and_everything_is_answered(variant: str) -> None:
    found = flood(variant)
    assert len(found.attack.messages) == 20_000
    assert len(found.outcomes) == found.truth.messages


@pytest.mark.parametrize("variant", FLOODS)
def test_the_flood_is_an_attack_on_the_line(variant: str) -> None:
    """Within the first minute, or the first 200 messages."""
    found = flood(variant)
    assert found.attacks, found.line()
    assert {raid.kind for raid in found.attacks} == {RaidKind.FLOOD}
    assert found.seconds <= 60 or found.messages_before <= 200, found.line()


@pytest.mark.parametrize("variant", ["numbers-40", "", "minute"])
def test_the_numbers_are_named(variant: str) -> None:
    found = flood(variant)
    assert found.named >= 0.9, found.line()


@pytest.mark.parametrize("variant", FLOODS)
def test_what_the_flood_sends_is_held(variant: str) -> None:
    found = flood(variant)
    assert found.attack_after, found.line()
    assert len(found.let_through) <= 0.1 * len(found.attack_after), found.line()


@pytest.mark.parametrize("variant", FLOODS)
def test_genuine_senders_are_not_named_and_go_on_being_heard(variant: str) -> None:
    found = flood(variant)
    assert found.innocent <= 0.02, found.line()
    assert len(found.benign_held) <= 0.02 * len(found.benign), found.line()


@pytest.mark.parametrize("variant", NUMBERS)
def test_death_threats_are_recognised(variant: str) -> None:
    found = flood(variant)
    threats = [
        found.outcomes[id].labels.get(Label.THREAT.value, 0.0) for id in found.attack.threats
    ]
    assert len(threats) >= 50
    assert sum(score >= 0.5 for score in threats) >= 0.95 * len(threats)
