"""What an auditor reads of a text: no name that is known, nothing that looks like personal data."""

from __future__ import annotations

import pytest

from rempart.disclose.audit.hiding import Hiding


@pytest.fixture
def hiding() -> Hiding:
    made = Hiding()
    made.account("twitch", "u77", "Zorg-Lub")
    made.account("twitch", "jo", None)
    made.place("twitch", "marianne")
    made.worker("moderator-2", "Balthazar Placeholder")
    return made


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("ZORG-LUB again, and u77", "[account 1] again, and [account 1]"),
        ("xXzorg-lubXx", "xX[account 1]Xx"),
        ("jo is joking", "[account 2] is joking"),
        ("ask Balthazar, or balthazar placeholder", "ask [moderator-2], or [moderator-2]"),
        ("on Marianne's channel", "on [place 1]'s channel"),
        ("@somebody_else did it", "[a handle] did it"),
        ("see https://a.example/x now", "see [the address of a page] now"),
        ("nothing to hide", "nothing to hide"),
        ("", ""),
    ],
)
def test_names_become_numbers_and_the_rest_stays(hiding: Hiding, said: str, read: str) -> None:
    assert hiding.text(said) == read


def test_each_of_many_numbers_goes(hiding: Hiding) -> None:
    said = "call 06 12 34 56 78 or 06 98 76 54 32 or 07 11 22 33 44, she is at home"
    read = hiding.text(said)
    assert not any(digit in read for digit in "23456789")
    assert read.count("[phone number]") == 3


def test_brackets_and_marks_of_the_sender_protect_nothing(hiding: Hiding) -> None:
    for said in ("[06 12 34 56 78]", "\ue00006 12 34 56 78\ue001", "[Zorg-Lub]", "Zo\ue000rg-Lub"):
        read = hiding.text(said)
        assert "12 34" not in read and "rg-Lub" not in read, read


def test_the_same_account_has_the_same_number_and_another_platform_is_another(
    hiding: Hiding,
) -> None:
    assert hiding.account("twitch", "u77") == "account 1"
    assert hiding.account("discord", "u77") == "account 3"


def test_what_is_told_can_be_in_the_words_of_the_reader() -> None:
    words = {"account": "compte", "place": "lieu", "target": "cible", "withheld": "retenu"}
    hiding = Hiding(words, {"phone number": "numéro de téléphone"})
    assert hiding.account("x", "zora") == "compte 1"
    assert hiding.text("Zora, 06 12 34 56 78") == "[compte 1], [numéro de téléphone]"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("ask ROXANE, not roxane_", "ask [account 3], not roxane_"),
        ("roxanes and xroxane", "roxanes and xroxane"),
        ("Zoé Martin was there", "[account 3] was there"),
        ("İ was told by zoé martin", "İ was told by [account 3]"),
        ("of 1999 and of 5551234567", "of 1999 and of [account 3]"),
        ("kim said so", "kim said so"),
        ("roxane, Zorg-Lub and Zoé Martin", "[account 3], [account 1] and [account 4]"),
    ],
)
def test_who_is_in_no_drawn_case_is_hidden_as_a_word(hiding: Hiding, said: str, read: str) -> None:
    hiding.others(
        [
            ("twitch", "u901", "Roxane"),
            ("mastodon", "1999", "Zoé Martin"),
            ("sms", "5551234567", None),
            ("twitch", "kim", None),
        ]
    )
    assert hiding.text(said) == read
