"""Every measure stands on the ladder: what it touches, how long, how often, what it is in law."""

from __future__ import annotations

from importlib.resources import files

import msgspec
import pytest

from rempart.model import LADDER, MeasureKind, Rung, ScopeKind

FACTS = msgspec.json.decode(
    files("rempart.model").joinpath("legal_forms.json").read_bytes(), type=dict[str, object]
)
RUNGS = pytest.mark.parametrize("rung", LADDER.values(), ids=lambda rung: rung.kind.value)


def test_every_kind_of_measure_stands_on_the_ladder_once() -> None:
    assert set(LADDER) == set(MeasureKind)
    assert all(kind is rung.kind for kind, rung in LADDER.items())


@RUNGS
def test_it_is_said_in_both_languages(rung: Rung) -> None:
    for words in (rung.does, rung.platform, rung.no_form or rung.does):
        assert set(words) == {"en", "fr"}
        assert all(text.strip() for text in words.values())


@RUNGS
def test_each_scope_has_a_legal_form_or_a_reason_why_not(rung: Rung) -> None:
    assert rung.touches
    if rung.no_form is not None:
        assert not rung.form
        return
    assert set(rung.form) == set(rung.touches)
    for form in rung.form.values():
        known = FACTS[form.field]
        assert isinstance(known, dict) and form.key in known


@RUNGS
def test_what_has_no_end_says_so_and_what_counts_has_limits(rung: Rung) -> None:
    assert (rung.lease_seconds is None) <= rung.endless
    assert set(rung.counted) <= set(rung.touches)
    assert bool(rung.counted) == (rung.hour is not None) == (rung.day is not None)
    if rung.hour is not None and rung.day is not None:
        assert 0 < rung.hour <= rung.day


def test_what_hides_for_everyone_is_named_and_only_a_removal_cannot_be_undone() -> None:
    assert {kind for kind, rung in LADDER.items() if rung.for_everyone} == {
        MeasureKind.HIDE,
        MeasureKind.REMOVE,
        MeasureKind.SUSPEND,
    }
    assert [kind for kind, rung in LADDER.items() if not rung.reversible] == [MeasureKind.REMOVE]


def test_a_hold_of_one_message_has_no_limit_because_it_is_the_answer_at_every_limit() -> None:
    assert not LADDER[MeasureKind.HOLD].counts(ScopeKind.MESSAGE)
    assert LADDER[MeasureKind.HOLD].counts(ScopeKind.ACCOUNT)
    assert not LADDER[MeasureKind.ALARM].counted
