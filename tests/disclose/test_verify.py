"""FAULTS row 34: a stranger checks the dossier without us; any one changed byte is refused."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import random
import re
import sys
import zipfile
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from forging import Change, Files, alone, edit_gaps, edit_lines, forged, rempart, unpacked
from hypothesis import given, settings
from hypothesis import strategies as st
from incident import EXPORTED, Incident, build
from tests.disclose.exporting import export_dossier
from tests.log.trees import leaf_hash, subtrees_of

from rempart.disclose.dossier import verify as verifier_module
from rempart.disclose.dossier.archive import pack, unpack
from rempart.disclose.dossier.verify import blocks, root_of_parts, signed_by, verify
from rempart.log.merkle import covering_subtrees, tree_hash
from rempart.log.note import Signer

# -- what holds ------------------------------------------------------------------------------------


def test_a_stranger_verifies_it_in_a_fresh_folder(
    incident: Incident, files: Files, tmp_path: Path
) -> None:
    folder = unpacked(files, tmp_path)
    for arguments in ((), (".",)):
        found = alone(folder, *arguments)
        assert (found.returncode, found.stderr) == (0, "")
        first = found.stdout.splitlines()[0]
        assert first == f"signer not authenticated: {incident.signer.public.fingerprint}"
    (tmp_path.parent / "key.txt").write_text(incident.signer.public.vkey + "\n")
    for key in (incident.signer.public.vkey, "../key.txt"):
        found = alone(folder, ".", "--key", key)
        assert found.returncode == 0
        assert found.stdout.startswith("signer authenticated: ")
        assert "This does not prove" in found.stdout
        assert "openssl ts -verify" in found.stdout


def test_it_fits_on_300_lines_and_imports_nothing_else() -> None:
    lines = Path(verifier_module.__file__).read_text().splitlines()
    assert len(lines) <= 300
    imported = {
        name.split(".")[0]
        for line in lines
        if line.startswith(("import ", "from "))
        for name in re.split(", ", line.split(" ", 1)[1].partition(" import")[0])
    }
    assert imported <= sys.stdlib_module_names


def test_the_command_reads_zip_folder_and_data(
    incident: Incident, dossier: bytes, files: Files, tmp_path: Path
) -> None:
    (tmp_path / "dossier.zip").write_bytes(dossier)
    folder = unpacked(files, tmp_path / "folder")
    for place in (tmp_path / "dossier.zip", folder, incident.data):
        found = rempart(place, "--key", incident.signer.public.vkey)
        assert (found.exception, found.return_value) == (None, 0), found.output
        assert found.output.startswith("signer authenticated: ")
        told = json.loads(rempart(place, "--json").output)
        assert (told["verified"], told["authenticated"]) == (True, False)
        assert told["signer"] == incident.signer.public.fingerprint


def test_a_store_beside_the_files_is_a_file_too_many(files: Files, tmp_path: Path) -> None:
    """A folder that calls itself a dossier is checked as one: a log put into it that holds must
    not speak for records that do not."""
    folder = unpacked({**files, "rempart.db": b"SQLite format 3\0"}, tmp_path / "both")
    result = rempart(folder)
    assert (result.exit_code or result.return_value) == 1
    assert "not listed" in result.stdout


def test_a_thousand_records_among_three_thousand_others(tmp_path: Path) -> None:
    incident = build(tmp_path, chat=3000, bots=1000)
    out = BytesIO()
    with incident.store.read() as tables:
        summary = export_dossier(tables, incident.case, out, incident.signer, EXPORTED, by="mod-7")
    assert summary.records >= 1000
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    report = verify(files, incident.signer.public.vkey)
    assert report.failed == []
    assert summary.hidden > 1000


# -- what does not ---------------------------------------------------------------------------------


def test_another_key_fails(files: Files, tmp_path: Path) -> None:
    other = Signer("chat.example.org/log", Ed25519PrivateKey.generate()).public.vkey
    folder = unpacked(files, tmp_path)
    for key in (other, "nonsense"):
        found = alone(folder, ".", "--key", key)
        assert found.returncode == 1
        assert found.stdout.startswith("signer not authenticated")
        assert "Traceback" not in found.stdout + found.stderr
    assert rempart(folder, "--key", other).return_value == 1


def test_a_key_given_in_words_is_never_read_from_the_dossier(
    incident: Incident, tmp_path: Path
) -> None:
    """A forger puts a file of his into his dossier, named like the key that everybody knows."""
    known = incident.signer.public.vkey
    forger = build(tmp_path / "forger")
    out = BytesIO()
    with forger.store.read() as tables:
        export_dossier(tables, forger.case, out, forger.signer, EXPORTED, by="mod-7")
    planted = {**unpack(out.getvalue()), known: forger.signer.public.vkey.encode()}
    folder = unpacked(forged(planted, forger, lambda _: None), tmp_path / "folder")
    with contextlib.chdir(folder):
        assert rempart(".").return_value == 0
        assert rempart(".", "--key", known).return_value == 1
    found = alone(folder, ".", "--key", known)
    assert (found.returncode, found.stdout[:24]) == (1, "signer not authenticated")


def test_every_changed_byte_is_refused(files: Files, dossier: bytes, tmp_path: Path) -> None:
    """Every byte of the small files, a spread of the large ones, one bit each; and of the zip."""
    chance = random.Random(7)
    for name, data in files.items():
        whole = len(data) <= 300
        places = range(len(data)) if whole else chance.sample(range(len(data)), 40)
        for place in places:
            changed = bytearray(data)
            changed[place] ^= 1 << chance.randrange(8)
            assert verify({**files, name: bytes(changed)}).failed, (name, place)
    place_of = tmp_path / "changed.zip"
    for place in chance.sample(range(len(dossier)), 80):
        changed = bytearray(dossier)
        changed[place] ^= 1 << chance.randrange(8)
        place_of.write_bytes(bytes(changed))
        found = rempart(place_of)
        assert found.exception is not None or found.return_value == 1, place


def test_the_stranger_sees_a_changed_byte_too(files: Files, tmp_path: Path) -> None:
    folder = unpacked(files, tmp_path)
    for name in ("records.jsonl", "verify.html", "custody.jsonl", "manifest.sig"):
        data = bytearray(files[name])
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(bytes(data))
        found = alone(folder)
        assert found.returncode == 1, name
        assert "FAILED" in found.stdout
        assert "Traceback" not in found.stdout + found.stderr
        (folder / name).write_bytes(files[name])
    assert alone(folder).returncode == 0


def test_a_file_too_many_or_too_few(files: Files, tmp_path: Path) -> None:
    assert verify({**files, "media/extra.png": b""}).failed
    for name in files:
        assert verify({kept: data for kept, data in files.items() if kept != name}).failed, name
    folder = unpacked(files, tmp_path)
    (folder / "media" / "link").symlink_to("/etc/passwd")
    assert alone(folder).returncode == 1
    assert rempart(folder).return_value == 1


def test_an_empty_file_that_is_listed_must_be_there() -> None:
    listed = json.dumps({"v": 1, "files": {"a.txt": hashlib.sha256(b"").hexdigest()}}).encode()
    files = {"manifest.json": listed, "a.txt": b""}
    assert verifier_module.Dossier(files, None).check_files() == "1 unchanged"
    del files["a.txt"]
    with pytest.raises(verifier_module.Refused, match=r"a\.txt"):
        verifier_module.Dossier(files, None).check_files()


def test_a_zip_that_was_packed_again_is_refused(files: Files, tmp_path: Path) -> None:
    place = tmp_path / "again.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    assert rempart(place).return_value == 1


def test_what_is_neither_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("hello")
    for place in (tmp_path, tmp_path / "text.txt"):
        assert getattr(rempart(place).exception, "exit_code", None) == 2


# -- a forger with the key of the log --------------------------------------------------------------
# Whoever holds the key can sign any manifest. These forgeries are signed anew, so that each step is
# tested for itself: the tree still cannot be talked into another history.


def drop_record_and_hide_it(files: Files) -> None:
    """Takes one record out and gives its leaf as a hidden entry: that is allowed, and counted."""
    lines = [json.loads(line) for line in files["records.jsonl"].splitlines()]
    gone = lines.pop(1)
    files["records.jsonl"] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    gaps = json.loads(files["gaps.json"])
    for part in gaps["parts"]:
        if part["from"] == gone["index"] and part["to"] == gone["index"] + 1:
            part["hashes"] = [base64.b64encode(leaf_hash(gone["leaf"].encode())).decode()]
    files["gaps.json"] = json.dumps(gaps).encode()


def swap_disclosures(lines: list[Any]) -> None:
    lines[0]["disclosures"], lines[1]["disclosures"] = (
        lines[1]["disclosures"],
        lines[0]["disclosures"],
    )


def doubled_key(files: Files) -> None:
    files["custody.jsonl"] += b'{"v": 1, "v": 1}\n'


def rewrite_words(lines: list[Any]) -> None:
    body = base64.urlsafe_b64decode(lines[0]["disclosures"][0] + "==")
    changed = body.replace(b"idiot", b"sorry")
    assert changed != body
    disclosure = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest())
    lines[0]["disclosures"] = [disclosure]
    lines[0]["leaf"] = '{"_sd":["' + digest.rstrip(b"=").decode() + '"],"_sd_alg":"sha-256","v":1}'


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (edit_lines("records.jsonl", lambda lines: lines.pop(1)), "window"),
        (edit_lines("records.jsonl", lambda lines: lines.reverse()), "must rise"),
        (edit_lines("records.jsonl", lambda lines: lines.insert(1, lines[0])), "must rise"),
        (edit_lines("records.jsonl", swap_disclosures), "does not commit"),
        (edit_lines("records.jsonl", rewrite_words), "not in the log"),
        (edit_lines("records.jsonl", lambda lines: lines[0].update(index=0)), "not in the log"),
        (edit_lines("records.jsonl", lambda lines: lines[0]["proof"].pop()), "records"),
        (edit_lines("records.jsonl", lambda lines: lines[0].update(index=True)), "must rise"),
        (edit_lines("records.jsonl", lambda lines: lines.clear()), "window"),
        (edit_lines("custody.jsonl", lambda lines: lines[0].update(entry={})), "custody"),
        (edit_lines("custody.jsonl", lambda lines: lines[0].update(index=9999)), "custody"),
        (edit_gaps(lambda gaps: gaps["parts"].pop()), "window"),
        (edit_gaps(lambda gaps: gaps["parts"].pop(0)), "left out"),
        (edit_gaps(lambda gaps: gaps["parts"][2]["hashes"].reverse()), "removed or added"),
        (edit_gaps(lambda gaps: gaps["parts"][2]["hashes"].pop()), "window"),
        (edit_gaps(lambda gaps: gaps.update(first=gaps["first"] + 1)), "removed or added"),
        (edit_gaps(lambda gaps: gaps.update(size=10**30)), "removed or added"),
        (lambda files: files.update({"gaps.json": b"[" * 100_000}), "window"),
        (lambda files: files.update({"records.jsonl": b'{"index":1e999}\n'}), "records"),
        (lambda files: files.update({"policy.txt": b"quorum none\n"}), "signatures"),
        (lambda files: files.update({"checkpoint": files["manifest.sig"]}), "signatures"),
        (doubled_key, "appears twice"),
    ],
)
def test_even_the_key_cannot_sign_another_history(
    incident: Incident, files: Files, change: Change, told: str
) -> None:
    report = verify(forged(files, incident, change), incident.signer.public.vkey)
    assert any(told in problem for problem in report.failed), report.failed
    assert not report.authenticated


def test_hiding_a_record_is_counted(incident: Incident, files: Files) -> None:
    before = verify(files)
    after = verify(forged(files, incident, drop_record_and_hide_it))
    assert after.failed == []
    assert "10 records here, 38 entries hidden" in before.checked[3]
    assert "9 records here, 39 entries hidden" in after.checked[3]


def test_the_zip_of_a_forgery_says_the_same(
    incident: Incident, files: Files, tmp_path: Path
) -> None:
    place = tmp_path / "forged.zip"
    place.write_bytes(pack(forged(files, incident, doubled_key)))
    assert rempart(place).return_value == 1


def test_nothing_a_forger_writes_moves_the_terminal(files: Files, tmp_path: Path) -> None:
    folder = unpacked(files, tmp_path)
    (folder / "manifest.json").write_bytes(b'{"v":1,"case":"\\u001b[2J\\nok all","files":{}}')
    (folder / "media" / "a\nverified").write_bytes(b"")
    found = alone(folder)
    assert found.returncode == 1
    assert "\x1b" not in found.stdout
    assert "verified" not in found.stdout.splitlines()


# -- the verifier's own arithmetic, against other implementations ----------------------------------


@settings(max_examples=25)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0), st.booleans())
def test_ed25519_agrees_with_the_library(
    seed: bytes, message: bytes, place: int, change: bool
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes_raw()
    signature = bytearray(private.sign(message))
    if change:
        signature[place % 64] ^= 1 << place % 8
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes(signature), message)
        expected = True
    except InvalidSignature:
        expected = False
    assert signed_by(public, message, bytes(signature)) is expected is not change


def test_ed25519_refuses_what_is_no_point_and_no_scalar() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = private.public_key().public_bytes_raw(), private.sign(b"m")
    order = 2**252 + 27742317777372353535851937790883648493
    large = int.from_bytes(signature[32:], "little") + order
    assert signed_by(public, b"m", signature)
    assert not signed_by(public, b"m", signature[:32] + large.to_bytes(32, "little"))
    assert not signed_by(b"\xff" * 32, b"m", signature)
    assert not signed_by(public, b"m", signature[:63])


@given(st.integers(1, 300), st.data())
def test_parts_give_the_root_of_the_tree(size: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(b"%d" % i) for i in range(size)]
    mth = subtrees_of(hashes)
    cuts = sorted(data.draw(st.sets(st.integers(0, size), max_size=6)) | {0, size})
    parts: list[tuple[int, bytes]] = []
    for start, end in pairwise(cuts):
        ranges = covering_subtrees(start, end)
        assert [b - a for a, b in ranges] == blocks(start, end)
        parts += [(b - a, mth(a, b)) for a, b in ranges]
    assert root_of_parts(parts) == tree_hash(hashes)
