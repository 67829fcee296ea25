"""Looking for words in every byte of a data folder, in every form in which they may be written."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path

import apsw

_SHORTEST = 5


def forms(word: str) -> dict[str, bytes]:
    """The word plain, escaped, in UTF-16, and inside base64 wherever it may begin."""
    raw = word.encode()
    found = {
        "plain": raw,
        "lower": word.lower().encode(),
        "json": json.dumps(word)[1:-1].encode(),
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "hex": raw.hex().encode(),
    }
    for name, encode in (("base64", b64encode), ("base64url", urlsafe_b64encode)):
        for shift in range(3):
            whole = encode(b"\0" * shift + raw)
            begin = -(-shift * 8 // 6)
            end = (shift + len(raw)) * 8 // 6
            found[f"{name}+{shift}"] = whole[begin:end]
    return {name: data for name, data in found.items() if len(data) >= _SHORTEST}


def residues(folder: Path, words: Iterable[str]) -> list[str]:
    """Where one of the words still stands: file, form. Empty: it is gone."""
    wanted = {(word, name): data for word in words for name, data in forms(word).items()}
    found = []
    for where, data in _bytes(folder):
        found += [
            f"{where}: {word} ({name})" for (word, name), raw in wanted.items() if raw in data
        ]
    return found


def _bytes(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield str(path.relative_to(folder)), data
        if data.startswith(b"SQLite format 3"):
            yield from _cells(path, folder)


def _cells(path: Path, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each blob of a database, also as it is when it is unpacked."""
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type='table'")]
        for table in tables:
            for row in db.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - names of its own schema
                for cell in row:
                    data = cell.encode("utf-8", "replace") if isinstance(cell, str) else cell
                    if isinstance(data, bytes):
                        yield f"{path.relative_to(folder)}:{table}", data
                        for wbits in (15, 31, -15):
                            try:
                                unpacked = zlib.decompressobj(wbits).decompress(data, 1 << 24)
                            except zlib.error:
                                continue
                            yield f"{path.relative_to(folder)}:{table} unpacked", unpacked
    finally:
        db.close()
