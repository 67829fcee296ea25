"""A registered fact is found however it is written; what is only like it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.detect.facts.making import SITE, fact, found, message, table

from rempart.detect.facts.finder import FactFinder
from rempart.detect.facts.forms import FactKind
from rempart.detect.facts.stream import WINDOWS, WindowHash, canonical, compact
from rempart.detect.facts.table import make_entries
from rempart.detect.text.fold import fold, fold_one

NAME = fact(FactKind.NAME, "Jean-Paul Dupraz")
SINGLE = fact(FactKind.NAME, "Théodore")
PHONE = fact(FactKind.PHONE, "06 39 98 41 27")
ADDRESS = fact(FactKind.ADDRESS, "12 bis rue des Lilas, 69003 Lyon")
EMAIL = fact(FactKind.EMAIL, "jp.dupraz@exemple.fr")
NUMBER = fact(FactKind.NUMBER, "GH-482-KL")
OTHER = fact(FactKind.OTHER, "boulangerie Marchandier")
ALL = table(NAME, SINGLE, PHONE, ADDRESS, EMAIL, NUMBER, OTHER)


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("il s'appelait Jean-Paul Dupraz avant", NAME),
        ("JEAN PAUL DUPRAZ", NAME),
        ("dupraz jean-paul lol", NAME),
        ("j.e.a.n p.a.u.l d u p r a z", NAME),
        ("Jeaaan--Paul Dupraaaz", NAME),
        ("j3an p4ul dupr4z", NAME),
        ("Јеаn-Раul Duprаz", NAME),  # Cyrillic letters
        ("j\u200bean p\u200baul dupraz", NAME),
        ("xXjeanpauldupraz99Xx", NAME),
        ("salut théodore !", SINGLE),
        ("THEODORE", SINGLE),
        ("0639984127", PHONE),
        ("06.39.98.41.27 appelez", PHONE),
        ("+33 6 39 98 41 27", PHONE),
        ("0033639984127", PHONE),
        ("+33 (0)6 39 98 41 27", PHONE),
        ("0 6 3 9 9 8 4 1 2 7", PHONE),
        ("０６３９９８４１２７", PHONE),
        ("06💀39💀98💀41💀27", PHONE),
        ("au 12 bis rue des Lilas", ADDRESS),
        ("12 rue des lilas", ADDRESS),
        ("12, r. des Lilas", ADDRESS),
        ("12 rue lilas", ADDRESS),
        ("rue des Lilas 12 bis", ADDRESS),
        ("12bis rue des lilas 69003 lyon", ADDRESS),
        ("jp.dupraz@exemple.fr", EMAIL),
        ("jp dupraz arobase exemple point fr", EMAIL),
        ("jp.dupraz (at) exemple (dot) fr", EMAIL),
        ("gh482kl", NUMBER),
        ("sa caisse GH 482 KL", NUMBER),
        ("elle est à la Boulangerie Marchandier", OTHER),
    ],
)
def test_it_is_found_however_it_is_written(text: str, which: object) -> None:
    matches = found(ALL, ["rien ici", text, "bonsoir"])
    assert [(match.position, match.fact) for match in matches] == [(1, which.id)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "jean dupont",
        "Jean-Paul",
        "dupraz",
        "jean-paul duprat",
        "06 39 98 41 28",
        "106399841271",
        "99999990639984127",
        "14 rue des Lilas",
        "112 rue des violettes",
        "rue des Lilas",
        "theodorette",
        "gh483kl",
        "la boulangerie",
    ],
)
def test_near_misses_are_not_found(text: str) -> None:
    assert found(ALL, [text]) == []


def test_only_messages_to_the_target_are_looked_at() -> None:
    assert found(ALL, ["Jean-Paul Dupraz"], channel="sam") == []
    named = message(0, "Jean-Paul Dupraz", channel="sam")
    named = type(named)(
        named.id, "twitch", "sam", named.sent_at, named.author, named.text, ("lea",)
    )
    assert len(FactFinder(ALL).find([named], fold([named.text]))) == 1


def test_one_targets_fact_is_nothing_in_a_message_to_another() -> None:
    both = table(NAME, fact(FactKind.PHONE, "06 11 22 90 87", "sam"))
    texts = ["jean paul dupraz", "06 11 22 90 87"]
    assert [match.fact for match in found(both, texts, channel="sam")] == [both.facts[1].id]
    assert [match.fact for match in found(both, texts, channel="lea")] == [NAME.id]


def test_a_target_on_one_platform_only() -> None:
    there = table(fact(FactKind.NAME, "Jean-Paul Dupraz", "twitch/lea"))
    elsewhere = table(fact(FactKind.NAME, "Jean-Paul Dupraz", "forum/lea"))
    assert len(found(there, ["jean-paul dupraz"])) == 1
    assert found(elsewhere, ["jean-paul dupraz"]) == []


def test_a_fact_across_two_messages_is_none() -> None:
    assert found(ALL, ["il s'appelle jean-paul", "dupraz je crois"]) == []


def test_cutting_a_batch_changes_nothing() -> None:
    texts = ["rien", "jean paul dupraz", "", "06 39 98 41 27", "🎉", "théodore", "12 rue des lilas"]
    whole = [(match.position, match.fact) for match in found(ALL, texts)]
    apart = [
        (number, match.fact) for number, text in enumerate(texts) for match in found(ALL, [text])
    ]
    assert whole == apart
    assert len(whole) == 4


def test_a_table_without_facts_finds_nothing() -> None:
    assert found(table(), ["Jean-Paul Dupraz"]) == []


@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_text_is_looked_at_without_an_error(texts: list[str]) -> None:
    found(ALL, fold(texts))
    joined = "\n".join(fold(texts))
    codes = compact(joined)
    assert len(codes.codes) == len(codes.places) == len(codes.gaps) == len(codes.is_digit)


@given(st.text(alphabet="abcdefgh0123456789 .-é", min_size=6, max_size=30))
def test_what_was_registered_is_found_as_it_was_written(text: str) -> None:
    form = canonical(fold_one(text))
    if len(form) < 6:
        return
    key = b"k" * 32
    from rempart.detect.facts.table import Fact

    one = table(Fact("f-1", "lea", key, make_entries(SITE, key, [(form, False)])))
    assert [match.fact for match in found(one, [f"voila {text} !", text])] == ["f-1", "f-1"]


def test_hashes_depend_on_the_key_and_on_the_whole_window() -> None:
    codes = compact("the same text for both keys").codes
    one, two = WindowHash(b"1" * 32).windows(codes), WindowHash(b"2" * 32).windows(codes)
    for window in WINDOWS:
        assert len(one[window]) == len(codes) - window + 1
        assert not set(one[window].tolist()) & set(two[window].tolist())
        assert len(set(one[window].tolist())) == len(one[window])


@pytest.mark.parametrize(
    "text",
    [
        "🎉" * 16_000,
        "\u0301" * 32_000,
        "0639984127" * 6_000,
        "j3an " * 12_000,
        "\u05d0" * 30_000,
        "0" * 65_000,
        "jeanpauldupra " * 4_000,
    ],
)
def test_a_long_text_takes_linear_time(text: str) -> None:
    found(ALL, [text])
