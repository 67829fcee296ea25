"""`shown`: a stranger's text made visible and inert.

Control, bidirectional, zero-width and tag characters become visible symbols, so that nothing can
hide in a name or turn the page around; markup is escaped; the text stands in its own direction
island (`<bdi>`). Emoji keep their zero-width joiner. A text longer than `limit` says how much more
there is. FAULTS rows 2, 9, 20, 40.
"""

from __future__ import annotations

from markupsafe import Markup

from rempart.cases.hidden import HIDDEN, STACKED, symbol

TEXT_LIMIT = 2_000
_ISLAND = Markup("<bdi>{}</bdi>")
_CONTROL = Markup('<span class="ctl">{}</span>')
_MORE = Markup(' <span class="more">+{}</span>')


def plain(text: object, limit: int = TEXT_LIMIT) -> str:
    """The text with its hidden characters visible; for attributes and JSON shown to people."""
    cut, _ = _cut(str(text), limit)
    return HIDDEN.sub(lambda match: symbol(match.group()), STACKED.sub(r"\1⟨…⟩", cut))


def shown(text: object, limit: int = TEXT_LIMIT) -> Markup:
    """Safe markup of a stranger's text (see module)."""
    cut, more = _cut(str(text), limit)
    inert = shown_parts(cut)
    return _ISLAND.format(inert + _MORE.format(more) if more else inert)


def shown_parts(text: str) -> Markup:
    """Safe markup of a piece of a stranger's text, without an island of its own."""
    cut = STACKED.sub(r"\1⟨…⟩", text)
    parts: list[str | Markup] = []
    at = 0
    for match in HIDDEN.finditer(cut):
        parts.append(cut[at : match.start()])
        parts.append(_CONTROL.format(symbol(match.group())))
        at = match.end()
    parts.append(cut[at:])
    return Markup().join(parts)


def _cut(text: str, limit: int) -> tuple[str, int]:
    return (text, 0) if len(text) <= limit else (text[:limit], len(text) - limit)
