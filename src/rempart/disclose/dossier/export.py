"""The file of a case that a stranger can verify without trusting us (CONTRACT "Dossier").

A reading of the log: nothing in it is typed twice. The same case, checkpoint and time give the same
bytes. Before the zip leaves, it is checked with the very verifier that travels in it; a dossier
that does not verify is never written.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files as package_files
from typing import Any, BinaryIO, NamedTuple

from rempart import __version__
from rempart.cases.child_safety import withheld
from rempart.disclose.dossier import texts
from rempart.disclose.dossier.archive import pack
from rempart.disclose.dossier.reading import reading
from rempart.disclose.dossier.records import Gathered, gather, record_line
from rempart.disclose.dossier.verify import verify
from rempart.disclose.dossier.window import Window, gaps_json, window_of
from rempart.errors import ConflictError, LogError, NotFoundError
from rempart.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from rempart.log.merkle import SubtreeHash, inclusion_proof
from rempart.log.note import Signer, sign
from rempart.log.tiles import root_at, subtrees_from
from rempart.store.interface import LogTables, Tables

NEWEST_PROOFS = 4_096


class DossierSummary(NamedTuple):
    """What was exported. `hidden`: entries of the log inside the window that are not shown;
    `private`: private messages of the case that were left out; `sha256` of the zip."""

    case: str
    records: int
    messages: int
    private: int
    first: int
    last: int
    hidden: int
    log_size: int
    bytes: int
    sha256: str
    signer: str


class Subject(NamedTuple):
    """What a dossier is about. `made_for`: to whom it was given, on every copy; empty when that is
    whoever exports."""

    id: str
    kind: str
    platform: str
    channel: str
    target: str
    opened_at: datetime
    made_for: str = ""


def export_dossier(
    tables: Tables,
    case_id: str,
    out: BinaryIO,
    signer: Signer,
    at: datetime,
    *,
    language: str = "en",
    by: str = "",
    with_private: bool = False,
) -> DossierSummary:
    """Writes the dossier of a case as a zip to `out`.

    `at`: when it is exported; `by`: the pseudonym of who exports (for custody); `language` says
    which of the two languages of README.txt comes first. NotFoundError, ConflictError (nothing in
    the log yet) or LogError (the log does not hold: nothing is exported).
    """
    case = tables.cases.get(case_id)
    if case is None:
        raise NotFoundError("there is no such case", where=case_id)
    subject = Subject(
        case.id, case.kind.value, case.platform, case.channel, case.target, case.opened_at
    )
    closed = withheld(tables, case)
    if closed is None:
        raise ConflictError(
            "a case of child safety leaves in no dossier",
            where=case_id,
            next_step="refer it with its links and hashes to the authority in charge",
        )
    sequences = [seq for seq in tables.cases.sequences(case_id) if seq not in closed]
    gathered = gather(tables.log, sequences, with_private=with_private)
    return _write(tables.log, subject, gathered, out, signer, at, language, by)


def export_incident_file(
    tables: Tables,
    subject: Subject,
    sequences: Sequence[int],
    out: BinaryIO,
    signer: Signer,
    at: datetime,
    *,
    language: str = "en",
) -> DossierSummary:
    """Writes the file that a target gathered as a zip to `out`: the same form, the same verifiers.
    Private messages to her are hers and stay in. Errors as `export_dossier`."""
    gathered = gather(tables.log, sequences, with_private=True)
    return _write(tables.log, subject, gathered, out, signer, at, language, subject.target)


def _write(
    log: LogTables,
    subject: Subject,
    gathered: Gathered,
    out: BinaryIO,
    signer: Signer,
    at: datetime,
    language: str,
    by: str,
) -> DossierSummary:
    if not gathered.records:
        raise ConflictError("there are no entries that a dossier may show", where=subject.id)
    note, checkpoint = _checkpoint(log, signer, gathered.records[-1].seq + 1)
    cached_tile = lru_cache(NEWEST_PROOFS)(log.tile)
    mth = lru_cache(NEWEST_PROOFS)(subtrees_from(cached_tile))
    window = window_of([record.seq for record in gathered.records], checkpoint.size, mth)
    about = _about(subject, gathered, window, checkpoint, at.astimezone(UTC), by)
    contents = {
        **_fixed_files(),
        "README.txt": texts.readme(about, signer.public.fingerprint, language),
        "policy.txt": texts.policy(signer.public.vkey),
        "checkpoint": note.encode(),
        "records.jsonl": _records(gathered, checkpoint.size, mth),
        "reading.txt": reading(gathered),
        "gaps.json": gaps_json(window, checkpoint.size, len(gathered.records)),
        "custody.jsonl": _custody(gathered, about),
    }
    contents |= _manifest(contents, about, signer)
    _check_before_it_leaves(contents, signer)
    packed = pack(contents)
    out.write(packed)
    return DossierSummary(
        case=subject.id,
        records=len(gathered.records),
        messages=about["messages"],
        private=gathered.private,
        first=window.first,
        last=window.last,
        hidden=window.hidden,
        log_size=checkpoint.size,
        bytes=len(packed),
        sha256=sha256(packed).hexdigest(),
        signer=signer.public.fingerprint,
    )


def _checkpoint(log: LogTables, signer: Signer, needed: int) -> tuple[str, Checkpoint]:
    """The newest published checkpoint when it covers the records, else one signed now."""
    last = log.last_checkpoint()
    if last is not None and last[0] >= needed:
        note = last[1]
    else:
        note = sign_checkpoint(signer, log.size(), log.root(), last=last[0] if last else 0)
    checkpoint = open_checkpoint(note, signer.public)
    if root_at(checkpoint.size, log.tile) != checkpoint.root:
        raise LogError(
            f"the log no longer has the root that was signed at {checkpoint.size} entries",
            next_step="rempart log scrub says where it was changed",
        )
    return note, checkpoint


def _about(
    subject: Subject,
    gathered: Gathered,
    window: Window,
    checkpoint: Checkpoint,
    at: datetime,
    by: str,
) -> dict[str, Any]:
    """What the manifest, the custody and the README all say."""
    return {
        "v": 1,
        "case": subject.id,
        "kind": subject.kind,
        "platform": subject.platform,
        "channel": subject.channel,
        "target": subject.target,
        "opened_at": _rfc3339(subject.opened_at),
        "made_for": subject.made_for,
        "made_at": _rfc3339(at),
        "made_by": by,
        "made_with": f"rempart {__version__}",
        "log": checkpoint.origin,
        "log_size": checkpoint.size,
        "records": len(gathered.records),
        "messages": sum("message" in record.opened for record in gathered.records),
        "private_left_out": gathered.private,
        "first": window.first,
        "last": window.last,
        "hidden": window.hidden,
    }


def _records(gathered: Gathered, size: int, mth: SubtreeHash) -> bytes:
    @lru_cache(NEWEST_PROOFS)
    def text(value: bytes) -> str:
        return b64encode(value).decode()

    return b"".join(
        record_line(record, [text(value) for value in inclusion_proof(record.seq, size, mth)])
        for record in gathered.records
    )


def _custody(gathered: Gathered, about: Mapping[str, Any]) -> bytes:
    """Who looked at the case and who exported it: access entries of the log, then this export."""
    lines: list[dict[str, Any]] = [
        {"v": 1, "index": record.seq, "entry": record.opened}
        for record in gathered.records
        if "access" in record.opened
    ]
    export = {key: about[key] for key in ("made_at", "made_by", "made_with", "records")}
    lines.append({"v": 1, "export": export})
    return b"".join(
        json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n" for line in lines
    )


def _fixed_files() -> dict[str, bytes]:
    """The verifiers, and the folders that are still empty."""
    here = package_files(__package__)
    return {
        "verify.py": (here / "verify.py").read_bytes(),
        "verify.html": (here / "verify.html").read_bytes(),
        "timestamps/README.txt": texts.TIMESTAMPS.encode(),
        "media/README.txt": texts.MEDIA.encode(),
    }


def _manifest(
    contents: Mapping[str, bytes], about: Mapping[str, Any], signer: Signer
) -> dict[str, bytes]:
    hashes = {name: sha256(data).hexdigest() for name, data in contents.items()}
    listed = {**about, "files": hashes}
    manifest = json.dumps(listed, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    digest = b64encode(sha256(manifest).digest()).decode()
    text = f"{signer.name}/dossier\n{about['case']}\n{digest}\n"
    return {"manifest.json": manifest, "manifest.sig": sign(text, signer).encode()}


def _check_before_it_leaves(contents: dict[str, bytes], signer: Signer) -> None:
    report = verify(contents, signer.public.vkey)
    if report.failed:
        raise LogError(
            f"the dossier does not verify: {report.failed[0]}",
            where=report.case,
            next_step="rempart log scrub says whether the log was changed",
        )


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
