"""What the log says of one case: its entries, opened as far as a dossier may open them.

Never disclosed here: who reported (`contact`), the key of a capture, and messages marked private,
unless whoever exports says that their recipient wants it. What was erased stays as a leaf without
disclosures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from rempart.cases.evidence.promoted import WITHHELD
from rempart.errors import LogError
from rempart.log.commit import base64url, message_of, open_leaf
from rempart.store.interface import LogTables


class Record(NamedTuple):
    """One entry of the case, at its index `seq`: `bodies` are the disclosures that go into the
    dossier, `opened` what they say, by name. `words`: of a text of which some are hidden, each a
    disclosure or the hash of a hidden one (`log.words`)."""

    seq: int
    leaf: bytes
    bodies: tuple[bytes, ...]
    opened: dict[str, Any]
    words: list[str | dict[str, str]] | None = None


class Gathered(NamedTuple):
    """`private`: how many private messages of the case were left out."""

    records: list[Record]
    private: int


def gather(log: LogTables, sequences: Sequence[int], *, with_private: bool = False) -> Gathered:
    """The records of these entries, rising; LogError when a body does not belong to its leaf."""
    records: list[Record] = []
    private = 0
    for start, end in runs(sequences):
        leaves = log.leaves(start, end)
        found = log.opened(start, end)
        for index, _ in found.damaged:
            raise LogError(
                "an entry of this case was changed: its text does not open with its key",
                where=str(index),
                next_step="rempart log scrub says what else was changed",
            )
        bodies = dict(found.bodies)
        if len(leaves) != end - start:
            raise LogError(
                "entries of this case are missing from the log",
                where=f"{start} to {end - 1}",
                next_step="rempart log scrub says what else is missing",
            )
        for index, leaf in enumerate(leaves, start):
            shown, opened = _open(index, leaf, bodies.get(index, ()))
            if "message" in opened and not with_private and _is_private(shown):
                private += 1
            else:
                records.append(Record(index, leaf, shown, opened))
    return Gathered(records, private)


def runs(sequences: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring indexes as half-open ranges, rising."""
    start = end = -1
    for index in sorted(set(sequences)):
        if index != end:
            if end > start:
                yield start, end
            start = index
        end = index + 1
    if end > start:
        yield start, end


def record_line(record: Record, proof: Sequence[str]) -> bytes:
    """One line of records.jsonl."""
    line: dict[str, Any] = {
        "index": record.seq,
        "leaf": record.leaf.decode(),
        "disclosures": [base64url(body).decode() for body in record.bodies],
        "proof": list(proof),
    }
    if record.words is not None:
        line["words"] = record.words
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def _open(
    index: int, leaf: bytes, bodies: Sequence[bytes]
) -> tuple[tuple[bytes, ...], dict[str, Any]]:
    try:
        opened = open_leaf(leaf, bodies)
    except LogError as error:
        raise LogError(
            f"entry {index} of the log was changed: {error.what}",
            next_step="rempart log scrub says what else was",
        ) from error
    shown = [
        (body, part) for body, part in zip(bodies, opened, strict=True) if part.name not in WITHHELD
    ]
    return tuple(body for body, _ in shown), {part.name: part.value for _, part in shown}


def _is_private(bodies: Sequence[bytes]) -> bool:
    item = json.loads(message_of(bodies[0]).item)
    return isinstance(item, dict) and item.get("private") is True
