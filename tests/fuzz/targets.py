"""What strangers hand us, and what reads it: each target takes bytes and may refuse, never break.

A target returns when the input was read, or refused by the error that a person would see. Anything
else (another exception, a hang, a giant) is a finding. The verifier's goes further: it changes a
sound dossier, and a changed one that is accepted is a finding too.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.atproto.repository import POSTS, Account
from tests.disclose.exporting import export_dossier
from tests.disclose.incident import EXPORTED, build

from rempart.disclose.dossier.archive import pack, unpack
from rempart.disclose.dossier.verify import verify
from rempart.errors import RempartError
from rempart.ingest import parse_array, parse_lines
from rempart.ingest.atproto.car import read_car
from rempart.ingest.atproto.cbor import decode, encode
from rempart.ingest.atproto.names import RecordName
from rempart.ingest.atproto.plc import state_of
from rempart.ingest.atproto.proof import verify_proof
from rempart.log.checkpoint import parse_checkpoint
from rempart.log.commit import leaf_digests, message_of, open_leaf, strict_json
from rempart.log.note import PublicKey, open_note, split_note
from rempart.log.witnessing import origin_of, parse_submission
from rempart.rules.language import RuleProblemsError
from rempart.rules.language.checked import read_rules

GUIDE = Path(__file__).parents[2] / "docs" / "rules.md"
_TOML = re.compile(r"```toml\n(.*?)```", re.S)
Target = Callable[[bytes], Any]


@cache
def sound() -> tuple[dict[str, bytes], str]:
    """A dossier that verifies, and the key it does so with."""
    with tempfile.TemporaryDirectory(prefix="rempart-fuzz-") as folder:
        incident = build(Path(folder), chat=8, bots=2)
        out = BytesIO()
        with incident.store.read() as tables:
            export_dossier(tables, incident.case, out, incident.signer, EXPORTED)
        incident.store.close()
    return unpack(out.getvalue()), incident.signer.public.vkey


def verifier(data: bytes) -> None:
    """The first bytes choose the file, the place and how; the others are written there."""
    files, key = sound()
    if len(data) < 5:
        return
    names = sorted(files)
    name = names[data[0] % len(names)]
    content = files[name]
    at = int.from_bytes(data[1:4], "big") % (len(content) + 1)
    new = data[5:]
    end = (at + len(new), at, len(content), min(at + data[4] + 1, len(content)))[data[4] % 4]
    changed = {**files, name: content[:at] + new + content[end:]}
    report = verify(changed, key)
    if changed[name] != content and not report.failed:
        raise AssertionError(f"{name} was changed at {at} and verifies")


def archive(data: bytes) -> None:
    with suppress(RempartError):
        unpack(data)


def note(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for read in (split_note, parse_checkpoint, PublicKey.parse):
        with suppress(RempartError):
            read(text)
    with suppress(RempartError):
        open_note(text, _stranger())
        raise AssertionError("a note that this key has not signed was accepted")


@cache
def _stranger() -> PublicKey:
    """A key by the name of the dossier's, which has signed nothing."""
    return PublicKey(PublicKey.parse(sound()[1]).name, bytes(range(32)))


def leaf(data: bytes) -> None:
    head, _, tail = data.partition(b"\n")
    for read in (leaf_digests, message_of, strict_json):
        with suppress(RempartError):
            read(head)
    with suppress(RempartError):
        open_leaf(head, [tail])


def messages(data: bytes) -> None:
    parse_lines(data.split(b"\n"))
    with suppress(RempartError):
        parse_array(data)


def submission(data: bytes) -> None:
    with suppress(RempartError):
        origin_of(parse_submission(data).note)


def rules(data: bytes) -> None:
    with suppress(RuleProblemsError):
        read_rules({"fuzz.toml": data.decode("utf-8", "replace")}, frozenset())


@cache
def _proven() -> tuple[RecordName, dict[str, bytes]]:
    """A record with a proof that holds."""
    account = Account("bot.example.test", "https://pds.example.test")
    account.fill(20)
    account.post("3l3qo2vuowo2b", "one of the posts")
    files = account.files(f"{POSTS}/3l3qo2vuowo2b")
    return RecordName(account.did, POSTS, "3l3qo2vuowo2b"), files


def source_proof(data: bytes) -> None:
    name, files = _proven()
    for read in (read_car, partial(state_of, name.authority)):
        with suppress(RempartError):
            read(data)
    with suppress(RempartError):
        if encode(decode(data)) != data:
            raise AssertionError("it was read, and is written otherwise")
    for file in files:
        if files[file] == data:
            continue
        with suppress(RempartError):
            proven, sound_one = (verify_proof(name, one) for one in ({**files, file: data}, files))
            # Times of the directory, and parts of the document that nobody reads, are not signed.
            signed = [(one.record, one.commit, one.identity.key) for one in (proven, sound_one)]
            if file == "record.car" or signed[0] != signed[1]:
                raise AssertionError(f"another {file} proves a record")


TARGETS: dict[str, Target] = {
    "verifier": verifier,
    "archive": archive,
    "note": note,
    "leaf": leaf,
    "messages": messages,
    "submission": submission,
    "rules": rules,
    "source_proof": source_proof,
}


def seeds(name: str) -> list[bytes]:
    """Where to begin from: sound input of the kind."""
    files, key = sound()
    checkpoint = files["checkpoint"]
    record = strict_json(files["records.jsonl"].splitlines()[0])
    return {
        "archive": [pack({"a.txt": b"one", "b/c.txt": b"two"})],
        "note": [checkpoint, key.encode()],
        "leaf": [record["leaf"].encode()],
        "messages": [
            b'{"id":"1","platform":"p","channel":"c","sent_at":"2026-03-01T20:14:03Z",'
            b'"author":{"id":"u"},"text":"hello"}',
            b'[{"id":"1"}, 2]',
        ],
        "submission": [b"old 3\n" + b"A" * 43 + b"=\n\n" + checkpoint],
        "source_proof": list(_proven()[1].values()),
        "rules": [block.encode() for block in _TOML.findall(GUIDE.read_text("utf-8"))],
    }.get(name, [])
