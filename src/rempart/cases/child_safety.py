"""Child safety by type: what is kept and shown of it is links, hashes and times, and nothing else.

Rules kept here:

1. `Sealed` is all that any exit is given of a message in such a case. It has no field for a text, a
   picture or its bytes: none can leak through a page, a twin, an export or a search.
2. What a reporter pastes is not stored: of a report of this kind the words of the explanation are,
   and links and ids. Its text is named by its hash alone, so that another report of the same is
   found to be one.
3. In a case of a raid only the messages that such a report names are sealed: nobody makes a whole
   attack unreadable by calling one message of it so.
4. No dossier and no incident file holds any of it, in whatever case it is looked for, and neither
   an auditor nor a helper nor who appeals opens it. Being sealed on screens ends when two people
   decided that it was something else (`four_eyes`); leaving the house is closed for good to what
   anybody ever reported so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from rempart.cases.entries import disclosed
from rempart.cases.matter import CHILD_SAFETY, is_child_safety
from rempart.model import Case, CaseKind, Message, ReportRequest
from rempart.store.interface import Tables
from rempart.store.interface.cases import ReportRow
from rempart.store.interface.stream import MessageRow

MOST_REPORTS = 1_000_000


class Sealed(msgspec.Struct, frozen=True):
    """One message of child safety. `hashes`: SHA-256 of its media as the platform gave them."""

    id: str
    sent_at: datetime
    links: tuple[str, ...]
    hashes: tuple[str, ...]


def sealed(message: Message) -> Sealed:
    return Sealed(
        message.id,
        message.sent_at,
        message.links,
        tuple(media.sha256 for media in message.media if media.sha256),
    )


def without_material(request: ReportRequest) -> ReportRequest:
    """The report as it may be stored: without what was pasted."""
    if request.category != CHILD_SAFETY:
        return request
    return msgspec.structs.replace(request, text=None)


def sealed_rows(tables: Tables, case: str, rows: Sequence[MessageRow]) -> frozenset[int]:
    """Which of these messages of a case are sealed, by sequence."""
    if not rows or not is_child_safety(tables, case):
        return frozenset()
    found = tables.cases.get(case)
    if found is None or found.kind is not CaseKind.RAID:
        return frozenset(row.seq for row in rows)
    named = _named(tables, case)
    return frozenset(row.seq for row in rows if row.id in named)


def withheld(tables: Tables, case: Case) -> frozenset[int] | None:
    """Entries of a case that no dossier holds: the messages and the reports; None: the whole case
    is of this kind, and has no dossier at all."""
    if case.kind is not CaseKind.RAID and _ever(tables, case.id):
        return None
    own = {row.seq for row in _alleged(tables, case.id)}
    return never_leaving(tables, tables.cases.message_sequences(case.id)) | own


def closed_since(tables: Tables, case: Case, at_ms: int) -> bool:
    """Whether a dossier of this case that was made then holds what none may hold now."""
    if case.kind is not CaseKind.RAID and _ever(tables, case.id):
        return True
    return any(row.received_ms >= at_ms for row in _alleged(tables, case.id))


def never_leaving(tables: Tables, sequences: Sequence[int]) -> frozenset[int]:
    """Which of these messages leave in no file (rule 4): of every case they are or were in."""
    found: set[int] = set()
    for id, members in tables.cases.all_of_messages(sequences).items():
        case = tables.cases.get(id)
        if case is None or not _ever(tables, id):
            continue
        if case.kind is not CaseKind.RAID:
            found.update(members)
            continue
        named = _named(tables, id)
        found.update(row.seq for row in tables.stream.messages(members) if row.id in named)
    return frozenset(found)


def _ever(tables: Tables, case: str) -> bool:
    return is_child_safety(tables, case) or bool(_alleged(tables, case))


def _alleged(tables: Tables, case: str) -> list[ReportRow]:
    reports = tables.cases.reports(case, MOST_REPORTS)
    return [row for row in reports if row.category == CHILD_SAFETY]


def _named(tables: Tables, case: str) -> frozenset[str]:
    """Ids of the messages that reports of child safety name."""
    found: set[str] = set()
    for row in _alleged(tables, case):
        found.update(disclosed(tables, row.seq, "report").get("message_ids", ()))
    return frozenset(found)
