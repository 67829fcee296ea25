"""How a text in Python code is marked for the catalogues, and the form of a table of words."""

from __future__ import annotations

Words = dict[str, dict[str, str]]
"""For each kind of value, its values and their message ids."""


def N_(text: str) -> str:
    """Marks a message id for extraction; translated where it is shown."""
    return text
