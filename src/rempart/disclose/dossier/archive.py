"""The dossier's zip, packed in one way only: the same files always give the same bytes.

Rules kept here: names in order of their bytes; stored, not compressed (deflate has many forms of
one content, and hashes do not shrink); one fixed date; no extra fields, comments, links, folders.
So a zip that hides something beside the listed files (a second directory, bytes between members,
a name that leaves the folder, a bomb) cannot be canonical, and `unpack` refuses it before anything
is written anywhere.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from struct import error as StructError
from struct import pack as fields
from struct import unpack_from

from rempart.errors import InputError, VerificationError

MAX_MEMBERS = 1_000
MAX_BYTES = 100 * 1024 * 1024
_VERSION = 20
_UTF8_NAMES = 0x0800
_DATE = (1980 - 1980) << 9 | 1 << 5 | 1
_PLAIN_FILE = 0o100644 << 16
_MADE_ON_UNIX = 3 << 8 | _VERSION
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_BYTES = 22


def pack(files: Mapping[str, bytes]) -> bytes:
    """The canonical zip of these files; InputError when they are too many or too large."""
    if len(files) > MAX_MEMBERS or sum(map(len, files.values())) > MAX_BYTES:
        raise InputError(
            f"a dossier has at most {MAX_MEMBERS} files and {MAX_BYTES >> 20} MB",
            next_step="export the raid's cases one by one",
        )
    members: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for name in sorted(files, key=str.encode):
        _check_name(name)
        data, path = files[name], name.encode()
        size = len(data)
        shared = fields(
            "<HHHHHIIIHH", _VERSION, _UTF8_NAMES, 0, 0, _DATE, zlib.crc32(data), size, size,
            len(path), 0,
        )  # fmt: skip
        member = _LOCAL + shared + path + data
        tail = fields("<HHHII", 0, 0, 0, _PLAIN_FILE, at)
        directory.append(_CENTRAL + fields("<H", _MADE_ON_UNIX) + shared + tail + path)
        members.append(member)
        at += len(member)
    central = b"".join(directory)
    count = len(files)
    end = _END + fields("<HHHHIIH", 0, 0, count, count, len(central), at, 0)
    return b"".join([*members, central, end])


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of a canonical zip, in memory; VerificationError for any other zip."""
    if len(data) > MAX_BYTES + MAX_MEMBERS * 1024:
        raise VerificationError(f"larger than {MAX_BYTES >> 20} MB: no dossier")
    try:
        files = _read_members(data)
        canonical = pack(files) == data
    except (StructError, UnicodeDecodeError, IndexError) as error:
        raise VerificationError(f"not a canonically packed zip: {error}") from error
    except InputError as error:
        raise VerificationError(error.what, where=error.where) from error
    if not canonical:
        raise VerificationError(
            "not canonically packed: it was packed again or changed",
            next_step="ask for the zip as it was exported, or unpack it and verify the folder",
        )
    return files


def is_zip(head: bytes) -> bool:
    """Whether these first bytes are those of a zip."""
    return head.startswith((_LOCAL, _END))


def _read_members(data: bytes) -> dict[str, bytes]:
    """Follows the directory; nothing is trusted, as the result is packed again and compared."""
    end = len(data) - _END_BYTES
    if end < 0 or data[end : end + 4] != _END:
        raise VerificationError("not a canonically packed zip: it has no plain end")
    count, _, at = unpack_from("<HII", data, end + 10)
    if count > MAX_MEMBERS:
        raise VerificationError(f"more than {MAX_MEMBERS} files: no dossier")
    files: dict[str, bytes] = {}
    left = len(data)
    for _ in range(count):
        method, size, path_bytes, extra, comment, offset = _directory_entry(data, at)
        if method != 0:
            raise VerificationError("not canonically packed: a file of it is compressed")
        path = data[at + 46 : at + 46 + path_bytes].decode()
        _check_name(path)
        left -= size
        if left < 0:
            raise VerificationError("not a canonically packed zip: its files overlap")
        begin = offset + 30 + path_bytes
        files[path] = data[begin : begin + size]
        at += 46 + path_bytes + extra + comment
    return files


def _directory_entry(data: bytes, at: int) -> tuple[int, int, int, int, int, int]:
    method, _, _, _, size, _, path, extra, comment, _, _, _, offset = unpack_from(
        "<HHHIIIHHHHHII", data, at + 10
    )
    return method, size, path, extra, comment, offset


def _check_name(name: str) -> None:
    parts = name.split("/")
    plain = name.isprintable() and "\\" not in name and ":" not in name and len(name) <= 200
    if not plain or any(part in {"", ".", ".."} for part in parts):
        raise InputError("no name for a file of a dossier", where=repr(name[:80]))
