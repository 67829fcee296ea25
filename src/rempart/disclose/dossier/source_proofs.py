"""Source proofs in a dossier: `proof/ID/record.car` and its company, and checking them again.

Rules kept here:

1. A proof shows the whole record: it travels only where the edition shows that item whole, and in
   no edition with words hidden on request.
2. It is judged again when it is exported, from the kept bytes; one that says otherwise than its
   entry leaves in no dossier.
3. `check_proofs` does the same from the files of a dossier alone, offline: the signature itself,
   which the verifier inside the dossier does not check.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from rempart.cases.evidence.captures import capture_row
from rempart.cases.evidence.provenance import Proof
from rempart.cases.evidence.source_proofs import (
    FILE,
    VERIFIED,
    SourceProof,
    item_of,
    level_of,
    proof_key,
    read_proof,
)
from rempart.disclose.dossier.archive import unpack
from rempart.disclose.dossier.items import Item
from rempart.disclose.dossier.verify import open_leaf
from rempart.errors import LogError, VerificationError
from rempart.ingest.atproto.names import RecordName, record_named
from rempart.ingest.atproto.proof import Proven, verify_proof
from rempart.store.interface import Tables
from rempart.store.sealed_files import SealedFiles

FOLDER: Final = "proof"
ENTRY: Final = "source_proof"
MOST_BYTES: Final = 20 * 1024 * 1024
README: Final = """\
EN  Posts that the key of their account signed (AT Protocol), each in a folder of its own:
    record.car   what the account's server answered to com.atproto.sync.getRecord: the signed state
                 of the account, the way down its tree, the post
    did.json     the account's DID document, with its key
    audit.json   the signed history of the account's DID, of which the DID is the hash (did:plc)
    The verifiers in this dossier check that these files are unchanged. `rempart verify` checks the
    signatures too, offline. So does any other program for the AT Protocol: hash every block, check
    the signature of the commit with the key, follow the tree to the record. The key can be compared
    at any time with the public directory: https://plc.directory/DID/log/audit
    It shows that the account's key signed this. Not who held the key, and not when: the times in a
    post are its author's; it existed before the time of this log.
FR  Publications signées par la clé de leur compte (protocole AT), chacune dans son dossier :
    record.car   la réponse du serveur du compte à com.atproto.sync.getRecord : l'état signé du
                 compte, le chemin dans son arbre, la publication
    did.json     le document DID du compte, avec sa clé
    audit.json   l'historique signé du DID, dont le DID est l'empreinte (did:plc)
    Les vérificateurs de ce dossier contrôlent que ces fichiers sont inchangés. `rempart verify`
    contrôle aussi les signatures, hors ligne. Tout autre programme du protocole AT le peut :
    calculer l'empreinte de chaque bloc, contrôler la signature avec la clé, suivre l'arbre. La clé
    se compare à tout moment avec l'annuaire public : https://plc.directory/DID/log/audit
    Cela montre que la clé du compte a signé. Ni qui détenait la clé, ni quand : les heures d'une
    publication sont celles de son auteur ; elle existait avant l'heure de ce journal.
