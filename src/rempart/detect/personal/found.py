"""What a recogniser says: where something personal stands, what it is and how sure that is."""

from __future__ import annotations

from typing import Final, NamedTuple

MAX_TEXT: Final = 8_000
"""Characters of a message that are looked at; patterns are linear, this bounds them twice."""


class Found(NamedTuple):
    """`folded[start:end]` is of this kind; `score` is 0.5 or more where it stands by itself."""

    kind: str
    start: int
    end: int
    score: float


# One character for one, so that every place stays where it was.
_PLAIN: Final = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u00b4": "'",
        "`": "'",
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u00ba": "\u00b0",
        "\u2032": "'",
        "\u2033": '"',
    }
)


def plain(folded: str) -> str:
    """One kind of apostrophe and of dash; nothing moves."""
    if folded.isascii():
        return folded[:MAX_TEXT]
    return folded[:MAX_TEXT].translate(_PLAIN)
