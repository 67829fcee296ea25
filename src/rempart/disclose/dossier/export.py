"""The file of a case that a stranger can verify without trusting us (CONTRACT "Dossier").

A reading of the log: nothing in it is typed twice. The same case, checkpoint, edition and time give
the same bytes. Before the zip leaves, it is checked with the very verifier that travels in it; a
dossier that does not verify is never written.

`volumes_of` gives the files and, typed, what they say: whoever lays the dossier out as a document
takes both from there and never from the log.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files as package_files
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from rempart import __version__
from rempart.cases.child_safety import withheld
from rempart.cases.incident_file import is_addressed
from rempart.disclose.dossier import texts
from rempart.disclose.dossier.archive import pack
from rempart.disclose.dossier.figures import figures_file
from rempart.disclose.dossier.items import Item
from rempart.disclose.dossier.presets import Edition, Preset
from rempart.disclose.dossier.presets import edition as default_edition
from rempart.disclose.dossier.reading import reading, redaction_json
from rempart.disclose.dossier.records import Gathered, Record, gather, record_line
from rempart.disclose.dossier.redaction import Redacted, redact
from rempart.disclose.dossier.source_proofs import proof_files
from rempart.disclose.dossier.timestamps import Attested, attested, timestamp_files
from rempart.disclose.dossier.verify import verify
from rempart.disclose.dossier.web import web_files
from rempart.disclose.dossier.window import Window, gaps_json, window_of
from rempart.errors import ConflictError, LogError, NotFoundError
from rempart.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from rempart.log.merkle import SubtreeHash, inclusion_proof
from rempart.log.note import PublicKey, Signer, sign
from rempart.log.tiles import root_at, subtrees_from
from rempart.model import Case
from rempart.model.moments import ms_of, rfc3339, written
from rempart.store.interface import LogTables, Tables
from rempart.store.sealed_files import SealedFiles

NEWEST_PROOFS = 4_096
MOST_MESSAGES = 1_000_000


class DossierSummary(NamedTuple):
    """What was exported. `hidden`: entries of the log inside the window that are not shown;
    `private`: private messages of the case that were left out; `elsewhere`: messages of it that
    were addressed to somebody else; `left_out`: its entries that this edition does not show;
    `hidden_words`: words that are blackened in it; `sha256` of the zip."""

    case: str
    preset: str
    records: int
    messages: int
    private: int
    elsewhere: int
    left_out: int
    hidden_words: int
    first: int
    last: int
    hidden: int
    log_size: int
    bytes: int
    sha256: str
    signer: str


class Contents(NamedTuple):
    """A dossier before it is packed: its files by name, checked, and what they say. `about` is what
    the manifest says of the whole."""

    files: dict[str, bytes]
    items: tuple[Item, ...]
    about: Mapping[str, Any]
    preset: Preset
    signer: PublicKey
    redacted: Redacted


class Copy(NamedTuple):
    """Whose copy this is: in the manifest, and on each page of a document. `capacity`: of what the
    recipient asks (`cases.evidence.exports`); `mandate`: how it was proven; `approved_by`: the
    second person who agreed, empty if nobody did; `until`: to be fetched until then (RFC 3339)."""

    number: str = ""
    recipient: str = ""
    capacity: str = ""
    mandate: str = ""
    approved_by: str = ""
    until: str = ""


NOBODY = Copy()


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


def volumes_of(
    tables: Tables,
    case_id: str,
    signer: Signer,
    at: datetime,
    *,
    edition: Edition | None = None,
    language: str = "en",
    by: str = "",
    with_private: bool = False,
    more: Mapping[str, bytes] = MappingProxyType({}),
    pages: SealedFiles | None = None,
    copy: Copy = NOBODY,
    most_messages: int = MOST_MESSAGES,
) -> list[Contents]:
    """The files of a case's dossier, checked, and what they say: one volume, or as many as it takes
    with `most_messages` each. Each volume is a dossier of its own, with its own proofs.

    `at`: when it is exported; `by`: the pseudonym of who exports (for custody); `edition`: for whom
    it is (None: the court); `language` says which of the two languages of README.txt comes first;
    `more`: further files, which the manifest of the first volume lists; `pages`: where captured
    pages lie; `copy`: whose it is.
    NotFoundError, ConflictError (nothing in the log yet, or not prepared for this edition) or
    LogError (the log does not hold: nothing is exported).
    """
    case = tables.cases.get(case_id)
    if case is None:
        raise NotFoundError("there is no such case", where=case_id)
    subject = Subject(
        case.id,
        case.kind.value,
        case.platform,
        case.channel,
        case.target,
        case.opened_at,
        copy.recipient,
    )
    closed = withheld(tables, case)
    if closed is None:
        raise ConflictError(
            "a case of child safety leaves in no dossier",
            where=case_id,
            next_step="refer it with its links and hashes to the authority in charge",
        )
    elsewhere = _addressed_to_others(tables, case)
    sequences = [
        seq for seq in tables.cases.sequences(case_id) if seq not in closed and seq not in elsewhere
    ]
    if sequences:
        sequences = [*tables.evidence.judging(sequences[0], sequences[-1]), *sequences]
    chosen = edition or default_edition()
    more = {**more, **figures_file(tables, case)}
    if chosen.hide_words:
        # A word cannot be blackened inside a page, or a proof, as it was received.
        pages = None
    if pages is not None:
        more = {**more, **web_files(tables, case_id, chosen.preset.name, pages)}
    found = _Found(
        gather(tables.log, sequences, with_private=with_private),
        _evidence(tables, sequences),
        len(elsewhere),
    )
    holds = _holds(tables, case, at)
    making = _Making(tables, subject, signer, at, language, by, chosen, holds, pages)
    return making.volumes(found, more, copy, most_messages)


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
    Private messages to her are hers and stay in. Errors as `volumes_of`."""
    gathered = gather(tables.log, sequences, with_private=True)
    found = _Found(gathered, _evidence(tables, sequences), 0)
    chosen = default_edition()
    making = _Making(tables, subject, signer, at, language, subject.target, chosen)
    (contents,) = making.volumes(found, {}, Copy(recipient=subject.made_for), MOST_MESSAGES)
    return write_packed(contents, out)


