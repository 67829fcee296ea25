"""Real abusive messages as texts of people, for the mode `real-words`: measured here, never shown.

The rows are the held-out ones of the labelled sets beside the checkout; many come from social
networks and are not to be redistributed, so no run told with `--verbose` prints them.
"""

from __future__ import annotations

import gzip

import msgspec
from tests.evaluate.hosts import chat_folder

_SHORTEST, _LONGEST = 10, 160


class Labelled(msgspec.Struct):
    """One row; a head that a set does not label is absent, which is *unknown*."""

    text: str
    lang: str
    hate: int | None = None
    abusive: int | None = None
    insult: int | None = None


def abusive_texts() -> dict[str, list[str]]:
    """Texts labelled as hate, abuse or insult, of the length of a chat message, per language."""
    chat = chat_folder()
    if chat is None:
        raise FileNotFoundError("the labelled texts are not on this machine: set REMPART_SHARED")
    decode = msgspec.json.Decoder(Labelled).decode
    found: dict[str, list[str]] = {"en": [], "fr": []}
    with gzip.open(chat.parent / "text" / "test.ndjson.gz", "rb") as lines:
        for line in lines:
            row = decode(line)
            if row.lang in found and 1 in (row.hate, row.abusive, row.insult):
                text = " ".join(row.text.split())
                if _SHORTEST <= len(text) <= _LONGEST:
                    found[row.lang].append(text)
    return found
