"""How a refused line is told to a person: input, line, field, reason, on one line."""

from __future__ import annotations

from rempart.model import ItemRefusal

MAX_REFUSALS_SHOWN = 20


def refusal_line(name: str, refusal: ItemRefusal) -> str:
    field = f"{refusal.field}: " if refusal.field else ""
    return _printable(f"{name}:{refusal.line}: refused: {field}{refusal.reason}")


def _printable(line: str) -> str:
    """Names of fields come from the input: no control character of theirs reaches a terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in line)
