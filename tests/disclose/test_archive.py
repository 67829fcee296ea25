"""FAULTS row 12: a hostile zip is refused, whatever it hides; ours has one form only."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.disclose.dossier.archive import MAX_BYTES, pack, unpack
from rempart.errors import InputError, VerificationError

FILES = {"README.txt": b"read me\n", "media/README.txt": b"", "records.jsonl": b"{}\n" * 50}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_any_unzip_opens_it() -> None:
    data = pack(FILES)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert archive.namelist() == sorted(FILES)
        assert all(stat.S_ISREG(i.external_attr >> 16) for i in archive.infolist())
    assert unpack(data) == FILES
    assert pack(dict(reversed(FILES.items()))) == data


@given(place=st.integers(0), change=st.integers(1, 255))
def test_any_changed_byte_changes_a_file_or_is_refused(place: int, change: int) -> None:
    data = bytearray(pack(FILES))
    data[place % len(data)] ^= change
    with pytest.raises(VerificationError):
        unpack(bytes(data))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    for tried in (data, b"PK\x03\x04" + data, data + pack({})):
        if tried != pack({}):
            with pytest.raises(VerificationError):
                unpack(tried)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../b", "a\\b", "C:x", "", "a//b"])
def test_names_that_leave_the_folder(name: str) -> None:
    with pytest.raises(InputError):
        pack({name: b""})
    if name:
        with pytest.raises(VerificationError):
            unpack(zipped({name: b""}))


def test_links_bombs_and_crowds() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("records.jsonl")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(VerificationError):
        unpack(buffer.getvalue())
    with pytest.raises(VerificationError, match="compressed"):
        unpack(zipped({"bomb": bytes(50_000_000)}, zipfile.ZIP_DEFLATED))
    with pytest.raises(VerificationError, match="more than 1000"):
        unpack(zipped({f"{i}": b"" for i in range(1001)}))
    with pytest.raises(VerificationError, match=r"more than 1000|no plain end"):
        unpack(zipped({f"{i}": b"" for i in range(100_000)}))
    with pytest.raises(InputError):
        pack({"big": bytes(MAX_BYTES + 1)})


def test_a_packing_of_the_same_files_by_another_program_is_refused() -> None:
    with pytest.raises(VerificationError, match="canonical"):
        unpack(zipped(FILES))
    with pytest.raises(VerificationError, match=r"canonical|plain end"):
        unpack(pack(FILES) + b"hidden")
    with pytest.raises(VerificationError):
        unpack(b"hidden" + pack(FILES))


def test_members_that_share_their_bytes_are_refused_before_they_are_copied() -> None:
    """A thousand entries over the same 4 MB would be 4 GB in memory."""
    size = 4_000_000
    member = pack({"a": bytes(size)})[: 30 + 1 + size]
    entries = []
    for number in range(1000):
        path = b"%04d" % number
        head = struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, size, size, 4, 0, 0, 0, 0, 0, 0
        )
        entries.append(head + path)
    central = b"".join(entries)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1000, 1000, len(central), len(member), 0)
    tracemalloc.start()
    try:
        with pytest.raises(VerificationError, match="overlap"):
            unpack(member + central + end)
        assert tracemalloc.get_traced_memory()[1] < 5 * size
    finally:
        tracemalloc.stop()
