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
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from forging import Files, forged
from incident import Incident
from playwright.sync_api import Page, sync_playwright
from test_verify_pdf import CHROMIUM, pdf_of

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


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    source = Path(__file__).parents[2] / "src/rempart/disclose/dossier/verify.html"
    place = tmp_path_factory.mktemp("page") / "verify.html"
    place.write_bytes(source.read_bytes())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page(locale="en-GB")
        opened.goto(place.as_uri())
        yield opened
        browser.close()


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


def repacked(files: Files, dossier: bytes, chance: random.Random) -> bytes:
    other = pack({**files, "media/README.txt": b"another"})
    cases: tuple[Callable[[], bytes], ...] = (
        lambda: _flipped(dossier, chance),
        lambda: _spliced(dossier, chance),
        lambda: _packed_again(files, chance),
        lambda: other + dossier,
        lambda: dossier + other,
        lambda: dossier[:-2] + struct.pack("<H", 60_000) + other[:60_000],
        lambda: pdf_of(dossier, deflated=chance.random() < 0.5),
        lambda: pdf_of(dossier, dossier, deflated=True),
        lambda: pdf_of(dossier, other, deflated=chance.random() < 0.5),
        lambda: _spliced(pdf_of(dossier, deflated=chance.random() < 0.5), chance),
        lambda: _stray(dossier, other, chance),
    )
    return chance.choice(cases)()


def _stray(dossier: bytes, other: bytes, chance: random.Random) -> bytes:
    """A PDF with the dossier and a second stream that one reader may take for another dossier."""
    whole = zlib.compress(other)
    stream = chance.choice((
        whole + b"\n", whole[:-3], whole[:-4] + b"\0\0\0\0", b"PK\0\0" + other, b"PK", b"",
        b"\x58" + whole[1:],
    ))  # fmt: skip
    length = chance.choice(
        (str(len(stream)), "0" * 30 + str(len(stream)), "9" * 30, f"{len(stream)} 0 R")
    )
    extra = f"11 0 obj\n<</Length {length}>>\nstream\n".encode() + stream + b"\nendstream\nendobj\n"
    head, rest = pdf_of(dossier, deflated=chance.random() < 0.5).split(b"\n", 1)
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
            data = repacked(files, dossier, chance)
        place.write_bytes(data)
        said = (python_alone(place), by_command(place), in_chromium(page, data))
        if len(set(said)) > 1:
            disagreed.append(f"change {number}: verify.py, rempart verify, verify.html say {said}")
        held += all(said)
    assert disagreed == []
    assert 0 < held < (SIGNED + BYTES) // 2
