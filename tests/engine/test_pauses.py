"""Collections of garbage are pauses of the whole service: what cannot be garbage is left out."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import pytest

from rempart.detect.raid.state import Person, TargetData
from rempart.model import Account, Label, Message, Outcome, Signal, Verdict

AT = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "made",
    [
        Message("m", "twitch", "lea", AT, Account("u", "U", AT), "hello", ("lea",)),
        Outcome("m", Verdict.HOLD, 0.9, signals=(Signal("text", "1", Label.INSULT, 0.9),)),
        Person("u", "U", 1, 0, 0, 0, 0),
        TargetData(2, "twitch/lea", people={"u": Person("u", "U", 1, 0, 0, 0, 0)}),
    ],
    ids=lambda made: type(made).__name__,
)
def test_nouns_and_states_are_not_walked_for_cycles(made: object) -> None:
    """They hold no cycle: a service remembers a million of them."""
    assert not gc.is_tracked(made)
