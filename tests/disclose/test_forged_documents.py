"""A forger rewrites the pages of a sealed document and leaves the evidence in it as it is. Whatever
he seals it with, all three verifiers refuse it, in the same words; one that took it would be what
he sends along."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from documents import AT, aside, pages, sealed
from incident import Incident
from playwright.sync_api import Page

from rempart.cli.verify import check
from rempart.disclose.dossier import volumes_of
from rempart.disclose.dossier.document.log_signature import sign_whole
from rempart.disclose.dossier.document.make import Setting, make
from rempart.disclose.dossier.document.seal import load_seal
from rempart.disclose.dossier.verify import DIGEST, SIGNED, read_file, verify, zip_in_pdf
from rempart.log.note import Signer

REFUSED = ("not the PDF that the log signed", "pas le PDF que le journal a signé")
"""In English and in French."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the community's seal."""
    return tmp_path_factory.mktemp("keys")


def exported(incident: Incident, keys: Path, by: str) -> bytes:
    with incident.store.read() as tables:
        volumes = volumes_of(tables, incident.case, incident.signer, AT, by=by)
    setting = Setting("en", "Europe/Paris", load_seal(keys, incident.signer.name, AT))
    [made] = aside(lambda: list(make(volumes, setting)))
    return made.document


@pytest.fixture(scope="module")
def document(incident: Incident, keys: Path) -> bytes:
    return exported(incident, keys, "mod-7")


@pytest.fixture(scope="module")
def another(incident: Incident, keys: Path) -> bytes:
    """A document of the same community, about the same case."""
    return exported(incident, keys, "mod-9")


def by_python(data: bytes) -> tuple[str, str]:
    """Why `verify.py` refuses the pages, in both languages; nothing when it does not."""
    return _both(verify(read_file(data), None, data).failed)


def by_command(data: bytes, place: Path) -> tuple[str, str]:
    place.write_bytes(data)
    return _both(check(place, None).failed)


def _both(failed: list[str]) -> tuple[str, str]:
    english, _, french = "".join(failed).removeprefix("pages: ").partition(" | ")
    return english, french


def in_chromium(page: Page, data: bytes) -> tuple[str, str]:
    failed = page.evaluate(
        """async (encoded) => {
            const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
            return (await check(bytes, "")).failed;
        }""",
        base64.b64encode(data).decode(),
    )
    english = "".join(line["en"] for line in failed).removeprefix("pages: ")
    return english, "".join(line["fr"] for line in failed).removeprefix("pages : ")


# -- what the forger has: documents of the community, tools, keys of his own


def hole(document: bytes) -> tuple[int, int]:
    """Where the seal stands, without its angle brackets."""
    begin = document.rindex(b"/Contents <") + len(b"/Contents <")
    return begin, document.index(b">", begin)


def room(document: bytes) -> tuple[int, int]:
    """Where the signature of the log stands in it."""
    begin = document.rindex(SIGNED) + len(SIGNED)
    return begin, begin + 128


def put(document: bytes, place: tuple[int, int], value: bytes) -> bytes:
    return document[: place[0]] + value + document[place[1] :]


def part(document: bytes, place: tuple[int, int]) -> bytes:
    return document[place[0] : place[1]]


def digest_of(document: bytes) -> bytes:
    """What a seal over everything else must say, in the hexadecimal of a PDF."""
    begin, end = hole(document)
    whole = hashlib.sha256(document[: begin - 1] + document[end + 1 :])
    return whole.hexdigest().upper().encode()


def rewritten(document: bytes, keys: Path) -> bytes:
    """Other pages around the evidence of the true document, sealed with the key in this folder."""
    return sealed(pages("nobody wrote", zip_in_pdf(document)), keys)


Forge = Callable[[bytes, bytes, Incident, Path], bytes]


def sealed_anew(document: bytes, _: bytes, __: Incident, tmp: Path) -> bytes:
    return rewritten(document, tmp)


def sealed_anew_with_the_signature_of_the_true_one(
    document: bytes, _: bytes, __: Incident, tmp: Path
) -> bytes:
    forgery = rewritten(document, tmp)
    return put(forgery, room(forgery), part(document, room(document)))


def sealed_anew_without_room(document: bytes, _: bytes, __: Incident, tmp: Path) -> bytes:
    return sealed(pages("nobody wrote", zip_in_pdf(document)), tmp, for_log=False)


def signed_by_a_log_of_his_own(document: bytes, _: bytes, incident: Incident, tmp: Path) -> bytes:
    own = Signer(incident.signer.name, Ed25519PrivateKey.generate())
    return sign_whole(rewritten(document, tmp), incident.case, own)


def another_seal_over_the_true_pages(document: bytes, _: bytes, __: Incident, tmp: Path) -> bytes:
    forgery = sealed(document[: document.rindex(b"%%EOF", 0, hole(document)[0]) + 6], tmp)
    return put(forgery, room(forgery), part(document, room(document)))


def drawn_over(document: bytes, _: bytes, __: Incident, tmp: Path) -> bytes:
    """By an update, which a reader shows instead."""
    return document + b"\n9 0 obj\n<<>>\nendobj\n%%EOF\n"


