"""FAULTS row 12: a hostile zip is refused, whatever it hides; ours has one form only."""

from __future__ import annotations

import io
import stat
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
