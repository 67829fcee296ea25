"""What may be registered: long enough, not regular, not common; the reason says what is wrong."""

from __future__ import annotations

import pytest

from rempart.detect.facts.forms import (
    MAX_FORMS,
    FactKind,
    FactRefusedError,
    Refusal,
    check_nickname,
    forms_of,
)


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (FactKind.NAME, "  ", Refusal.EMPTY),
        (FactKind.NAME, "x" * 201, Refusal.LONG),
        (FactKind.NAME, "Léo", Refusal.SHORT),
        (FactKind.NAME, "aaaaaaaaa", Refusal.SHORT),
        (FactKind.NAME, "anananana", Refusal.REGULAR),
        (FactKind.NAME, "maison", Refusal.COMMON),
        (FactKind.OTHER, "good game", Refusal.COMMON),
        (FactKind.OTHER, "la belle vie", Refusal.COMMON),
        (FactKind.PHONE, "061234", Refusal.NO_NUMBER),
        (FactKind.PHONE, "0123456789", Refusal.REGULAR),
        (FactKind.PHONE, "0000000000", Refusal.REGULAR),
        (FactKind.EMAIL, "jean at home", Refusal.NO_EMAIL),
        (FactKind.ADDRESS, "Villeurbanne", Refusal.SHORT),
        (FactKind.NUMBER, "12345", Refusal.SHORT),
    ],
)
def test_what_would_be_found_everywhere_is_refused(
    kind: FactKind, text: str, reason: Refusal
) -> None:
    with pytest.raises(FactRefusedError) as caught:
        forms_of(kind, text)
    assert caught.value.reason is reason
    assert text.strip() == "" or text not in str(caught.value)


def test_what_is_held_for_everybody_must_be_longer() -> None:
    forms_of(FactKind.NAME, "Aurèlie")
    with pytest.raises(FactRefusedError) as caught:
        forms_of(FactKind.NAME, "Aurèlie", everyone=True)
    assert caught.value.reason is Refusal.EVERYONE


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FactKind.NAME, "Marie Dupont"),
        (FactKind.NAME, "Thibault"),
        (FactKind.PHONE, "+44 7911 123456"),
        (FactKind.ADDRESS, "742 Evergreen Terrace, Springfield, OR 97403"),
        (FactKind.ADDRESS, "3, avenue du Général de Gaulle, 35000 Rennes"),
        (FactKind.EMAIL, "a.b@exemple.org"),
        (FactKind.NUMBER, "FR7630006000011234567890189"),
        (FactKind.OTHER, "lycée Jean Zay"),
    ],
)
def test_ordinary_facts_are_taken(kind: FactKind, text: str) -> None:
    forms = forms_of(kind, text)
    assert 1 <= len(forms) <= MAX_FORMS
    assert len(set(forms)) == len(forms)


@pytest.mark.parametrize("nickname", ["mon ancien prénom", "tel perso", "n° 1", "adresse de 2019"])
def test_a_nickname_of_ones_own(nickname: str) -> None:
    assert check_nickname(f"  {nickname} ", "12 rue des Lilas") == nickname


@pytest.mark.parametrize(
    ("nickname", "text", "reason"),
    [
        ("", "Théodore", Refusal.NICKNAME),
        ("x" * 41, "Théodore", Refusal.NICKNAME),
        ("Theodore", "Théodore Dupraz", Refusal.NICKNAME_TELLS),
        ("t.h.é.o.d.o.r.e", "Théodore Dupraz", Refusal.NICKNAME_TELLS),
        ("rue des lilas", "12 rue des Lilas", Refusal.NICKNAME_TELLS),
        ("le 0639984127", "0639984127", Refusal.NICKNAME_TELLS),
    ],
)
def test_a_nickname_that_tells_is_refused(nickname: str, text: str, reason: Refusal) -> None:
    with pytest.raises(FactRefusedError) as caught:
        check_nickname(nickname, text)
    assert caught.value.reason is reason
