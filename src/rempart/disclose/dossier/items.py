"""What a dossier says, typed: what the page for reading, the PDF and the twin are made from.

Rules kept here:

1. An item holds what its edition shows and nothing else: whoever lays it out cannot leak the rest.
2. Who acted is told apart by numbers of this dossier (`person 1`), never by the ids of the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from rempart.cases.evidence.provenance import Provenance, provenance_of

HIDDEN_WORD: Final = "█████"


class Judged(NamedTuple):
    """What one detector said: its version, the label, and the score as a decimal string."""

    detector: str
    version: str
    label: str
    score: str


class Item(NamedTuple):
    """One entry of the case as this edition shows it.

    `seq`: the entry's own place in the log; `record`: that of the record that shows it (its
    evidence entry, or itself when it is shown whole). `fields` by name, `hidden` the names of those
    withheld.
    `words`: of a message's text, None for each hidden one; empty when the text is hidden or there
    is none. `people`: who acted, by field, numbered within the dossier."""

    seq: int
    record: int
    kind: str
    at: str
    sent_at: str
    fields: Mapping[str, Any]
    hidden: tuple[str, ...] = ()
    words: tuple[str | None, ...] = ()
    provenance: Provenance | None = None
    people: Mapping[str, str] = {}

    @property
    def erased(self) -> bool:
        return self.kind == "erased"

    @property
    def text(self) -> str | None:
        """The text with its hidden words blackened; None: it is hidden, or there is none."""
        return blackened(self.words) if self.words else None

    @property
    def judged(self) -> tuple[Judged, ...]:
        """The detectors that found something in this message, with their versions."""
        outcome = self.fields.get("outcome") or {}
        return tuple(
            Judged(one["detector"], one["version"], one["label"], str(one["score"]))
            for one in outcome.get("signals", ())
        )

    @property
    def rules(self) -> tuple[str, ...]:
        outcome = self.fields.get("outcome") or {}
        return tuple(outcome.get("rules", ()))

    @property
    def verdict(self) -> str:
        outcome = self.fields.get("outcome") or {}
        return str(outcome.get("verdict", "allow"))


def blackened(words: Sequence[str | None]) -> str:
    """A text of which some words are hidden."""
    joined = "".join(f" {HIDDEN_WORD}" if word is None else word for word in words)
    return joined if words[0] is not None else joined[1:]


def provenance_in(kind: str, fields: Mapping[str, Any]) -> Provenance | None:
    """How far it is proven that somebody else said this; None for what the service itself wrote."""
    if kind in {"message", "event", "conflict"}:
        return provenance_of(fields.get("source") or {})
    told = fields.get("facts", {}).get("source")
    if isinstance(told, Mapping):
        return provenance_of(told)
    return None if told is None else provenance_of({"proof": told, "via": "report"})