def write_packed(contents: Contents, out: BinaryIO) -> DossierSummary:
    """Packs the files canonically and writes them to `out`."""
    packed = pack(contents.files)
    out.write(packed)
    about = contents.about
    return DossierSummary(
        case=about["case"],
        preset=contents.preset.name,
        records=about["records"],
        messages=about["messages"],
        private=about["private_left_out"],
        elsewhere=about["addressed_to_others"],
        left_out=about["left_out"],
        hidden_words=about["hidden_words"],
        first=about["first"],
        last=about["last"],
        hidden=about["hidden"],
        log_size=about["log_size"],
        bytes=len(packed),
        sha256=sha256(packed).hexdigest(),
        signer=contents.signer.fingerprint,
    )


class _Found(NamedTuple):
    """What the log holds of the case, before anything is hidden."""

    gathered: Gathered
    evidence: dict[int, Record]
    elsewhere: int


def _addressed_to_others(tables: Tables, case: Case) -> frozenset[int]:
    """Messages of the case that hit somebody else than who it is about."""
    if not case.target:
        return frozenset()
    rows = tables.cases.messages(case.id, MOST_MESSAGES)
    return frozenset(row.seq for row in rows if not is_addressed(row, case.target))


def _evidence(tables: Tables, sequences: Sequence[int]) -> dict[int, Record]:
    """The evidence entry of each of these entries that has one, opened."""
    known = {
        seq: entry for seq, entry in tables.evidence.of(sequences).items() if entry is not None
    }
    opened = {
        record.seq: record
        for record in gather(tables.log, list(known.values()), with_private=True).records
    }
    return {seq: opened[entry] for seq, entry in known.items() if entry in opened}


class _Making(NamedTuple):
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
        self, found: _Found, more: Mapping[str, bytes], copy: Copy, most: int
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
        found: _Found,
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
        return Contents(contents, tuple(redacted.items), about, preset, public, redacted)


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


def _holds(tables: Tables, case: Case, at: datetime) -> list[dict[str, str]]:
    """The holds that keep this case now: their kind, their source, their end."""
    channel = f"{case.platform}/{case.channel}"
    about = {("case", case.id), ("target", case.target), ("channel", channel)}
    return [
        {
            "kind": row.kind,
            "source": row.source,
            "until": rfc3339(row.until_ms),
        }
        for row in tables.erasure.holds(now_ms=ms_of(at))
        if (row.covers, row.subject) in about
    ]


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
    found: _Found,
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
