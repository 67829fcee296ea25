"""The three verifiers say the same of whatever a forger makes, or the weakest of them is the one
that he sends along: changes by a seed, of single values under a new signature and of the bytes of
zip and PDF."""

from __future__ import annotations

import base64
import io
import json
import os
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from documents import bare, sealed_once, signed
from forging import Files, forged
from incident import Incident
from playwright.sync_api import Page

from rempart.cli.verify import check
from rempart.disclose.dossier.archive import pack
from rempart.disclose.dossier.verify import Refused, read_file, verify
from rempart.errors import InputError

SEED = 20261122
ROUNDS = int(os.environ.get("REMPART_FORGERIES", "1"))
"""Each of 240 changes; eight were run when this was written."""
SIGNED, BYTES = 160 * ROUNDS, 80 * ROUNDS
_ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.0, 0.5, 2**53 + 1, 1e400, "", "a", "A" * 43, "\ud800", "\u202e",
    [], {}, [[]], {"v": 1},
)  # fmt: skip
_ODD_BYTES = (
    b"\r\n", b"\n\n", b"\r", b"\xef\xbb\xbf", b" ", b"[" * 150 + b"]" * 150, b"1.0", b"1e0",
    b"9007199254740993", b"true", b"\xff", b"\0",
)  # fmt: skip


def python_alone(place: Path) -> bool:
    """As verify.py answers, without its process."""
    try:
        data = place.read_bytes()
        return not verify(read_file(data), None, data).failed
    except (Refused, OSError, ValueError, struct.error):
        return False


def by_command(place: Path) -> bool:
    try:
        return not check(place, None).failed
    except InputError:
        return False


def in_chromium(page: Page, data: bytes) -> bool:
    said = page.evaluate(
        """async (encoded) => {
            const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
            return (await check(bytes, "")).failed.length === 0;
        }""",
        base64.b64encode(data).decode(),
    )
    return bool(said)


# -- changes that carry a new signature ------------------------------------------------------------

Way = tuple[Any, Any]


def _places(value: Any) -> Iterator[Way]:
    """Every place in a JSON value: its container and its key there."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in list(parts):
        yield value, key
        if isinstance(part, dict | list):
            yield from _places(part)


def _edit(value: Any, chance: random.Random) -> None:
    holder, key = chance.choice([*_places(value)])
    what = chance.randrange(5)
    if what == 0:
        del holder[key]
    elif what == 1:
        holder[key] = [holder[key]]
    elif what == 2 and isinstance(holder[key], int):
        holder[key] = chance.choice((float(holder[key]), bool(holder[key]), str(holder[key])))
    elif what == 3 and isinstance(holder, list):
        holder.insert(key, holder[key])
    else:
        holder[key] = chance.choice(_ODD)


def _edited_json(name: str, lines: bool) -> Callable[[Files, random.Random], None]:
    def edit(files: Files, chance: random.Random) -> None:
        texts = files[name].decode().splitlines() if lines else [files[name].decode()]
        place = chance.randrange(len(texts))
        value = json.loads(texts[place])
        _edit(value, chance)
        texts[place] = json.dumps(value)
        files[name] = "".join(text + "\n" for text in texts).encode()

    return edit


def _edited_bytes(names: tuple[str, ...]) -> Callable[[Files, random.Random], None]:
    def edit(files: Files, chance: random.Random) -> None:
        name = chance.choice(names)
        files[name] = _spliced(files[name], chance)

    return edit


def _spliced(data: bytes, chance: random.Random) -> bytes:
    at = chance.choice((0, len(data), chance.randrange(len(data) + 1)))
    gone = chance.choice((0, 0, 1, 2))
    return data[:at] + chance.choice(_ODD_BYTES) + data[at + gone :]


_READ = ("records.jsonl", "gaps.json", "custody.jsonl", "policy.txt", "checkpoint")
_SIGNED_CHANGES = (
    _edited_json("records.jsonl", lines=True),
    _edited_json("gaps.json", lines=False),
    _edited_json("custody.jsonl", lines=True),
    _edited_bytes(_READ),
)


def signed_anew(files: Files, incident: Incident, chance: random.Random) -> bytes:
    edit = chance.choice(_SIGNED_CHANGES)
    return pack(forged(files, incident, lambda changed: edit(changed, chance)))


# -- changes of the packing ------------------------------------------------------------------------


def _flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    # Headers and directory more often than what is hashed anyway.
    heads = [at for at in range(len(data) - 4) if data[at : at + 2] == b"PK"]
    at = min(chance.choice(heads) + chance.randrange(60), len(data) - 1)
    changed[at] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _packed_again(files: Files, chance: random.Random) -> bytes:
    out = io.BytesIO()
    how = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    names = list(files)
    chance.shuffle(names)
    with zipfile.ZipFile(out, "w", how) as archive:
        for name in names:
            archive.writestr(name, files[name])
        if chance.random() < 0.5:
            archive.comment = b"a comment"
    return out.getvalue()


def repacked(files: Files, dossier: bytes, incident: Incident, chance: random.Random) -> bytes:
    other = pack({**files, "media/README.txt": b"another"})

    def whole(pdf: bytes) -> bytes:
        old = chance.random() < 0.3
        return sealed_once(pdf) if old else signed(pdf, incident.case, incident.signer)

    cases: tuple[Callable[[], bytes], ...] = (
        lambda: _flipped(dossier, chance),
        lambda: _spliced(dossier, chance),
        lambda: _packed_again(files, chance),
        lambda: other + dossier,
        lambda: dossier + other,
        lambda: dossier[:-2] + struct.pack("<H", 60_000) + other[:60_000],
        lambda: whole(bare(dossier)),
        lambda: whole(bare(dossier, dossier)),
        lambda: whole(bare(dossier, other)),
        lambda: _spliced(whole(bare(dossier)), chance),
        lambda: whole(_stray(dossier, other, chance)),
    )
    return chance.choice(cases)()


def _stray(dossier: bytes, other: bytes, chance: random.Random) -> bytes:
    """A PDF with the dossier and a second stream that one reader may take for another dossier."""
    stream = chance.choice((other, b"\n" + other, b"PK\0\0" + other, other[:4], b"PK", b""))
    length = chance.choice(
        (str(len(stream)), "0" * 30 + str(len(stream)), "9" * 30, "9" * 10, f"{len(stream)} 0 R")
    )
    kind = chance.choice(
        ("/Type/EmbeddedFile", "/Type/EmbeddedFile" + "x" * 301, "/Type/EmbeddedFileE", "")
    )
    extra = f"11 0 obj\n<</Length {length}{kind}>>\nstream\n".encode() + stream
    extra += b"\nendstream\nendobj\n"
    head, rest = bare(dossier).split(b"\n", 1)
    return head + b"\n" + (extra + rest if chance.random() < 0.5 else rest + extra)


# -- the test --------------------------------------------------------------------------------------


@pytest.mark.browser
def test_of_what_a_forger_makes_all_three_say_the_same(
    incident: Incident, files: Files, dossier: bytes, page: Page, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    place = tmp_path / "dossier"
    disagreed: list[str] = []
    held = 0
    for number in range(SIGNED + BYTES):
        if number < SIGNED:
            data = signed_anew(files, incident, chance)
        else:
            data = repacked(files, dossier, incident, chance)
        place.write_bytes(data)
        said = (python_alone(place), by_command(place), in_chromium(page, data))
        if len(set(said)) > 1:
            disagreed.append(f"change {number}: verify.py, rempart verify, verify.html say {said}")
        held += all(said)
    assert disagreed == []
    assert 0 < held < (SIGNED + BYTES) // 2