def true_certificate_over_a_rubbish_signature(
    document: bytes, _: bytes, __: Incident, tmp: Path
) -> bytes:
    at = document.rindex(SIGNED) - 60  # within r and s
    return document[:at] + (b"0" if document[at : at + 1] != b"0" else b"1") + document[at + 1 :]


def no_seal(document: bytes, _: bytes, __: Incident, tmp: Path) -> bytes:
    return document[: document.rindex(b"/ByteRange")] + b"\n%%EOF\n"


def an_empty_seal(document: bytes, _: bytes, __: Incident, tmp: Path) -> bytes:
    begin, end = hole(document)
    return put(document, (begin, end), b"0" * (end - begin))


def the_seal_of_another(document: bytes, another: bytes, _: Incident, tmp: Path) -> bytes:
    return put(document, hole(document), part(another, hole(another)))


def the_signature_of_another(document: bytes, another: bytes, _: Incident, tmp: Path) -> bytes:
    return put(document, room(document), part(another, room(another)))


def a_changed_page_and_the_digest_that_fits_it(
    document: bytes, _: bytes, __: Incident, tmp: Path
) -> bytes:
    """Its signed attributes say the digest of what is there; that is not what was signed."""
    changed = document.replace(b"/Lang(en)", b"/Lang(fr)", 1)
    assert changed != document
    at = changed.index(DIGEST.upper(), hole(changed)[0]) + len(DIGEST)
    return put(changed, (at, at + 64), digest_of(changed))


def the_digest_of_something_else(document: bytes, _: bytes, __: Incident, tmp: Path) -> bytes:
    at = document.index(DIGEST.upper(), hole(document)[0]) + len(DIGEST)
    return put(document, (at, at + 64), hashlib.sha256(b"else").hexdigest().upper().encode())


def small_letters(document: bytes, _: bytes, __: Incident, tmp: Path) -> bytes:
    return put(document, room(document), part(document, room(document)).lower())


def the_signature_in_another_place(document: bytes, _: bytes, __: Incident, tmp: Path) -> bytes:
    begin, end = room(document)
    later = document[end:].index(b"0" * 600) + end + 100
    own = SIGNED + part(document, (begin, end))
    return put(put(document, (later, later + len(own)), own), (begin, end), b"0" * 128)


FORGERIES = (
    sealed_anew, sealed_anew_with_the_signature_of_the_true_one, sealed_anew_without_room,
    signed_by_a_log_of_his_own, another_seal_over_the_true_pages, drawn_over,
    true_certificate_over_a_rubbish_signature, no_seal, an_empty_seal, the_seal_of_another,
    the_signature_of_another, a_changed_page_and_the_digest_that_fits_it,
    the_digest_of_something_else, small_letters, the_signature_in_another_place,
)  # fmt: skip


@pytest.mark.browser
def test_all_three_take_a_true_document(page: Page, document: bytes, tmp_path: Path) -> None:
    nothing = ("", "")
    assert by_python(document) == nothing
    assert by_command(document, tmp_path / "d.pdf") == nothing
    assert in_chromium(page, document) == nothing


@pytest.mark.browser
@pytest.mark.parametrize("forge", FORGERIES)
def test_all_three_refuse_a_forged_one_in_the_same_words(
    page: Page, document: bytes, another: bytes, incident: Incident, tmp_path: Path, forge: Forge
) -> None:
    forgery = forge(document, another, incident, tmp_path / "keys of the forger")
    assert forgery != document
    assert by_python(forgery) == REFUSED
    assert by_command(forgery, tmp_path / "d.pdf") == REFUSED
    assert in_chromium(page, forgery) == REFUSED


@pytest.mark.browser
def test_the_evidence_of_a_zip_is_in_no_pdf(page: Page, dossier: bytes, tmp_path: Path) -> None:
    """It left as a zip: pages around it are of somebody else."""
    forgery = sealed(pages("nobody wrote", dossier), tmp_path / "keys")
    assert by_python(forgery) == REFUSED
    assert by_command(forgery, tmp_path / "d.pdf") == REFUSED
    assert in_chromium(page, forgery) == REFUSED


def test_every_bit_of_the_seal_is_signed(document: bytes) -> None:
    files = read_file(document)
    begin, end = hole(document)
    seal = part(document, (begin, end))
    for at in [*range(begin, begin + len(seal.rstrip(b"0")), 97), end - 1, end + 3]:
        changed = put(document, (at, at + 1), bytes([document[at] ^ 1]))
        assert any(line.startswith("pages") for line in verify(files, None, changed).failed), at


def test_nobody_makes_the_manifest_say_that_its_pages_need_no_signature(
    document: bytes, tmp_path: Path
) -> None:
    files = read_file(document)
    manifest = re.sub(rb' "pages": "[^"]+",\n', b"", files["manifest.json"])
    assert manifest != files["manifest.json"]
    failed = verify({**files, "manifest.json": manifest}, None, document).failed
    assert any("it signs another manifest" in line for line in failed)
