"""Figures of a year, against the same counted row by row in the plainest way."""

from __future__ import annotations

import re
from statistics import median

import pytest

from rempart.disclose.history import DEFINITIONS, Figures, History, year_of
from rempart.disclose.history.classifiers import classifiers, together
from rempart.disclose.history.complaints import About, complaints, disputes, newly_imposed
from rempart.disclose.history.orders import orders
from rempart.disclose.rehearsal.plan import HARMS
from rempart.model import Effect, OrderKind
from rempart.store.sqlite.store import SqliteStore

HOUR = 3_600_000


@pytest.fixture(scope="module")
def figures(history: History) -> Figures:
    return Figures(history, year_of(2026))


def test_each_restriction_is_in_exactly_one_figure(figures: Figures, store: SqliteStore) -> None:
    notices = figures.notices()
    own = [figures.initiative(ground).measures for ground in ("law", "terms")]
    with store.read() as tables:
        rows = tables.statements.page(limit=100_000)
    measures = {row.statement.measure for row in rows}
    total = figures.restrictions()
    assert total == len(measures)
    assert total == notices.on_law + notices.on_terms + sum(own)
    automated = figures.automated()
    assert total == automated.solely + automated.partly + automated.by_hand


def test_parts_by_harm_add_up_to_the_whole(figures: Figures) -> None:
    harms = [harm for harm, _ in HARMS]
    parts = [figures.notices([harm]) for harm in harms]
    whole = figures.notices()
    for place in (0, 1, 2, 3, 6, 7, 8, 9):
        assert sum(part[place] for part in parts) == whole[place]
    for ground in ("law", "terms"):
        own = figures.initiative(ground)
        assert sum(figures.initiative(ground, [harm]).measures for harm in harms) == own.measures
        assert sum(own.forms.values()) == own.measures


def test_the_median_of_notices_is_the_one_of_the_plain_way(
    figures: Figures, store: SqliteStore
) -> None:
    waited = []
    with store.read() as tables:
        cases = {
            one.decision.case: one.decision
            for one in tables.cases.decision_page(None, 10_000, 0, kept_from="")[::-1]
        }
        for case in cases:
            acting = [
                one
                for one in tables.cases.decisions(case)
                if one.outcome.value in ("uphold", "act", "partial")
            ]
            if not acting:
                continue
            acted = min(round(one.decided_at.timestamp() * 1000) for one in acting)
            waited += [max(0, acted - row.received_ms) / HOUR for row in tables.cases.reports(case)]
    found = figures.notices().median
    assert found == pytest.approx(median(waited), abs=0.01)


def test_complaints_are_divided_by_what_they_are_about(figures: Figures) -> None:
    whole = complaints(figures)
    parts = [
        complaints(figures, about)
        for about in About
        if about not in (About.ALL, About.NO_ACTION_FLAGGER)
    ]
    for place in range(5):
        assert sum(part[place] for part in parts) == whole[place]
    assert whole.total == whole.upheld + whole.partly + whole.reversed_ + whole.omitted
    assert newly_imposed(figures) <= complaints(figures, About.NO_ACTION).reversed_


def test_a_classifier_is_judged_by_what_people_decided(figures: Figures) -> None:
    found = classifiers(figures)
    assert [one.name for one in found] == sorted(one.name for one in found)
    for one in found:
        assert one.judged == one.true_yes + one.false_yes + one.false_no + one.true_no
        assert one.versions == ("2026.1",)
        for share in (one.accuracy, one.precision, one.recall):
            assert share is None or 0 <= share <= 1
    whole = together(found)
    assert whole is not None
    assert whole.judged == sum(one.judged for one in found)


def test_orders_are_counted_by_country_and_disputes_by_outcome(figures: Figures) -> None:
    whole = orders(figures)
    senders = {row.order.country for row in figures.history.declared.orders}
    parts = [orders(figures, countries=[country]) for country in senders]
    assert whole.content == sum(part.content for part in parts) > 0
    assert whole.information == sum(part.information for part in parts) > 0
    assert whole.items >= whole.content
    found = disputes(figures)
    assert found.total >= found.upheld + found.partly + found.reversed_ + found.omitted > 0


def test_a_year_without_anything_counts_nothing_and_takes_no_median(history: History) -> None:
    empty = Figures(history, year_of(2031))
    notices = empty.notices()
    assert notices.received == 0
    assert notices.median is None
    assert empty.initiative("terms").measures == 0
    assert complaints(empty).median is None
    assert classifiers(empty) == []
    assert empty.exposure().share is None


def test_what_is_seen_before_action_is_no_more_than_what_is_seen(figures: Figures) -> None:
    exposure = figures.exposure()
    assert 0 < exposure.before <= exposure.restricted <= exposure.views
    assert exposure.share is not None and 0 < exposure.share < 1


def test_each_definition_names_queries_that_are_there(store: SqliteStore) -> None:
    with store.read() as tables:
        known = set(tables.history.queries()) | {"orders", "disputes", "misuse", "misuse_warning"}
    for one in DEFINITIONS.values():
        assert set(one.reads) <= known, one.key
        assert one.version >= 1
        assert re.search(r"[.]$", one.says["en"]) and re.search(r"[.]$", one.says["fr"])


def test_an_order_that_was_refused_has_no_time_to_effect(history: History) -> None:
    """Sheet 3 asks for the time to give effect; a refusal after a month gives none."""
    year = year_of(2026)
    received = next(row for row in history.declared.orders if row.order.kind is OrderKind.CONTENT)
    given = received._replace(
        received_ms=year.begin_ms, effect_ms=year.begin_ms + 2 * HOUR, effect=Effect.GIVEN
    )
    refused = given._replace(effect_ms=year.begin_ms + 700 * HOUR, effect=Effect.REFUSED)
    declared = history.declared._replace(orders=(given, refused))
    found = orders(Figures(history._replace(declared=declared), year))
    assert (found.content, found.content_effect) == (2, 2.0)
