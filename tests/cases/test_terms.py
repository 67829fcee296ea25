"""DSA art. 14 and 23(4): the drafted terms say what the law wants said, in both languages."""

from __future__ import annotations

import tomllib
from importlib.resources import files

POLICIES = {
    one["key"]: one
    for one in tomllib.loads(files("rempart.cases").joinpath("terms.toml").read_text("utf-8"))[
        "policy"
    ]
}


def test_misuse_has_a_policy_with_examples() -> None:
    text = POLICIES["misuse"]["text"]
    for language, words in (
        ("en", ("warned first", "limited time", "Examples:", "honest mistake")),
        ("fr", ("averti", "temps limité", "Exemples :", "bonne foi")),
    ):
        assert all(word in text[language] for word in words), language


def test_contesting_is_free_and_lasts_six_months() -> None:
    text = POLICIES["complaints"]["text"]
    assert "free of charge" in text["en"] and "six months" in text["en"]
    assert "gratuitement" in text["fr"] and "six mois" in text["fr"]
