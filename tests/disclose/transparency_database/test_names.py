"""What leaves for the Commission names nobody, whatever a moderator wrote: an account's display
name, an earlier one, whom the message hit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from tests.cases.conftest import START, Community, ms

from rempart.cases.dated import declare
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.measures.by_hand import Wish, take
from rempart.disclose.transparency_database import outbox
from rempart.disclose.transparency_database.reading import Gate, Gated, all_gated
from rempart.model import (
    DecisionOutcome,
    Ground,
    MeasureKind,
    Scope,
    ScopeKind,
    Territory,
)
from rempart.protect import Shields
from rempart.store.interface.feed import Database, FeedState

CAMILLE = Decider("moderator-1", person=True)
HATE = {"hate": 0.9}


@pytest.fixture
def place(tmp_path: Path):
    community = Community(tmp_path / "data")
    yield community
    community.store.close()


def gate_of(place: Community) -> Gate:
    return Gate(place.keys.puid, "fr")


def gated(place: Community) -> list[Gated]:
    with place.store.read() as tables:
        return list(all_gated(tables, gate_of(place)))


def decided(place: Community, reason: str) -> list[str]:
    """What the gate finds in the one restriction after a decision with this reason."""
    place.says("m1", "dehors", author="u991", name="Jean Dupont", labels=HATE)
    [case] = place.step()
    with place.store.begin() as tables:
        uphold, terms = DecisionOutcome.UPHOLD, Ground.TERMS
        decide(tables, case.id, uphold, terms, reason, CAMILLE, ms(START) + 60_000)
    [one] = gated(place)
    return [fault.what for fault in one.faults]


@pytest.mark.parametrize(
    "reason",
    [
        "Jean Dupont a insulté trois fois.",
        "Insulte répétée de JEAN-DUPONT.",
        "M. Dupont a été averti deux fois.",
        "Insulte répétée envers Lea.",
    ],
)
def test_a_name_that_an_account_bears_is_held_back(place: Community, reason: str) -> None:
    assert "a name" in decided(place, reason)


def test_a_reason_that_names_nobody_passes(place: Community) -> None:
    assert decided(place, "Insulte répétée après un avertissement.") == []


def test_an_earlier_name_and_a_measure_without_a_message_are_looked_at_too(
    place: Community,
) -> None:
    place.says("m1", "dehors", author="u991", name="Jean Dupont", labels=HATE)
    place.says("m2", "dehors", author="u991", name="xX_loup_Xx", labels=HATE)
    place.step()
    scope = Scope(ScopeKind.ACCOUNT, "twitch", "lea", "u991")
    words = {"en": "Third insult, by Dupont.", "fr": "Troisième insulte, par Dupont."}
    with place.store.begin() as tables:
        wish = Wish(MeasureKind.MUTE, scope, 3_600, words)
        [mute] = take(tables, [wish], Shields(), CAMILLE.id, ms(START) + 60_000)
    faults = {one.measure: one.faults for one in gated(place)}[mute.id]
    assert [fault.what for fault in faults] == ["a name"]


def test_what_somebody_edits_is_looked_at_for_names_again(place: Community) -> None:
    place.says("m1", "dehors", author="u991", name="Jean Dupont", labels=HATE)
    place.step()
    gate, sandbox = gate_of(place), Database.SANDBOX
    with place.store.begin() as tables:
        outbox.gather(tables, gate, sandbox, 0)
        [row] = tables.feed.page(sandbox, [FeedState.WAITING], 10)
        texts = {"incompatible_content_explanation": "Insulte de Jean Dupont envers quelqu’un."}
        row = outbox.edit(tables, gate, sandbox, row.puid, texts, CAMILLE.id, ms(START))
    assert row.state is FeedState.BLOCKED


def test_days_in_the_database_are_those_of_the_yearly_report(place: Community) -> None:
    """Half an hour before the year ends in London, in Paris it has begun."""
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    with place.store.begin() as tables:
        at_ms = ms(datetime(2026, 6, 1, tzinfo=UTC))
        territory = Territory(("FR",), time_zone="Europe/Paris")
        declare(tables, territory, "", date(2026, 1, 1), None, "admin", at_ms)
    place.says("m1", "dehors", labels=HATE, seconds=(late - START).total_seconds())
    place.step(seconds=(late - START).total_seconds())
    [one] = gated(place)
    document = msgspec.to_builtins(one.payload)
    assert (document["application_date"], document["content_date"]) == ("2027-01-01",) * 2
