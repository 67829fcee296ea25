"""What a community declares with dates: nothing is overwritten, and any day can be asked about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.conftest import Community

from rempart.cases import dated
from rempart.cases.dated import Said
from rempart.cases.roster import OTHER, merged, roster
from rempart.cases.small_cells import LEAST
from rempart.errors import InputError, NotFoundError
from rempart.model import (
    Audience,
    Budget,
    Cefr,
    Contact,
    DatedKind,
    Layer,
    Moderator,
    ProviderTier,
    Recipients,
    Size,
    Territory,
)

NOW = int(datetime(2026, 7, 1, tzinfo=UTC).timestamp() * 1000)
ANNE = Moderator("FR", {"fr": Cefr.C2, "en": Cefr.B1}, external=False, full_time=100)


def day(text: str) -> date:
    return date.fromisoformat(text)


def declare(community: Community, value: Any, key: str, first: str, last: str | None = None) -> int:
    with community.store.begin() as tables:
        until = day(last) if last else None
        return dated.declare(tables, value, key, day(first), until, "moderator-1", NOW)


def test_each_declaration_is_an_entry_and_any_day_can_be_asked_about(community: Community) -> None:
    declare(community, ANNE, "7", "2026-01-01")
    half = msgspec.structs.replace(ANNE, full_time=50)
    second = declare(community, half, "7", "2026-03-01", "2026-04-30")
    with community.store.begin() as tables:
        dated.end(tables, DatedKind.MODERATOR, "7", day("2026-06-01"), "moderator-1", NOW)
    with community.store.read() as tables:
        shares = {
            on: [one.value.full_time for one in dated.at(tables, day(on), DatedKind.MODERATOR)]  # type: ignore[union-attr]
            for on in ("2025-12-31", "2026-01-01", "2026-03-01", "2026-04-30", "2026-05-31")
        }
        assert shares == {
            "2025-12-31": [],
            "2026-01-01": [100],
            "2026-03-01": [50],
            "2026-04-30": [50],
            "2026-05-31": [100],
        }
        assert dated.at(tables, day("2026-06-01"), DatedKind.MODERATOR) == []
        earlier = dated.at(tables, day("2026-03-15"), DatedKind.MODERATOR, before_seq=second)
        assert [one.value for one in earlier] == [ANNE], "as it was known at that size of the log"
        kept = dated.between(tables, DatedKind.MODERATOR, day("2026-01-01"), day("2026-12-31"))
        assert [(str(one.from_day), str(one.until)) for one in kept] == [
            ("2026-01-01", "2026-02-28"),
            ("2026-03-01", "2026-04-30"),
            ("2026-05-01", "2026-05-31"),
        ]
        body = b"".join(tables.log.bodies(second))
        assert b"dated-setting" in body and b'"full_time":50' in body


def test_what_is_wrong_is_refused_with_its_field(community: Community) -> None:
    refused = [
        (ANNE, "Anne Martin", "2026-01-01", None, "key"),
        (ANNE, "7", "2026-01-02", "2026-01-01", "until"),
        (msgspec.structs.replace(ANNE, languages={}), "7", "2026-01-01", None, "languages"),
        (Contact(Audience.USERS, ("fr",), "a@example.org", human=False), "u", "2026-01-01", None,
         "human"),
        (Contact(Audience.USERS, ("fr",)), "u", "2026-01-01", None, "email"),
        (Territory(("FR",), "Mars/Base"), "", "2026-01-01", None, "time_zone"),
        (Recipients(12), "2026-h1", "2026-01-01", None, "until"),
    ]  # fmt: skip
    for value, key, first, last, where in refused:
        with pytest.raises(InputError) as told:
            declare(community, value, key, first, last)
        assert told.value.where == where
    with pytest.raises(NotFoundError), community.store.begin() as tables:
        dated.end(tables, DatedKind.BUDGET, "2026", day("2026-01-01"), "moderator-1", NOW)
    with pytest.raises(InputError) as told:
        dated.from_fields(DatedKind.BUDGET, {"purpose": "x", "amount": "much", "hours": 1})
    assert told.value.where == "amount" or "currency" in str(told.value.what)


def test_the_exemption_of_a_small_provider_lasts_a_year_after_it_grew() -> None:
    tier = [
        Said(1, DatedKind.TIER, "tier", day("2025-01-01"), None,
             ProviderTier(Layer.PLATFORM, Size.SMALL), "x", NOW),
        Said(2, DatedKind.TIER, "tier", day("2026-02-01"), None,
             ProviderTier(Layer.PLATFORM, Size.LARGER), "x", NOW),
    ]  # fmt: skip
    assert dated.standing(tier, day("2024-12-31")) is None
    exempt = {
        on: (told.exempt, str(told.grace_until))
        for on in ("2026-01-31", "2026-02-01", "2027-01-31", "2027-02-01")
        if (told := dated.standing(tier, day(on))) is not None
    }
    assert exempt == {
        "2026-01-31": (True, "None"),
        "2026-02-01": (True, "2027-01-31"),
        "2027-01-31": (True, "2027-01-31"),
        "2027-02-01": (False, "2027-01-31"),
    }
    huge = [*tier, tier[1]._replace(seq=3, value=ProviderTier(Layer.VERY_LARGE, Size.LARGER))]
    found = dated.standing(huge, day("2026-02-01"))
    assert found is not None and not found.exempt, "no grace for the very large (art. 19(2))"


SPAN = st.tuples(st.integers(0, 30), st.none() | st.integers(0, 12), st.none() | st.integers(1, 9))


@settings(max_examples=60, deadline=None)
@given(st.lists(SPAN, max_size=8))
def test_spans_say_of_each_day_what_the_day_itself_says(
    drawn: list[tuple[int, int | None, int | None]],
) -> None:
    first = day("2026-01-01")
    said = [
        Said(
            seq,
            DatedKind.BUDGET,
            "b",
            first + timedelta(days=begin),
            None if long is None else first + timedelta(days=begin + long),
            None if amount is None else Budget("p", amount, "EUR", 0),
            "x",
            0,
        )
        for seq, (begin, long, amount) in enumerate(drawn)
    ]
    spans = dated.spans(said)
    for number in range(50):
        on = first + timedelta(days=number)
        by_day = [one.value for one in dated.on(said, on)]
        by_span = [
            one.value
            for one in spans
            if one.from_day <= on and (one.until is None or on <= one.until)
        ]
        assert by_span == by_day


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["FR", "BE", "CH", "CA", "SN", "MA"]), st.integers(1, 12)))
def test_no_cell_below_five_is_ever_shown(counts: dict[str, int]) -> None:
    shown = merged(counts)
    assert all(count >= LEAST for count in shown.values())
    total = sum(counts.values())
    assert sum(shown.values()) == (total if total >= LEAST else 0)


def test_the_roster_counts_full_posts_languages_and_hours() -> None:
    people = [
        msgspec.structs.replace(ANNE, from_hour=22, to_hour=2, nationality="FR"),
        Moderator("TN", {"fr": Cefr.B2}, external=True, full_time=50, provider="Helpers"),
    ]
    found = roster(
        [dated.Dated(str(n), value, day("2026-01-01"), None, n) for n, value in enumerate(people)]
    )
    assert (found.people, found.internal, found.external) == (2, 1, 1)
    assert (found.full_time, found.full_time_external) == (1.5, 0.5)
    assert found.languages == {"fr": 2}, "one reads English below B2"
    assert found.levels["en"] == {"B1": 1}
    assert [hour for hour, count in enumerate(found.hours["fr"]) if count] == [0, 1, 22, 23]
    assert found.nationalities == {}, "two people are told apart by their nationality"
    assert OTHER not in found.countries


def test_one_persons_nationality_is_in_nothing_that_is_shown() -> None:
    value = msgspec.structs.replace(ANNE, nationality="BE")
    assert b"BE" not in msgspec.json.encode(dated.shown(value))
