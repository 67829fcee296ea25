"""Why, span by span: a stranger's text with the parts that signals speak of.

Each span has its number at both ends, so that overlaps are read without colour: `¹…²…¹…²`. The text
itself is as inert as `shown` makes it, and as long as that shows.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from markupsafe import Markup

from rempart.web.console.shown import TEXT_LIMIT, shown_parts

_MARK = Markup('<mark class="{}">{}</mark>')
_END = Markup('<span class="why-end" aria-hidden="true">{}</span>')
_ISLAND = Markup("<bdi>{}</bdi>")
_MORE = Markup(' <span class="more">+{}</span>')

Span = tuple[int, int]


def numbered(spans: Sequence[Span | None]) -> list[int | None]:
    """A number for each different span, from 1 in the order of their begin; None: no span."""
    known = {span: place for place, span in enumerate(sorted({s for s in spans if s}), 1)}
    return [known[span] if span else None for span in spans]


def marked(text: str, spans: Sequence[Span | None], limit: int = TEXT_LIMIT) -> Markup:
    """The text with each span marked. Spans count characters of the text; what of them lies outside
    is not marked."""
    shown_text = text[:limit]
    numbers = dict(zip(spans, numbered(spans), strict=True))
    held = [
        (max(0, span[0]), min(len(shown_text), span[1]), number)
        for span, number in numbers.items()
        if span is not None and number is not None
    ]
    held = sorted((one for one in held if one[0] < one[1]), key=lambda one: one[2])
    cuts = sorted({0, len(shown_text), *(at for one in held for at in one[:2])})
    parts: list[Markup] = [_ends(held, 0)]
    for begin, end in itertools.pairwise(cuts):
        around = sum(one[0] <= begin and end <= one[1] for one in held)
        piece = shown_parts(shown_text[begin:end])
        name = "why-span deep" if around > 1 else "why-span"
        parts.append(_MARK.format(name, piece) if around else piece)
        parts.append(_ends(held, end))
    more = len(text) - len(shown_text)
    return _ISLAND.format(Markup().join(parts) + (_MORE.format(more) if more else Markup()))


def _ends(held: Sequence[tuple[int, int, int]], at: int) -> Markup:
    """What ends here, then what begins here; within each the numbers in their order."""
    closing = [f"]{number}" for begin, end, number in held if end == at]
    opening = [f"{number}[" for begin, end, number in held if begin == at]
    return Markup().join(_END.format(" ".join(names)) for names in (closing, opening) if names)
