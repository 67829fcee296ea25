"""NDJSON from a file or from stdin, read in pieces: memory does not grow with the input.

A line longer than the cap is refused alone, without ever being held whole. Gzip is recognised by
its first bytes, not by the file's name.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from rempart.errors import InputError
from rempart.ingest.bounds import MAX_LINE_BYTES
from rempart.ingest.compressed import GZIP_MAGIC
from rempart.ingest.decode import parse_lines
from rempart.ingest.parsed import Parsed
from rempart.model import ItemRefusal

_BLOCK_BYTES = 256 * 1024
_BOM = b"\xef\xbb\xbf"


class ByteSource(Protocol):
    """What can be read from in pieces."""

    def read(self, size: int, /) -> bytes: ...


Line = tuple[int, bytes | None]
"""Number from 1, and the bytes; None in place of a line over the cap."""


@contextmanager
def open_input(name: str) -> Iterator[BinaryIO]:
    """The file of this name, unpacked when it is gzip; `-` is stdin."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as file:
            magic = file.read(len(GZIP_MAGIC))
            file.seek(0)
            if magic != GZIP_MAGIC:
                yield file
                return
            with gzip.open(file) as unpacked:
                yield cast(BinaryIO, unpacked)
    except OSError as error:
        if error.errno is None:
            raise InputError(f"not valid gzip: {error}", where=name) from None
        raise InputError(
            error.strerror or str(error),
            where=name or "input",
            next_step="name a file of messages; - is stdin",
        ) from None
    except (EOFError, zlib.error) as error:
        raise InputError(f"not valid gzip: {error}", where=name) from None


def read_ndjson(stream: ByteSource, chunk: int = 2000) -> Iterator[list[Parsed | ItemRefusal]]:
    """Lists of up to `chunk` results, in input order; blank lines count, but give no result."""
    for lines in read_line_chunks(stream, chunk):
        yield parse_numbered(lines)


def read_line_chunks(stream: ByteSource, chunk: int) -> Iterator[list[Line]]:
    """The lines themselves in lists of up to `chunk`, for whoever parses them elsewhere."""
    batch: list[Line] = []
    for line in _lines(stream):
        batch.append(line)
        if len(batch) >= chunk:
            yield batch
            batch = []
    if batch:
        yield batch


def parse_numbered(lines: list[Line]) -> list[Parsed | ItemRefusal]:
    """The results of consecutive numbered lines."""
    results: list[Parsed | ItemRefusal] = []
    for number, line in lines:
        if line is None:
            reason = f"line longer than {MAX_LINE_BYTES} bytes"
            results.append(ItemRefusal(reason=reason, line=number))
        else:
            results.extend(parse_lines((line,), number))
    return results


def _lines(stream: ByteSource) -> Iterator[Line]:
    number = 0
    rest = b""
    skipping = False
    while block := stream.read(_BLOCK_BYTES):
        if number == 0 and not rest:
            block = block.removeprefix(_BOM)
        parts = block.split(b"\n")
        if skipping:
            if len(parts) == 1:
                continue
            number += 1
            yield number, None
            del parts[0]
            skipping = False
        else:
            parts[0] = rest + parts[0]
        rest = parts.pop()
        for part in parts:
            number += 1
            yield number, part if len(part) <= MAX_LINE_BYTES else None
        if len(rest) > MAX_LINE_BYTES:
            rest, skipping = b"", True
    if skipping:
        yield number + 1, None
    elif rest:
        yield number + 1, rest
