"""A stranger's text on a page: visible, inert, in its own direction (FAULTS rows 2, 9, 20, 40)."""

from __future__ import annotations

import html
import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from rempart.web.console.shown import plain, shown

_TAG = re.compile(r"</?(?:bdi|span)(?: class=\"(?:ctl|more)\")?>")


def test_a_name_cannot_turn_the_page_around() -> None:
    assert "\u202e" not in shown("\u202egnp.exe")
    assert "RLO" in shown("\u202egnp.exe")


def test_nul_is_shown_as_its_symbol_and_the_rest_of_the_text_stays() -> None:
    assert "␀" in plain("before\x00after")
    assert plain("before\x00after").endswith("after")


def test_markup_is_text() -> None:
    assert "<script" not in shown("<script>alert(1)</script>")


def test_an_emoji_family_keeps_its_joiner() -> None:
    family = "👩\u200d👩\u200d👧"
    assert family in shown(family)


def test_stacked_marks_are_cut_and_it_is_said() -> None:
    tower = plain("e" + "\u0301" * 500)
    assert len(tower) < 12
    assert "…" in tower


def test_a_long_text_says_how_much_more_there_is() -> None:
    assert "+500" in shown("a" * 600, 100)


@given(st.text(st.characters(), max_size=200))
def test_whatever_comes_in_only_our_own_tags_come_out(text: str) -> None:
    out = str(shown(text))
    without = _TAG.sub("", out)
    assert "<" not in without
    assert ">" not in without
    for character in html.unescape(without):
        assert unicodedata.category(character) not in ("Cc", "Cs") or character in "\t\n"
        assert not 0x202A <= ord(character) <= 0x202E
        assert not 0x2066 <= ord(character) <= 0x2069
