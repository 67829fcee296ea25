"""Source proofs: what a platform's own signature says of a captured record, kept with its case.

Rules kept here:

1. Only what was verified from the kept bytes, with a key that a signed history vouches for, is
   *source-signed*. A key that its domain's word alone vouches for makes it *transport-
   authenticated*: whoever keeps that word could have written it. All else is *user-submitted*,
   whatever it claims to be, with the reason.
2. The files are kept as they came, also when they prove nothing. Their key is a disclosure of its
   own, like that of a captured page: in no dossier, and who erases it has erased them.
3. The entry is about the account that wrote the record and is erased with it.
4. What is not verified gives no item: no author and no words are read from it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

from rempart.cases.child_safety import is_closed
from rempart.cases.entries import disclosed, entry, record, rfc3339
from rempart.cases.evidence.provenance import Proof
from rempart.ingest.atproto.names import RecordName, dids_in
from rempart.ingest.atproto.proof import Proven, beside_text, claimed_time, text_of
from rempart.log.subjects import NOBODY, account_subject
from rempart.model.moments import written
from rempart.store.interface import Tables
from rempart.store.interface.captures import ASKED, CaptureRow

PLATFORM: Final = "atproto"
FILE: Final = "-proof"
"""Behind the id of a capture: the name under which the files of its proof lie."""
VERIFIED: Final = "verified"
REFUSED: Final = "refused"
MISSING: Final = "missing"
_KEY: Final = "proof-key"


class SourceProof(msgspec.Struct, frozen=True, omit_defaults=True):
    """`state`: `verified`, `refused` (it was fetched and does not hold) or `missing` (it could not
    be fetched), then `why`. `vouched`: what vouches for the key, `history` (signed) or `domain`.
    `created_at`: as the record says; `confirmed`: whether the handle's domain names the account,
    None when it could not be asked. `record_name`: the `at://` address. `more`: what the record
    says beside its text, as JSON; `others`: further accounts it names. Erased: nothing but
    `state`."""

    state: str
    proof: str
    at: str = ""
    record_name: str = ""
    account: str = ""
    handle: str = ""
    confirmed: bool | None = None
    text: str = ""
    more: str = ""
    others: list[str] = []
    created_at: str = ""
    fetched_at: str = ""
    cid: str = ""
    commit: str = ""
    rev: str = ""
    key: str = ""
    curve: str = ""
    vouched: str = ""
    operations: int = 0
    server: str = ""
    asked: list[str] = []
    files: dict[str, str] = {}
    why: str = ""


class Kept(NamedTuple):
    """What was fetched of a record, judged: `proven` None when it does not hold, then `why`.
    `name`: as far as it is known whose it is; `handle` as its own document says, `confirmed` as
    above; `asked`: every request."""

    name: RecordName
    files: Mapping[str, bytes]
    proven: Proven | None
    confirmed: bool | None
    asked: Sequence[str]
    fetched_at: datetime | None
    why: str


def keep_proof(tables: Tables, id: str, kept: Kept, key: bytes | None, at_ms: int) -> bool:
    """Says what became of it. False when nothing may be kept: the capture has ended, has a proof
    already, or its case became one of child safety. `key`: of the sealed files."""
    row = tables.captures.get(id)
    if row is None or row.state != ASKED or row.proof_seq is not None:
        return False
    if is_closed(tables, row.case):
        return False
    proven = kept.proven
    state = VERIFIED if proven is not None else REFUSED if kept.files else MISSING
    told = {
        "id": id,
        "case": row.case,
        "at": rfc3339(at_ms),
        "platform": PLATFORM,
        "state": state,
        "why": kept.why[:500] or None,
        "record_name": kept.name.uri,
        "fetched_at": None if kept.fetched_at is None else written(kept.fetched_at),
        "asked": list(kept.asked) or None,
        "files": {name: sha256(data).hexdigest() for name, data in sorted(kept.files.items())},
        "source": _source(proven),
        **({} if proven is None else item_of(proven, kept.confirmed)),
    }
    more = [] if key is None else [(_KEY, {"id": id, "key": key.hex()})]
    subject = NOBODY if proven is None else account_subject(PLATFORM, proven.name.authority)
    seq = record(tables, [(row.case, entry("source_proof", told, *more, subject=subject))])
    return tables.captures.set_proof(id, seq)


def level_of(proven: Proven | None) -> Proof:
    if proven is None:
        return Proof.SUBMITTED
    return Proof.SIGNED if proven.identity.history is not None else Proof.TRANSPORT


def proof_of(tables: Tables, row: CaptureRow) -> SourceProof | None:
    """What is known of who signed this capture; None when nothing was asked."""
    if row.proof_seq is None:
        return None
    told = disclosed(tables, row.proof_seq, "source_proof")
    if not told:
        return SourceProof("erased", Proof.SUBMITTED)
    return read_proof(told)


def read_proof(told: Mapping[str, Any]) -> SourceProof:
    """From what its entry says."""
    source = told.get("source") or {}
    known = {name: told[name] for name in _FIELDS if name in told}
    return msgspec.convert({**known, "proof": source.get("proof", Proof.SUBMITTED)}, SourceProof)


def proof_key(tables: Tables, row: CaptureRow) -> bytes | None:
    """Of its files; None when there are none (any more), or it is of child safety now."""
    if row.proof_seq is None or is_closed(tables, row.case):
        return None
    key = disclosed(tables, row.proof_seq, _KEY).get("key")
    return None if key is None else bytes.fromhex(key)


def is_proof_erased(tables: Tables, row: CaptureRow) -> bool:
    """Whether nobody can open its files again."""
    return row.proof_seq is not None and not disclosed(tables, row.proof_seq, _KEY)


_FIELDS: Final = frozenset(SourceProof.__struct_fields__) - {"proof"}


def _source(proven: Proven | None) -> dict[str, str]:
    """As `provenance_of` reads it: the signature stands where only a verified one can."""
    source = {"via": "capture", "proof": level_of(proven).value}
    if proven is not None:
        source["signature"] = b64encode(proven.commit.signature).decode()
    return source


def item_of(proven: Proven, confirmed: bool | None) -> dict[str, Any]:
    """The record as an item: who, what, when as it says itself; and what was verified. Whoever
    checks an entry again compares all of it (`disclose.dossier.source_proofs`)."""
    identity, did = proven.identity, proven.name.authority
    beside = beside_text(proven.record)
    return {
        "account": did,
        "handle": identity.handle or None,
        "confirmed": confirmed,
        "text": text_of(proven.record) or None,
        "more": beside or None,
        "others": sorted(dids_in(beside) - {did}) or None,
        "created_at": claimed_time(proven.record) or None,
        "cid": str(proven.cid),
        "commit": str(proven.commit.cid),
        "rev": proven.commit.rev,
        "key": identity.key.text,
        "curve": identity.key.curve,
        "vouched": "domain" if identity.history is None else "history",
        "operations": None if identity.history is None else identity.history.operations,
        "server": identity.pds,
    }
