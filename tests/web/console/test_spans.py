"""Why, span by span: numbered at both ends, overlapping ones too, the text as inert as ever."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from rempart.web.console.shown import shown
from rempart.web.console.spans import marked, numbered

ENDS = re.compile(r'<span class="why-end" aria-hidden="true">([^<]*)</span>')


def plain(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", ENDS.sub(r"\1", markup))


def test_spans_that_overlap_are_told_apart_by_numbers() -> None:
    text = "you stupid ugly thing"
    found = str(marked(text, [(4, 15), (11, 21), None, (4, 15)]))
    assert plain(found) == "you 1[stupid 2[ugly]1 thing]2"
    assert found.count('<mark class="why-span deep">') == 1
    assert numbered([(4, 15), (11, 21), None, (4, 15)]) == [1, 2, None, 1]


def test_a_span_outside_of_what_is_shown_marks_nothing() -> None:
    assert "<mark" not in str(marked("short", [(90, 95)]))
    long = str(marked("x" * 50, [(45, 50)], limit=40))
    assert "<mark" not in long and "+10" in long


def test_markup_and_hidden_characters_stay_inert_inside_a_span() -> None:
    found = str(marked("<b>\u202ex</b>", [(0, 5)]))
    assert "<b>" not in found and "\u202e" not in found and "⟨RLO⟩" in found


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=5),
)
def test_without_its_marks_it_is_what_shown_shows(text: str, spans: list[tuple[int, int]]) -> None:
    bare = re.sub(r"</?mark[^>]*>", "", ENDS.sub("", str(marked(text, spans))))
    stacked = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{2}")
    if not stacked.search(text):
        assert bare == str(shown(text))
