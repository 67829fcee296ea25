"""A report of a child's image: hidden for the target at once, for everyone an hour at most.

No image appears here: the message is a text with a link, as the report of it is.
"""

from __future__ import annotations

import pytest
from tests.cases.conftest import START, Community, ms

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.measures.first_aid import (
    LEASE_MINUTES,
    MOST_IN_A_CHANNEL,
    MOST_OF_A_SOURCE,
    RULE,
)
from rempart.cases.measures.undo import undo_measure
from rempart.cases.reports.receiving import receive
from rempart.model import (
    DecisionOutcome,
    Ground,
    Measure,
    MeasureKind,
    MeasureState,
    ReportRequest,
)

AT_MS = ms(START) + 60_000
MO = Decider("mo", person=True)


def report(
    place: Community,
    *ids: str,
    category: str = "child_safety",
    reporter: str | None = "mother",
    flagger: str | None = None,
    at_ms: int = AT_MS,
    words: str = "That is him; he is sixteen.",
) -> str:
    """Returns the case."""
    request = ReportRequest(category, words, message_ids=ids, good_faith=True)
    with place.store.begin() as tables:
        return receive(tables, request, place.keys, at_ms, reporter, flagger=flagger).case


def ours(place: Community, *, active: bool = True) -> list[Measure]:
    with place.store.read() as tables:
        rows = tables.stream.measures(active=active)
    return [row.measure for row in rows[::-1] if row.measure.rule == RULE]


def kinds(measures: list[Measure]) -> set[MeasureKind]:
    return {measure.kind for measure in measures}


@pytest.fixture
def post(community: Community) -> Community:
    community.says("m1", "look at https://videos.example/compilation", author="u1")
    community.step()
    return community


def test_it_is_hidden_for_the_target_and_an_hour_for_everyone(post: Community) -> None:
    case = report(post, "m1")
    measures = ours(post)
    assert kinds(measures) == {MeasureKind.LOCK_OUT, MeasureKind.HIDE}
    (hidden,) = [one for one in measures if one.kind is MeasureKind.HIDE]
    assert hidden.until is not None
    assert (hidden.until - hidden.from_at).total_seconds() == LEASE_MINUTES * 60
    assert hidden.automated
    with post.store.read() as tables:
        bound = {row.measure.id for row in tables.cases.measures(case)}
    assert {one.id for one in measures} <= bound


@pytest.mark.parametrize("category", ["threat", "doxxing", "hate", "other"])
def test_no_other_word_hides_anything(post: Community, category: str) -> None:
    report(post, "m1", category=category)
    assert ours(post) == []


def test_the_hour_is_not_renewed_however_many_report(post: Community) -> None:
    report(post, "m1")
    first = ours(post)
    for number in range(30):
        report(post, "m1", reporter=f"r{number}", at_ms=AT_MS + number * 60_000)
    assert ours(post) == first


def test_what_a_person_cleared_is_not_hidden_again(post: Community) -> None:
    case = report(post, "m1", reporter="liar")
    with post.store.begin() as tables:
        lift = DecisionOutcome.LIFT
        decide(
            tables,
            case,
            lift,
            Ground.NONE,
            "A cat video.",
            MO,
            AT_MS + 1_000,
            confirmed_by="sacha",
        )
    assert ours(post) == []
    report(post, "m1", reporter="another", at_ms=AT_MS + 2_000)
    assert ours(post) == []


def test_what_a_person_took_back_is_not_hidden_again(post: Community) -> None:
    report(post, "m1")
    for measure in ours(post):
        with post.store.begin() as tables:
            undo_measure(tables, measure.id, "mo", AT_MS + 1_000)
    report(post, "m1", reporter="another", at_ms=AT_MS + 2_000)
    assert ours(post) == []


def test_a_refuted_source_has_no_fast_lane_but_the_target_is_spared(post: Community) -> None:
    case = report(post, "m1", reporter="liar")
    with post.store.begin() as tables:
        lift = DecisionOutcome.LIFT
        decide(
            tables,
            case,
            lift,
            Ground.NONE,
            "A cat video.",
            MO,
            AT_MS + 1_000,
            confirmed_by="sacha",
        )
    post.says("m2", "another one", author="u2", seconds=10)
    post.step(seconds=10)
    report(post, "m2", reporter="liar", at_ms=AT_MS + 2_000)
    assert kinds(ours(post)) == {MeasureKind.LOCK_OUT, MeasureKind.ALARM}


def test_five_hundred_false_reports_hide_no_more_than_the_limit_and_call_a_person(
    community: Community,
) -> None:
    for number in range(500):
        community.says(f"m{number}", f"harmless {number}", author=f"u{number % 40}")
    community.step()
    for number in range(500):
        report(
            community,
            f"m{number}",
            reporter=f"r{number}",
            at_ms=AT_MS + number * 100,
            words=f"False report {number}.",
        )
    found = ours(community)
    hidden = [one for one in found if one.kind is MeasureKind.HIDE]
    assert len(hidden) == MOST_IN_A_CHANNEL
    assert sum(one.kind is MeasureKind.ALARM for one in found) == 1
    assert all(
        one.until is not None and (one.until - one.from_at).total_seconds() <= LEASE_MINUTES * 60
        for one in hidden
    )


def test_one_source_hides_few_and_a_trusted_flagger_as_many_as_it_names(
    community: Community,
) -> None:
    for number in range(20):
        community.says(f"m{number}", f"message {number}", author=f"u{number}")
    community.step()
    for number in range(10):
        report(community, f"m{number}", reporter="one", words=f"About {number}.")
    assert sum(one.kind is MeasureKind.HIDE for one in ours(community)) == MOST_OF_A_SOURCE
    rest = [f"m{number}" for number in range(10, 20)]
    report(community, *rest, reporter=None, flagger="t-1", words="Notice of a trusted flagger.")
    hidden = {one.message for one in ours(community) if one.kind is MeasureKind.HIDE}
    assert set(rest) <= hidden


def test_it_ends_by_itself_for_everyone(post: Community) -> None:
    report(post, "m1")
    with post.store.begin() as tables:
        due = tables.stream.due_measures(AT_MS + LEASE_MINUTES * 60_000)
        tables.stream.end_measures(
            [row.measure.id for row in due], MeasureState.EXPIRED, seq=0, at_ms=AT_MS, by="lease"
        )
    assert kinds(ours(post)) == {MeasureKind.LOCK_OUT}
