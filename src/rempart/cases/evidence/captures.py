"""Pages captured for a case: asked for by a person, taken by the service, kept with the case.

Rules kept here (DESIGN, laws 5, 9 and 11):

1. Asked for inside a case, with a reason, of one public address; each step is an entry.
2. Nothing of child safety is ever captured: refused by type, before anything goes out, and once
   more before what was taken is kept.
3. Who signed what a page shows, where its platform signs, is told by `source_proofs`.
4. An entry holds the hashes and the points of the capture. The key of its file is a disclosure of
   its own: it stands in no dossier, and who erases it has erased the file.
5. What failed is told, with why. A person asks again; the machine does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

import msgspec

from rempart.cases.child_safety import is_closed
from rempart.cases.entries import at_time, clean, disclosed, entry, record, rfc3339
from rempart.cases.evidence.source_proofs import FILE as PROOF_FILE
from rempart.cases.evidence.source_proofs import SourceProof, is_proof_erased, proof_of
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.model import stable_id
from rempart.store.interface import Tables
from rempart.store.interface.captures import ASKED, FAILED, TAKEN, CaptureRow

MOST_OF_CASE: Final = 200
MOST_A_DAY: Final = 20
_DAY_MS: Final = 86_400_000
_NO_CHILD_SAFETY: Final = "nothing of child safety is captured: pass on the address, not the page"


class Capture(msgspec.Struct, frozen=True):
    """`url` None: its words were erased. `record`: the points, once taken; `why`: of a failure."""

    id: str
    case: str
    state: str
    asked_by: str
    asked_at: datetime
    done_at: datetime | None
    url: str | None
    reason: str | None
    why: str | None = None
    record: dict[str, Any] = {}
    sha256: str | None = None
    bytes: int = 0
    proof: SourceProof | None = None


def ask(tables: Tables, case: str, url: str, reason: str, by: str, at_ms: int) -> Capture:
    """`url`: a checked address. AccessError for child safety; ConflictError beyond the bounds, or
    when the same page waits already."""
    reason = clean(reason).strip()
    if len(reason) < 3:
        raise InputError("say in a few words what the page is for", where="reason")
    if is_closed(tables, case):
        raise AccessError(_NO_CHILD_SAFETY, where=case)
    before = tables.captures.of_case(case)
    today = [row for row in before if row.asked_ms > at_ms - _DAY_MS]
    if len(before) >= MOST_OF_CASE or len(today) >= MOST_A_DAY:
        raise ConflictError(
            f"a case has at most {MOST_A_DAY} captures in a day and {MOST_OF_CASE} in all",
            where=case,
        )
    waiting = [row for row in today if row.state == ASKED]
    if any(address_of(tables, row) == url for row in waiting):
        raise ConflictError("this page is being captured already", where=case)
    id = stable_id("cap", case, token_hex(8))
    said = {"id": id, "case": case, "by": by, "at": rfc3339(at_ms), "url": url, "reason": reason}
    seq = record(tables, [(case, entry("capture-asked", said))])
    row = CaptureRow(id, case, by, at_ms, ASKED, seq)
    tables.captures.add(row)
    return _read(tables, row)


def keep(
    tables: Tables,
    id: str,
    points: Mapping[str, Any],
    sha256: str,
    size: int,
    key: bytes,
    at_ms: int,
) -> bool:
    """What was taken. False when it may not be kept: it has ended, or its case became one of child
    safety meanwhile. `sha256`, `size`: of the WARC file; `key`: of its sealed form."""
    row = tables.captures.get(id)
    if row is None or row.state != ASKED:
        return False
    if is_closed(tables, row.case):
        fail(tables, id, _NO_CHILD_SAFETY, at_ms)
        return False
    told = {
        "id": id,
        "case": row.case,
        "at": rfc3339(at_ms),
        "warc_sha256": sha256,
        "warc_bytes": size,
        "record": dict(points),
    }
    sealed = entry("capture", told, ("capture-key", {"id": id, "key": key.hex()}))
    seq = record(tables, [(row.case, sealed)])
    return tables.captures.end(id, TAKEN, seq, at_ms)


def end_without_page(tables: Tables, id: str, at_ms: int) -> None:
    """A record that was asked for by its own address, which is no page: its proof is what came."""
    row = tables.captures.get(id)
    if row is not None and row.proof_seq is not None:
        tables.captures.end(id, TAKEN, row.proof_seq, at_ms)


def fail(tables: Tables, id: str, why: str, at_ms: int) -> None:
    row = tables.captures.get(id)
    if row is None or row.state != ASKED:
        return
    told = {"id": id, "case": row.case, "at": rfc3339(at_ms), "why": why[:500]}
    seq = record(tables, [(row.case, entry("capture-failed", told))])
    tables.captures.end(id, FAILED, seq, at_ms)


def captures_of(tables: Tables, case: str) -> list[Capture]:
    return [_read(tables, row) for row in tables.captures.of_case(case)]


def capture_of(tables: Tables, id: str) -> Capture:
    return _read(tables, capture_row(tables, id))


def capture_row(tables: Tables, id: str) -> CaptureRow:
    row = tables.captures.get(id)
    if row is None:
        raise NotFoundError("there is no such capture", where=id)
    return row


def key_of(tables: Tables, id: str) -> bytes | None:
    """Of its file; None when there is none (any more), or it is of child safety now."""
    row = tables.captures.get(id)
    if row is None or row.state != TAKEN or row.done_seq is None:
        return None
    if is_closed(tables, row.case):
        return None
    key = disclosed(tables, row.done_seq, "capture-key").get("key")
    return None if key is None else bytes.fromhex(key)


def is_erased(tables: Tables, name: str) -> bool:
    """Whether the key of this file was erased with its entry, so that nobody can open it again.
    `name`: of a page (the id of its capture) or of the files of its proof."""
    id = name.removesuffix(PROOF_FILE)
    row = tables.captures.get(id)
    if row is not None and name != id:
        return is_proof_erased(tables, row)
    if row is None or row.state != TAKEN or row.done_seq is None:
        return False
    return "key" not in disclosed(tables, row.done_seq, "capture-key")


def address_of(tables: Tables, row: CaptureRow) -> str | None:
    """Where the page is; None when the words were erased."""
    url = disclosed(tables, row.seq, "capture-asked").get("url")
    return url if isinstance(url, str) else None


def _read(tables: Tables, row: CaptureRow) -> Capture:
    asked = disclosed(tables, row.seq, "capture-asked")
    done = "capture" if row.state == TAKEN else "capture-failed"
    told = {} if row.done_seq is None else disclosed(tables, row.done_seq, done)
    return Capture(
        row.id,
        row.case,
        row.state,
        row.asked_by,
        at_time(row.asked_ms),
        None if row.done_ms is None else at_time(row.done_ms),
        asked.get("url"),
        asked.get("reason"),
        told.get("why"),
        told.get("record", {}),
        told.get("warc_sha256"),
        told.get("warc_bytes", 0),
        proof_of(tables, row),
    )
