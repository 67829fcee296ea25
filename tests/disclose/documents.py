"""PDFs that hold a dossier: ours, those of an old form, and bare ones where only bytes count."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from rempart.disclose.dossier.document.log_signature import sign_whole
from rempart.disclose.dossier.document.seal import load_seal, sign
from rempart.disclose.dossier.document.typeset import typeset
from rempart.disclose.dossier.verify import DIGEST, SIGNED
from rempart.log.note import Signer

T = TypeVar("T")
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def pages(heading: str, attached: bytes) -> bytes:
    """A document of one page with a dossier in it, not sealed yet."""
    rows = {"over": "x", "subtitle": "x", "under": "x", "rows": [["x", ["x"]]], "note": ""}
    one = dict.fromkeys(("title", "author", "description", "watermark", "footer", "page"), "x")
    held = {"attachment": "dossier.zip", "attachment-description": "x", "contents": ""}
    block = {"t": "heading", "text": heading, "level": 1}
    data = {"language": "en", **one, **held, "cover": rows, "blocks": [block]}
    return typeset(data, attached, AT)


def sealed(document: bytes, keys: Path, *, for_log: bool = True) -> bytes:
    """With the seal whose key lies in this folder; one is made there when there is none."""
    seal = load_seal(keys, "chat.example.org/log", AT)
    return aside(lambda: sign(document, seal, None, "x", for_log=for_log))


def aside(make: Callable[[], T]) -> T:
    """In a thread of its own: the browser's driver keeps a loop in this one."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(make).result()


def bare(*attached: bytes) -> bytes:
    """As a PDF holds files: one stream each, between others that are none of them."""
    out = [b"%PDF-1.7\n1 0 obj\n<</Length 5>>\nstream\nhello\nendstream\nendobj\n"]
    for number, data in enumerate(attached, 2):
        out.append(b"%d 0 obj\n<</Length %d/Type/EmbeddedFile>>\nstream\n" % (number, len(data)))
        out.append(data + b"\nendstream\nendobj\n")
    return b"".join([*out, b"9 0 obj\n<</Length 5>>\nstream\na page\nendstream\nendobj\n"])


def signed(pdf: bytes, case: str, signer: Signer) -> bytes:
    """With the signature of the log, in as much of a seal as holds it."""
    return sign_whole(pdf + b"<" + SIGNED + b"00" * 64 + b">\n%%EOF\n", case, signer)


def sealed_once(pdf: bytes) -> bytes:
    """In the old form: of a seal, only the attribute that is looked at."""
    hole = len(DIGEST) + 64 + 2
    end = len(pdf) + 60
    before = pdf + (b"/ByteRange [0 %d %d 4]" % (end, end + hole)).ljust(50) + b"/Contents "
    digest = hashlib.sha256(before + b"\nEOF").hexdigest().encode()
    return before + b"<%b>" % (DIGEST + digest) + b"\nEOF"
