"""The file of a case that a stranger can verify without trusting us (CONTRACT "Dossier").

A reading of the log: nothing in it is typed twice. The same case, checkpoint, edition and time give
the same bytes. Before the zip leaves, it is checked with the very verifier that travels in it; a
dossier that does not verify is never written.

`volumes_of` gives the files and, typed, what they say: whoever lays the dossier out as a document
takes both from there and never from the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from rempart.cases.child_safety import withheld
from rempart.cases.incident_file import is_addressed
from rempart.disclose.dossier.archive import pack
from rempart.disclose.dossier.contents import NOBODY, Contents, Copy, Subject
from rempart.disclose.dossier.figures import figures_file
from rempart.disclose.dossier.presets import Edition
from rempart.disclose.dossier.presets import edition as default_edition
from rempart.disclose.dossier.records import Record, gather
from rempart.disclose.dossier.volumes import Found, Making
from rempart.disclose.dossier.web import web_files
from rempart.errors import ConflictError, NotFoundError
from rempart.log.note import Signer
from rempart.model import Case
from rempart.model.moments import ms_of, rfc3339
from rempart.store.interface import Tables
from rempart.store.sealed_files import SealedFiles

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
    found = Found(
        gather(tables.log, sequences, with_private=with_private),
        _evidence(tables, sequences),
        len(elsewhere),
    )
    holds = _holds(tables, case, at)
    making = Making(tables, subject, signer, at, language, by, chosen, holds, pages)
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
    found = Found(gathered, _evidence(tables, sequences), 0)
    chosen = default_edition()
    making = Making(tables, subject, signer, at, language, subject.target, chosen)
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
        signer=contents.signer.public.fingerprint,
    )


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
