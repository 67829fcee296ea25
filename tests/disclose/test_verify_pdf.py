"""The dossier inside a PDF, the seal over its pages, and the signatures of witnesses: what all
three verifiers make of them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from documents import bare, pages, sealed, signed
from forging import Files, alone, forged, rempart, unpacked
from incident import Incident
from playwright.sync_api import Page, expect

from rempart.disclose.dossier.archive import pack
from rempart.disclose.dossier.verify import verify

SOURCE = Path(__file__).parents[2] / "src/rempart/disclose/dossier/verify.html"


def on_the_page(page: Page, data: bytes) -> str:
    page.set_input_files("#file", {"name": "d", "mimeType": "application/pdf", "buffer": data})
    expect(page.locator("#result")).to_be_visible()
    return page.locator("#verdict").inner_text()


def codes(data: bytes, files: Files, tmp_path: Path) -> tuple[int | None, int]:
    """What `rempart verify` and verify.py answer."""
    tmp_path.mkdir(exist_ok=True)
    place = tmp_path / "dossier.pdf"
    place.write_bytes(data)
    folder = unpacked(files, tmp_path / "folder")
    return rempart(place).return_value, alone(folder, str(place)).returncode


@pytest.mark.browser
def test_the_zip_is_found_in_a_pdf_and_checked(
    page: Page, dossier: bytes, files: Files, incident: Incident, tmp_path: Path
) -> None:
    whole = signed(bare(dossier), incident.case, incident.signer)
    assert codes(whole, files, tmp_path) == (0, 0)
    assert on_the_page(page, whole) == "Verified in itself"
    expect(page.locator("#list li.ok").last).to_have_text("the PDF is as the log signed it")
    changed = pack({**files, "checkpoint": files["checkpoint"] + b"\n"})
    broken = signed(bare(changed), incident.case, incident.signer)
    assert codes(broken, files, tmp_path) == (1, 1)
    assert on_the_page(page, broken) == "Not verified"


@pytest.mark.browser
def test_a_pdf_with_no_dossier_or_with_two_is_refused(
    page: Page, dossier: bytes, files: Files, incident: Incident, tmp_path: Path
) -> None:
    other = pack({**files, "media/README.txt": b"another"})
    for attached in ((), (dossier, other)):
        data = signed(bare(*attached), incident.case, incident.signer)
        assert codes(data, files, tmp_path) == (1, 1)
        assert on_the_page(page, data) == "Not verified"


@pytest.mark.browser
def test_a_document_from_before_the_log_signed_it_holds_and_says_what_it_does_not_show(
    page: Page, files: Files, incident: Incident, tmp_path: Path
) -> None:
    def before(changed: Files) -> None:
        manifest = json.loads(changed["manifest.json"])
        del manifest["pages"]
        changed["manifest.json"] = json.dumps(manifest).encode()

    evidence = pack(forged(files, incident, before))
    document = sealed(pages("36 accounts wrote", evidence), tmp_path / "keys", for_log=False)
    assert codes(document, files, tmp_path) == (0, 0)
    assert "of an old form: who sealed it, pdfsig says" in rempart(tmp_path / "dossier.pdf").output
    assert on_the_page(page, document) == "Verified in itself"
    expect(page.locator("#meaning")).to_contain_text("only if the seal is known")
    expect(page.locator("#list li.ok")).to_have_count(6)
    hole = document.rindex(b"/Contents <")
    for number, at in enumerate((12, 400, hole - 200, len(document) - 9)):
        changed = document[:at] + bytes([document[at] ^ 1]) + document[at + 1 :]
        assert codes(changed, files, tmp_path / str(number)) == (1, 1), at
        assert on_the_page(page, changed) == "Not verified", at
    drawn_over = document + b"\n9 0 obj\n<<>>\nendobj\n%%EOF\n"
    unsealed = document[: document.rindex(b"/ByteRange")] + b"\n%%EOF\n"
    for name, changed in (("over", drawn_over), ("unsealed", unsealed)):
        assert codes(changed, files, tmp_path / name) == (1, 1), name
        assert on_the_page(page, changed) == "Not verified", name
    page.click("#language")
    expect(page.locator("#list li.no").first).to_have_text("pages : pas scellé")
    page.click("#language")


def test_every_reason_of_the_page_has_its_french() -> None:
    reasons = set(re.findall(r'refuse\("([^"]+)"', SOURCE.read_text("utf-8")))
    french = set(re.findall(r'^  "([^"]+)": "', SOURCE.read_text("utf-8"), re.M))
    assert reasons == french


# -- witnesses -------------------------------------------------------------------------------------


class Witness:
    """Another community, which signed that it saw this checkpoint (C2SP tlog-cosignature)."""

    def __init__(self, name: str) -> None:
        self.name, self._private = name, Ed25519PrivateKey.generate()
        public = b"\x04" + self._private.public_key().public_bytes_raw()
        self.id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(public).decode()}"

    def line(self, note: str, at: int = 1_772_400_000) -> str:
        text = note.rpartition("\n\n")[0] + "\n"
        message = f"cosignature/v1\ntime {at}\n{text}".encode()
        signature = self.id + struct.pack(">Q", at) + self._private.sign(message)
        return f"\u2014 {self.name} {base64.b64encode(signature).decode()}\n"


def cosigned(files: Files, incident: Incident, line: str, policy: str) -> Files:
    def change(changed: Files) -> None:
        changed["checkpoint"] += line.encode()
        changed["policy.txt"] += policy.encode()

    return forged(files, incident, change)


@pytest.mark.browser
def test_a_witness_of_the_policy_is_checked_and_any_other_is_let_stand(
    page: Page, incident: Incident, files: Files
) -> None:
    known, stranger = Witness("north.example/witness"), Witness("south.example/witness")
    note = files["checkpoint"].decode()
    named = f"witness north {known.vkey}\n"
    good = cosigned(files, incident, stranger.line(note) + known.line(note), named)
    report = verify(good, incident.signer.public.vkey)
    assert report.failed == []
    assert "cosigned by north.example/witness of 1 in policy.txt" in report.checked[1]
    assert on_the_page(page, pack(good)) == "Verified in itself"
    expect(page.locator("#list")).to_contain_text("cosigned by north.example/witness")

    silent = verify(cosigned(files, incident, "", named))
    assert "cosigned by no witness of 1" in silent.checked[1]

    of_another_tree = known.line(note.replace("\n", "\n1", 1))
    wrong = cosigned(files, incident, of_another_tree, named)
    assert any("signature is wrong" in line for line in verify(wrong).failed)
    assert on_the_page(page, pack(wrong)) == "Not verified"


@pytest.mark.browser
@pytest.mark.parametrize("where", ["checkpoint", "policy.txt"])
def test_nobody_makes_a_verifier_check_signatures_for_hours(
    page: Page, incident: Incident, files: Files, where: str
) -> None:
    witness = Witness("north.example/witness")
    line, named = witness.line(files["checkpoint"].decode()), f"witness north {witness.vkey}\n"
    lines, names = (line * 100, named) if where == "checkpoint" else (line, named * 100)
    many = cosigned(files, incident, lines, names)
    assert any("too many signatures" in said for said in verify(many).failed)
    assert on_the_page(page, pack(many)) == "Not verified"
    expect(page.locator("#list li.no").first).to_have_text(
        "signatures: too many signatures: checkpoint"
    )


def test_the_manifest_has_one_signature_and_no_more(incident: Incident, files: Files) -> None:
    witness = Witness("north.example/witness")
    note = files["manifest.sig"].decode()
    twice = {**files, "manifest.sig": (note + witness.line(note)).encode()}
    assert any("by the key, once" in line for line in verify(twice).failed)