"""


class Checked(NamedTuple):
    """What `rempart verify` adds: what holds, what does not."""

    checked: list[str]
    failed: list[str]


def proof_files(tables: Tables, items: Sequence[Item], files: SealedFiles) -> dict[str, bytes]:
    """The files of the proofs of these items, by name in the dossier. LogError when one is not what
    its entry says. What is more than `MOST_BYTES` together stays behind; its hashes are there."""
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    for item in items:
        if item.kind != ENTRY or item.hidden or item.record != item.seq:
            continue
        told, id = _told(item.fields), str(item.fields["facts"]["id"])
        row = capture_row(tables, id)
        key = proof_key(tables, row)
        if key is None:
            continue
        parts = unpack(files.get(f"{id}{FILE}", key))
        why = _refuted(told, parts)
        if why:
            raise LogError(f"a source proof is not what the log says of it: {why}", where=id)
        size = sum(map(len, parts.values()))
        if size <= left:
            left -= size
            found |= {f"{FOLDER}/{id}/{name}": data for name, data in parts.items()}
    return found | ({f"{FOLDER}/README.txt": README.encode()} if found else {})


def check_proofs(files: Mapping[str, bytes]) -> Checked:
    """The proofs of an unpacked dossier against what its records say."""
    checked: list[str] = []
    failed: list[str] = []
    proven, elsewhere, mentioned = 0, 0, set[str]()
    for index, told, id in _entries(files):
        if told is None:
            elsewhere += 1
            continue
        prefix = f"{FOLDER}/{id}/"
        parts = {
            name.removeprefix(prefix): data
            for name, data in files.items()
            if name.startswith(prefix)
        }
        mentioned.add(id)
        if not parts:
            elsewhere += told.state == VERIFIED
            continue
        why = _refuted(told, parts)
        if why:
            failed.append(f"source proof | preuve de source {index}: {why}")
            continue
        proven += told.proof == Proof.SIGNED
        checked.append(f"source proof | preuve de source {index}: {_line(told)}")
    strays = sorted({name.split("/")[1] for name in files if name.count("/") == 2} - mentioned)
    strays = [id for id in strays if any(name.startswith(f"{FOLDER}/{id}/") for name in files)]
    failed += [f"source proof | preuve de source: no entry speaks of {id}" for id in strays]
    if elsewhere:
        checked.append(
            f"source proofs not in this edition | preuves de source absentes: {elsewhere}"
        )
    return Checked(checked, failed)


def _line(told: SourceProof) -> str:
    words = {
        Proof.SIGNED: "signed by the key of the account | signé par la clé du compte",
        Proof.TRANSPORT: "signed by a key that only its domain vouches for | "
        "signé par une clé dont seul le domaine répond",
    }
    said = words.get(Proof(told.proof), "kept, proves nothing | conservé, ne prouve rien")
    return f"{told.record_name} {said}"


def _refuted(told: SourceProof, parts: Mapping[str, bytes]) -> str:
    """Why these files are not what the entry says; empty when they are."""
    if {name: sha256(data).hexdigest() for name, data in parts.items()} != told.files:
        return "its files were changed"
    try:
        proven: Proven | None = verify_proof(_name(told), parts)
    except VerificationError as error:
        proven, why = None, error.diagnostics()
    else:
        why = ""
    if (proven is not None) != (told.state == VERIFIED):
        return why or "it holds, but its entry says that it did not"
    return "" if proven is None else _differs(told, proven)


def _differs(told: SourceProof, proven: Proven) -> str:
    """Every word of the item comes from the record, and its level from what vouches for the key.
    Whether the domain agrees was asked then, and nobody can ask it again."""
    item = item_of(proven, told.confirmed)
    wrong = [
        name for name, value in item.items() if (getattr(told, name) or None) != (value or None)
    ]
    if told.proof != level_of(proven):
        wrong.append("proof")
    return f"its entry says else than the signed record: {', '.join(wrong)}" if wrong else ""


def _name(told: SourceProof) -> RecordName:
    name = record_named(told.record_name, ())
    if name is None:
        raise VerificationError("its entry names no record")
    return name


def _told(fields: Mapping[str, Any]) -> SourceProof:
    return read_proof({**fields["facts"], **{k: v for k, v in fields.items() if k != "facts"}})


def _entries(files: Mapping[str, bytes]) -> Iterator[tuple[int, SourceProof | None, str]]:
    """The entries of this kind: index, what is said (None: shown in part), id."""
    for line in files.get("records.jsonl", b"").splitlines():
        record = json.loads(line)
        opened = open_leaf(record["leaf"], record["disclosures"], record["index"])
        told = opened.get(ENTRY)
        if told is not None:
            yield record["index"], read_proof(told), str(told["id"])
        elif opened.get("evidence", {}).get("kind") == ENTRY:
            yield record["index"], None, ""
