"""Personal data is found in French and English writing; numbers of other kinds are not it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from rempart.model import THRESHOLD, Label, Signal

Signals = Callable[[Sequence[str]], list[list[Signal]]]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("son tel c'est 06.12.34.56.78 go", "06.12.34.56.78"),
        ("appelez +33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("0033612345678 spammez", "0033612345678"),
        ("call her: (212) 555-2368", None),
        ("son numéro ０６１２３４５６７８", "０６１２３４５６７８"),
        ("mail: Jeanne.Exemple+chat@exemple.fr", "Jeanne.Exemple+chat@exemple.fr"),
        ("FR1420041010050500013M02606 envoyez", "FR1420041010050500013M02606"),
        ("elle habite 3 bis impasse du Moulin 69003 Lyon", "3 bis impasse du Moulin 69003 Lyon"),
        ("rdv devant le 14, avenue de la République", None),
        ("she lives at 12 Baker Street", "12 Baker Street"),
    ],
)
def test_planted_items_are_found(signals: Signals, text: str, item: str | None) -> None:
    found = [s for s in signals([text])[0] if s.label is Label.PERSONAL_DATA]
    if item is None and not found:
        pytest.fail(f"nothing found in {text!r}")
    (signal,) = found
    assert signal.score >= THRESHOLD
    assert signal.span is not None
    if item is not None:
        assert text[slice(*signal.span)] == item


@pytest.mark.parametrize(
    "text",
    [
        "build 20260301123456 done",
        "2026-03-01 12:34:56",
        "192.168.100.200:8080",
        "pi is 3.14159265358979",
        "0123456789",
        "id=1234567890123",
        "FR14 2004 1010 0505 0001 3M02 607",
        "3 all in, 4 all installed",
        "user@host",
        "contact@example.org",
        "le 14 juillet avenue bondée",
        "12 fois sur la route",
    ],
)
def test_other_numbers_are_not_personal(signals: Signals, text: str) -> None:
    assert [s for s in signals([text])[0] if s.score >= THRESHOLD] == []
