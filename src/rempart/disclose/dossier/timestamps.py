"""`timestamps/` of a dossier: who else dated its checkpoint, and when; or since when it is pending.

`timestamps/checkpoint` is the note exactly as it was stamped, signed by the log alone; the file
`checkpoint` of the dossier is the same with the lines of its witnesses. Of the
checkpoints that cover the records the earliest of those with the most tokens is taken: it dates
them closest. The certificates here are those the operator trusted when the token came; a stranger
gets the root from the authority itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rempart.log.commit import open_leaf
from rempart.model.moments import at_time
from rempart.store.interface import Tables
from rempart.store.interface.attested import CosignatureRow, OwedKind, TokenRow

FOLDER = "timestamps/"


class Attested(NamedTuple):
    """The checkpoint that a dossier stands on, and who attested it. `pending_since_ms`: when the
    first authority that still owes a token was asked; None when none owes any."""

    size: int
    note: str
    tokens: tuple[TokenRow, ...]
    cosignatures: tuple[CosignatureRow, ...]
    witnesses: Mapping[str, str]
    """Their keys (vkeys), by their names here."""
    pending: tuple[str, ...]
    pending_since_ms: int | None

    @property
    def cosigned_note(self) -> str:
        """The note with the lines of its witnesses."""
        return self.note + "".join(row.line for row in self.cosignatures)


def attested(tables: Tables, needed: int) -> Attested | None:
    """The best checkpoint of at least `needed` entries; None when none was signed yet."""
    best: tuple[int, tuple[TokenRow, ...]] | None = None
    for size in tables.attested.stamped_from(needed):
        tokens = tuple(tables.attested.tokens(size))
        if best is None or len(tokens) > len(best[1]):
            best = size, tokens
    if best is None:
        last = tables.log.last_checkpoint()
        if last is None or last[0] < needed:
            return None
        best = last[0], ()
    size, tokens = best
    found = tables.attested.checkpoint(size)
    if found is None:
        return None
    have = {row.authority for row in tokens}
    owed = [
        row
        for row in tables.attested.owed()
        if row.kind is not OwedKind.COSIGNATURE and row.name not in have
    ]
    return Attested(
        size,
        found[0],
        tokens,
        tuple(tables.attested.cosignatures(size)),
        {row.witness: _vkey(tables, row) for row in tables.attested.cosignatures(size)},
        tuple(sorted({row.name for row in owed})),
        min((row.since_ms for row in owed), default=None),
    )


def _vkey(tables: Tables, row: CosignatureRow) -> str:
    """The key that the witness had then, as its entry says."""
    (leaf,) = tables.log.leaves(row.seq, row.seq + 1)
    (opened,) = open_leaf(leaf, tables.log.bodies(row.seq))
    return str(opened.value["vkey"])


def timestamp_files(found: Attested | None, policy: bytes) -> dict[str, bytes]:
    """The files by their names in the dossier, the keys of `policy.txt` among them."""
    tokens = found.tokens if found is not None else ()
    files = {f"{FOLDER}README.txt": _readme(found).encode(), "policy.txt": policy}
    if found is not None and tokens:
        files[f"{FOLDER}checkpoint"] = found.note.encode()
    for row in tokens:
        files[f"{FOLDER}{row.authority}.tsr"] = row.reply
        files[f"{FOLDER}{row.authority}.pem"] = row.chain.encode()
    return files


def _readme(found: Attested | None) -> str:
    parts = []
    if found is not None and found.tokens:
        parts.append(_DATED)
        for row in found.tokens:
            parts.append(
                f"    {row.authority}: {_utc(row.at_ms)}\n"
                f"    openssl ts -verify -in timestamps/{row.authority}.tsr"
                " -data timestamps/checkpoint"
                f" -CAfile timestamps/{row.authority}.pem\n"
            )
        parts.append(_ROOTS)
    if found is None or not found.tokens or found.pending:
        since = found.pending_since_ms if found is not None else None
        names = ", ".join(found.pending) if found is not None else ""
        when = f" {names}, {_utc(since)}" if since is not None else ""
        parts.append(_PENDING.format(when=when))
    if found is not None and found.cosignatures:
        parts.append(_COSIGNED)
        parts += [f"    {row.witness}: {_utc(row.at_s * 1000)}\n" for row in found.cosignatures]
    return "\n".join(parts)


def _utc(at_ms: int) -> str:
    return f"{at_time(at_ms):%Y-%m-%d %H:%M:%S} UTC"


_DATED = """\
EN  Time-stamp authorities (RFC 3161) have dated timestamps/checkpoint, which is the file
    `checkpoint` without the lines of witnesses: it, and so every record under it, existed at the
    time each of them says. To check a token, in the folder of the dossier:
FR  Des autorités d'horodatage (RFC 3161) ont daté timestamps/checkpoint, qui est le fichier
    `checkpoint` sans les lignes des témoins : lui, et donc chaque élément qu'il couvre, existait à
    l'heure que chacune indique. Pour contrôler un jeton, dans le dossier décompressé :
"""
_ROOTS = """\
EN  The .pem files are here for convenience. For a proof that does not rest on this dossier, get
    the root certificate from the authority itself.
FR  Les fichiers .pem sont là par commodité. Pour une preuve qui ne repose pas sur ce dossier,
    prenez le certificat racine auprès de l'autorité elle-même.
"""
_PENDING = """\
EN  Pending{when}: a time-stamp authority has yet to date this checkpoint, or none is set up.
    Until then the clock is the log's own.
FR  En attente{when} : une autorité d'horodatage doit encore dater ce point de contrôle, ou
    aucune n'est réglée. D'ici là, l'horloge est celle du journal.
"""
_COSIGNED = """\
EN  Witnesses have cosigned the checkpoint (C2SP tlog-cosignature): this log had shown them no
    other history before. Their lines stand in the file `checkpoint`, and the verifiers check them
    with the keys in policy.txt; get those keys from the witnesses themselves.
FR  Des témoins ont cosigné le point de contrôle (C2SP tlog-cosignature) : ce journal ne leur avait
    montré aucune autre histoire. Leurs lignes sont dans le fichier `checkpoint`, et les
    vérificateurs les contrôlent avec les clés de policy.txt ; demandez ces clés aux témoins.
"""
