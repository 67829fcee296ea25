"""Deadlines as data and as arithmetic: facts in, deadlines out."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.cases.harms import harms
from rempart.cases.queue.deadlines import (
    CaseFacts,
    DeadlineKind,
    Stage,
    changed,
    deadlines_of,
    next_ms,
    next_round,
    paused,
    resumed,
    stage_at,
    stopped,
)
from rempart.cases.queue.order import LIFE, OTHER, SOON, Reach, rank_of_case, weight_of, why_first
from rempart.cases.queue.policy import DeadlineSettings, Spans, Tier, clocks, resolve, shipped
from rempart.cases.reports.independence import Voice, has_fast_lane, independent
from rempart.errors import InputError

MINUTE, HOUR = 60_000, 3_600_000
TODAY = date(2026, 11, 21)


def facts(clock: str = "death_threat", **fields) -> CaseFacts:
    known = {"case": "c-1", "clock": clock, "target": "lea", "graver_ms": 0, "seq": 7}
    return CaseFacts(**(known | {"reported_ms": None, "looked_ms": None} | fields))


def by_kind(found):
    return {one.kind: one for one in found}


def test_every_harm_of_the_taxonomy_has_a_clock_and_every_clock_its_source() -> None:
    assert {harm.clock for harm in harms().values()} <= set(clocks())
    for clock in clocks().values():
        assert clock.source
        for duty in clock.legal:
            assert duty.source
            assert (duty.within is None) != (duty.says is None), "a number or words, not both"


def test_a_death_threat_is_looked_at_in_five_minutes_and_decided_in_thirty() -> None:
    found = by_kind(deadlines_of(facts(reported_ms=0), shipped()))
    assert found[DeadlineKind.LOOK].due_ms == 5 * MINUTE
    assert found[DeadlineKind.DECIDE].due_ms == 30 * MINUTE
    assert found[DeadlineKind.TELL].due_ms == 48 * HOUR
    assert found[DeadlineKind.LOOK].start_seq == 7, "the entry that started it"


def test_a_minors_clock_is_faster() -> None:
    policy = resolve(DeadlineSettings(minors=("lea",)), TODAY)
    assert policy.running("ncii", "lea").decide == HOUR
    assert policy.running("ncii", "noor").decide == 4 * HOUR
    for key in clocks():
        assert policy.running(key, "lea").look <= policy.running(key, "noor").look


def test_the_law_counts_where_and_for_whom_and_since_when_it_applies() -> None:
    tight = {"csam_admin_removal_fr": Spans(decide="24 h")}
    in_france = resolve(DeadlineSettings(jurisdictions=("FR",), tighten=tight), TODAY)
    assert in_france.running("csam_admin_removal_fr", "").decide == 24 * HOUR
    before = resolve(DeadlineSettings(jurisdictions=("US",)), date(2026, 1, 1))
    assert before.running("ncii", "").decide == 4 * HOUR, "the house value is shorter anyway"
    small = DeadlineSettings(provider=Tier.MICRO, jurisdictions=("EU",))
    assert resolve(small, TODAY).running("appeal_decision", "").decide == 72 * HOUR


def test_settings_tighten_and_never_loosen() -> None:
    tighter = DeadlineSettings(tighten={"death_threat": Spans(look="2 min")})
    assert resolve(tighter, TODAY).running("death_threat", "").look == 2 * MINUTE
    with pytest.raises(InputError, match="longer than the 5 min"):
        resolve(DeadlineSettings(tighten={"death_threat": Spans(look="6 min")}), TODAY)
    with pytest.raises(InputError, match="no duration"):
        resolve(DeadlineSettings(tighten={"death_threat": Spans(look="soon")}), TODAY)
    with pytest.raises(InputError, match="no clock"):
        resolve(DeadlineSettings(tighten={"death_thread": Spans(look="1 min")}), TODAY)


def test_a_reminder_at_half_an_alarm_before_the_breach_a_lapse_at_the_end() -> None:
    one = by_kind(deadlines_of(facts(), shipped()))[DeadlineKind.DECIDE]
    assert next_ms(one, shipped()) == 15 * MINUTE
    assert stage_at(one, shipped(), 14 * MINUTE) is Stage.RUNNING
    assert stage_at(one, shipped(), 15 * MINUTE) is Stage.REMINDED
    assert stage_at(one, shipped(), 26 * MINUTE) is Stage.WARNED
    assert stage_at(one, shipped(), 30 * MINUTE) is Stage.LAPSED
    assert stage_at(one, shipped(), 900 * MINUTE) is Stage.LAPSED, "missed stages happen once"
    again = next_round(one, shipped(), 31 * MINUTE)
    assert (again.lapses, again.due_ms) == (1, 46 * MINUTE), "half of the time once more"


def test_a_graver_report_starts_anew_and_nothing_but_a_person_makes_it_later() -> None:
    known = deadlines_of(facts("other_illegal"), shipped())
    graver = facts("death_threat", graver_ms=3 * HOUR, seq=9)
    found = by_kind(changed(known, graver, shipped(), by_person=False))
    assert found[DeadlineKind.LOOK].due_ms == 3 * HOUR + 5 * MINUTE
    assert found[DeadlineKind.LOOK].start_seq == 9
    threat = deadlines_of(facts("death_threat"), shipped())
    milder = facts("other_illegal", graver_ms=MINUTE, seq=9)
    assert changed(threat, milder, shipped(), by_person=False) == []
    found = by_kind(changed(threat, milder, shipped(), by_person=True))
    assert found[DeadlineKind.DECIDE].due_ms == 7 * 24 * HOUR


def test_a_look_that_was_made_is_asked_for_again_when_something_graver_is_reported() -> None:
    known = [stopped(one, MINUTE, 8) for one in deadlines_of(facts("other_illegal"), shipped())]
    graver = facts("death_threat", graver_ms=2 * HOUR, seq=9)
    found = by_kind(changed(known, graver, shipped(), by_person=False))
    assert found[DeadlineKind.LOOK].stopped_ms is None


def test_a_pause_counts_for_nothing_and_ends_by_itself() -> None:
    one = by_kind(deadlines_of(facts(), shipped()))[DeadlineKind.DECIDE]
    still = paused(one, 10 * MINUTE)
    assert next_ms(still, shipped()) == 10 * MINUTE + 72 * HOUR
    again = resumed(still, 5 * HOUR)
    assert again.due_ms - 5 * HOUR == 20 * MINUTE
    assert again.shifted_ms == 5 * HOUR - 10 * MINUTE


@given(st.lists(st.integers(0, 10**10), min_size=1, max_size=30))
def test_rounds_only_go_forward_and_word_is_sent_at_least_every_two_days(times) -> None:
    policy = shipped()
    tell = by_kind(deadlines_of(facts(reported_ms=0), policy))[DeadlineKind.TELL]
    for now in sorted(times):
        if now >= tell.due_ms:
            after = next_round(tell, policy, now)
            assert now < after.due_ms <= now + 48 * HOUR
            tell = after


def test_a_hundred_times_as_many_reporters_say_little_more() -> None:
    few = independent(Voice(n * MINUTE, b"%d" % n) for n in range(10))
    many = independent(Voice(n * MINUTE, b"%d" % n) for n in range(1_000))
    assert few < many < few + 7
    one = [Voice(n * MINUTE, b"same") for n in range(1_000)]
    assert independent(one) == independent(one[:1]), "one person counts once"
    burst = independent(Voice(5, b"%d" % n) for n in range(1_000))
    wrong = independent(Voice(n * MINUTE, b"%d" % n, refuted=9) for n in range(10))
    young = independent(Voice(n * MINUTE, b"%d" % n, age_days=0) for n in range(10))
    alike = independent(Voice(n * MINUTE, b"%d" % n, family=1) for n in range(10))
    assert all(less < few for less in (wrong, young, alike))
    assert burst < few + 1


def test_a_source_refuted_twice_and_mostly_wrong_loses_the_fast_lane_only() -> None:
    assert has_fast_lane(0, 0)
    assert has_fast_lane(0, 1), "everybody may be wrong once"
    assert not has_fast_lane(0, 2)
    assert has_fast_lane(5, 2)


def test_no_number_of_lapsed_cases_stands_before_life_and_children() -> None:
    assert rank_of_case(OTHER, minor=False, lapses=9) == SOON
    assert rank_of_case(OTHER, minor=True, lapses=0) == SOON
    assert rank_of_case(LIFE, minor=False, lapses=0) == LIFE
    assert weight_of(Reach(150_000, 1, 0)) > weight_of(Reach(0, 200, 3))


def test_the_sentence_says_what_about_whom_and_how_long() -> None:
    said = why_first("threat", minor=True, due_ms=41 * MINUTE, now_ms=0, lapses=0)
    assert said["en"] == "Threats, minor, 41 min left"
    assert said["fr"] == "Menaces, personne mineure, il reste 41 min"
    late = why_first("hate", minor=False, due_ms=0, now_ms=125 * MINUTE, lapses=1)
    assert late["en"] == "Hate, 1 deadline missed, 2 h 05 late"
    assert late["fr"] == "Haine, 1 échéance dépassée, 2 h 05 de retard"
