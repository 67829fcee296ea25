"""The files of one dossier, made and checked: one volume, or as many as it takes."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files as package_files
from typing import Any, NamedTuple

from rempart import __version__
from rempart.disclose.dossier import texts
from rempart.disclose.dossier.contents import Contents, Copy, Subject
from rempart.disclose.dossier.items import Item
from rempart.disclose.dossier.presets import Edition
from rempart.disclose.dossier.reading import reading, redaction_json
from rempart.disclose.dossier.records import Gathered, Record, record_line
from rempart.disclose.dossier.redaction import Redacted, redact
from rempart.disclose.dossier.source_proofs import proof_files
from rempart.disclose.dossier.timestamps import Attested, attested, timestamp_files
from rempart.disclose.dossier.verify import verify
from rempart.disclose.dossier.window import Window, gaps_json, window_of
from rempart.errors import ConflictError, LogError
from rempart.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from rempart.log.merkle import SubtreeHash, inclusion_proof
from rempart.log.note import Signer, sign
from rempart.log.tiles import root_at, subtrees_from
from rempart.model.moments import written
from rempart.store.interface import LogTables, Tables
from rempart.store.sealed_files import SealedFiles

NEWEST_PROOFS = 4_096


class Found(NamedTuple):
    """What the log holds of the case, before anything is hidden."""

    gathered: Gathered
    evidence: dict[int, Record]
    elsewhere: int


class Making(NamedTuple):
    """What all volumes of one dossier have in common."""

    tables: Tables
    subject: Subject
    signer: Signer
    at: datetime
    language: str
    by: str
    chosen: Edition
    holds: Sequence[Mapping[str, str]] = ()
    pages: SealedFiles | None = None

    def volumes(
        self, found: Found, more: Mapping[str, bytes], copy: Copy, most: int
    ) -> list[Contents]:
        redacted = redact(found.gathered.records, found.evidence, self.chosen, self.subject.target)
        if not redacted.records:
            raise ConflictError(
                "there are no entries that a dossier may show", where=self.subject.id
            )
        parts = split(redacted, most)
        log = self.tables.log
        dated = attested(self.tables, redacted.records[-1].seq + 1)
        note, checkpoint = _checkpoint(log, self.signer, dated)
        policy = texts.policy(self.signer.public.vkey, dated.witnesses if dated else {})
        mth = lru_cache(NEWEST_PROOFS)(subtrees_from(lru_cache(NEWEST_PROOFS)(log.tile)))
        return [
            self.volume(
                found, part, note, checkpoint, mth,
                {**timestamp_files(dated, policy), **({} if number > 1 else more)},
                {**_told(copy), "holds": list(self.holds), "volume": number, "volumes": len(parts)},
            )
            for number, part in enumerate(parts, 1)
        ]  # fmt: skip

    def volume(
        self,
        found: Found,
        redacted: Redacted,
        note: str,
        checkpoint: Checkpoint,
        mth: SubtreeHash,
        more: Mapping[str, bytes],
        copy: Mapping[str, Any],
    ) -> Contents:
        records, public, preset = redacted.records, self.signer.public, self.chosen.preset
        window = window_of([record.seq for record in records], checkpoint.size, mth)
        about = _about(
            self.subject, found, redacted, window, checkpoint, self.at.astimezone(UTC), self.by,
            self.chosen,
        )  # fmt: skip
        about |= copy
        if self.pages is not None:
            more = {**more, **proof_files(self.tables, redacted.items, self.pages)}
        contents = {
            **_fixed_files(),
            **more,
            "README.txt": texts.readme(about, preset.title, public.fingerprint, self.language),
            "checkpoint": note.encode(),
            "records.jsonl": _records(records, checkpoint.size, mth),
            "reading.txt": reading(redacted.items),
            "redaction.json": redaction_json(redacted, self.chosen),
            "gaps.json": gaps_json(window, checkpoint.size, len(records)),
            "custody.jsonl": _custody(redacted, about),
        }
        contents |= _manifest(contents, about, self.signer)
        _check_before_it_leaves(contents, self.signer)
        return Contents(contents, tuple(redacted.items), about, preset, self.signer, redacted)


def split(redacted: Redacted, most: int) -> list[Redacted]:
    """In the order of the log, cut after so many messages. What was hidden is counted in the first
    volume, for the whole case."""
    parts: list[list[Item]] = [[]]
    messages = 0
    for item in sorted(redacted.items, key=lambda item: item.seq):
        messages += item.kind == "message"
        if messages > most:
            parts.append([])
            messages = 1
        parts[-1].append(item)
    if len(parts) == 1:
        return [redacted]
    records = {record.seq: record for record in redacted.records}
    return [
        redacted._replace(
            items=items,
            records=[records[seq] for seq in sorted({item.record for item in items})],
            **({} if number == 0 else _NOTHING_HIDDEN),
        )
        for number, items in enumerate(parts)
    ]


_NOTHING_HIDDEN: dict[str, Any] = {"hidden": Counter(), "hidden_words": 0, "left_out": Counter()}


def _told(copy: Copy) -> dict[str, str]:
    """For the manifest; who it was made for stands there already."""
    told = copy._asdict()
    del told["recipient"]
    return {key: value for key, value in told.items() if value}


def _checkpoint(log: LogTables, signer: Signer, dated: Attested | None) -> tuple[str, Checkpoint]:
    """The published checkpoint that covers the records, else one signed now."""
    if dated is not None:
        note = dated.cosigned_note
    else:
        last = log.last_checkpoint()
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
    found: Found,
    redacted: Redacted,
    window: Window,
    checkpoint: Checkpoint,
    at: datetime,
    by: str,
    chosen: Edition,
) -> dict[str, Any]:
    """What the manifest, the custody and the README all say."""
    return {
        "v": 1,
        "case": subject.id,
        "kind": subject.kind,
        "platform": subject.platform,
        "channel": subject.channel,
        "target": subject.target,
        "opened_at": written(subject.opened_at),
        "made_for": subject.made_for,
        "made_at": written(at),
        "made_by": by,
        "made_with": f"rempart {__version__}",
        "preset": chosen.preset.name,
        "log": checkpoint.origin,
        "log_size": checkpoint.size,
        "records": len(redacted.records),
        "messages": sum(item.kind == "message" for item in redacted.items),
        "private_left_out": found.gathered.private,
        "addressed_to_others": found.elsewhere,
        "left_out": redacted.left_out.total(),
        "hidden_fields": redacted.hidden.total(),
        "hidden_words": redacted.hidden_words,
        "first": window.first,
        "last": window.last,
        "hidden": window.hidden,
        "pages": "only as signed by the log",
    }


def _records(records: Sequence[Record], size: int, mth: SubtreeHash) -> bytes:
    @lru_cache(NEWEST_PROOFS)
    def text(value: bytes) -> str:
        return b64encode(value).decode()

    return b"".join(
        record_line(record, [text(value) for value in inclusion_proof(record.seq, size, mth)])
        for record in records
    )


def _custody(redacted: Redacted, about: Mapping[str, Any]) -> bytes:
    """Who looked at the case and who exported it: access entries of the log, then this export."""
    looks = {item.record for item in redacted.items if item.kind == "access"}
    lines: list[dict[str, Any]] = [
        {"v": 1, "index": record.seq, "entry": record.opened}
        for record in redacted.records
        if record.seq in looks
    ]
    export = {key: about[key] for key in ("made_at", "made_by", "made_with", "preset", "records")}
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
