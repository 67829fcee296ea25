"""The dossier inside a PDF, the seal over its pages, and the signatures of witnesses: what all
three verifiers make of them."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from forging import Files, alone, forged, rempart, unpacked
from incident import Incident
from playwright.sync_api import Page, expect, sync_playwright

from rempart.disclose.dossier.archive import pack
from rempart.disclose.dossier.document.seal import load_seal, sign
from rempart.disclose.dossier.document.typeset import typeset
from rempart.disclose.dossier.verify import verify

CHROMIUM = "/usr/bin/chromium"
SOURCE = Path(__file__).parents[2] / "src/rempart/disclose/dossier/verify.html"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d01090431220420")


def pdf_of(*attached: bytes, deflated: bool) -> bytes:
    """As a PDF holds files: one stream each, between others that are none of them."""
    out = [b"%PDF-1.7\n1 0 obj\n<</Length 5>>\nstream\nhello\nendstream\nendobj\n"]
    for number, data in enumerate(attached, 2):
        held, how = (zlib.compress(data), b"/Filter/FlateDecode") if deflated else (data, b"")
        out.append(
            b"%d 0 obj\n<</Length %d/Type/EmbeddedFile%b>>\nstream\n" % (number, len(held), how)
        )
        out.append(held + b"\nendstream\nendobj\n")
    noise = zlib.compress(b"BT (a page) Tj ET")
    out.append(b"9 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream\n" % len(noise))
    out.append(noise + b"\nendstream\nendobj\n%%EOF\n")
    return sealed(b"".join(out))


def sealed(pdf: bytes) -> bytes:
    """With a signature over everything else: of its CMS, only the attribute that is looked at."""
    hole = 2 * (len(MESSAGE_DIGEST) + 32) + 2
    end = len(pdf) + 60
    before = pdf + (b"/ByteRange [0 %d %d 4]" % (end, end + hole)).ljust(50) + b"/Contents "
    digest = hashlib.sha256(before + b"\nEOF").digest()
    return before + b"<%b>" % (MESSAGE_DIGEST + digest).hex().encode() + b"\nEOF"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    place = tmp_path_factory.mktemp("page") / "verify.html"
    place.write_bytes(SOURCE.read_bytes())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page(locale="en-GB")
        opened.goto(place.as_uri())
        yield opened
        browser.close()


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
@pytest.mark.parametrize("deflated", [True, False])
def test_the_zip_is_found_in_a_pdf_and_checked(
    page: Page, dossier: bytes, files: Files, tmp_path: Path, deflated: bool
) -> None:
    whole = pdf_of(dossier, deflated=deflated)
    assert codes(whole, files, tmp_path) == (0, 0)
    assert on_the_page(page, whole) == "Verified in itself"
    expect(page.locator("#meaning")).to_contain_text("only if the seal is known")
    changed = pack({**files, "checkpoint": files["checkpoint"] + b"\n"})
    broken = pdf_of(changed, deflated=deflated)
    assert codes(broken, files, tmp_path) == (1, 1)
    assert on_the_page(page, broken) == "Not verified"


@pytest.mark.browser
def test_a_pdf_with_no_dossier_or_with_two_is_refused(
    page: Page, dossier: bytes, files: Files, tmp_path: Path
) -> None:
    other = pack({**files, "media/README.txt": b"another"})
    for attached in ((), (dossier, other)):
        data = pdf_of(*attached, deflated=True)
        assert codes(data, files, tmp_path) == (1, 1)
        assert on_the_page(page, data) == "Not verified"


@pytest.fixture(scope="module")
def document(dossier: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A page, the dossier attached, the seal of the service over both."""
    rows = {"over": "x", "subtitle": "x", "under": "x", "rows": [["x", ["x"]]], "note": ""}
    one = dict.fromkeys(("title", "author", "description", "watermark", "footer", "page"), "x")
    held = {"attachment": "dossier.zip", "attachment-description": "x", "contents": ""}
    block = {"t": "heading", "text": "36 accounts wrote", "level": 1}
    page = typeset({"language": "en", **one, **held, "cover": rows, "blocks": [block]}, dossier, AT)
    seal = load_seal(tmp_path_factory.mktemp("keys"), "chat.example.org/log", AT)
    with ThreadPoolExecutor(1) as aside:  # the browser's driver keeps a loop in this thread
        return aside.submit(sign, page, seal, None, "x").result()


@pytest.mark.browser
def test_a_page_that_was_changed_is_refused_though_the_evidence_inside_still_holds(
    page: Page, document: bytes, files: Files, tmp_path: Path
) -> None:
    assert codes(document, files, tmp_path) == (0, 0)
    assert on_the_page(page, document) == "Verified in itself"
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
    expect(page.locator("#list li.no").first).to_have_text("pages : ce PDF ne porte pas de sceau")
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


def test_the_manifest_has_one_signature_and_no_more(incident: Incident, files: Files) -> None:
    witness = Witness("north.example/witness")
    note = files["manifest.sig"].decode()
    twice = {**files, "manifest.sig": (note + witness.line(note)).encode()}
    assert any("by the key, once" in line for line in verify(twice).failed)
