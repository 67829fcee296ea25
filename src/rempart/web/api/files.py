"""Files as lists name them and as they are taken away."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from litestar import Response

from rempart.disclose.yearly.files import packed
from rempart.errors import NotFoundError

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ANY = "application/octet-stream"


class FileView(msgspec.Struct, frozen=True):
    """`size` in bytes."""

    name: str
    size: int


def file_views(files: Mapping[str, bytes]) -> list[FileView]:
    return [FileView(name, len(data)) for name, data in files.items()]


def file_answer(files: Mapping[str, bytes], name: str, whole: str) -> Response[bytes]:
    """One file, or under the name `whole` all of them as a zip. NotFoundError: there is none."""
    data = packed(files) if name == whole else files.get(name)
    if data is None:
        raise NotFoundError("there is no such file", where=name)
    return download(data, name, type_of(name))


def type_of(name: str) -> str:
    """The media type, by the ending."""
    return _TYPES.get(name.rpartition(".")[2], _ANY)


def download(data: bytes, name: str, kind: str) -> Response[bytes]:
    """To be kept by nobody on the way."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(data, media_type=kind, headers=headers)
