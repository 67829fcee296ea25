"""Notes on a case: for the team, or for oneself alone. What reporters read is said in their thread.

Rules kept here: each note is an entry of the log whose words can be erased; a note for oneself is
shown to its author and nobody else; none is ever part of an answer or a statement.
"""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Final

import msgspec

from rempart.cases.entries import at_time, clean, disclosed, entry, record, rfc3339
from rempart.errors import InputError
from rempart.model import stable_id
from rempart.store.interface import Tables
from rempart.store.interface.looks import NoteRow

TEAM: Final = "team"
MYSELF: Final = "myself"
LONGEST: Final = 4_000


class Note(msgspec.Struct, frozen=True):
    """`text` None: its words were erased."""

    id: str
    author: str
    seen_by: str
    at: datetime
    text: str | None


def add_note(tables: Tables, case: str, text: str, seen_by: str, by: str, at_ms: int) -> Note:
    """InputError when it says nothing, or is for nobody known."""
    words = clean(text).strip()
    if not words or len(words) > LONGEST:
        raise InputError(f"a note has 1 to {LONGEST} characters", where="text")
    if seen_by not in (TEAM, MYSELF):
        raise InputError("a note is for the team or for oneself", where="seen_by")
    id = stable_id("n", case, token_hex(8))
    said = {"id": id, "case": case, "by": by, "seen_by": seen_by, "at": rfc3339(at_ms)}
    # Not kept with the case's own entries: no dossier holds what the team said among itself.
    seq = record(tables, [(None, entry("note", {**said, "text": words}))])
    tables.looks.add_note(NoteRow(id, case, by, seen_by, at_ms, seq))
    return Note(id, by, seen_by, at_time(at_ms), words)


def read_notes(tables: Tables, case: str, reader: str) -> list[Note]:
    """Those that this person may read, oldest first."""
    return [
        Note(row.id, row.author, row.seen_by, at_time(row.at_ms), _words(tables, row.seq))
        for row in tables.looks.notes(case)
        if row.seen_by == TEAM or row.author == reader
    ]


def _words(tables: Tables, seq: int) -> str | None:
    found = disclosed(tables, seq, "note")
    return str(found["text"]) if found else None
