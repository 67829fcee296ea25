"""A capture as one WARC file (ISO 28500, WARC/1.1), compressed record by record.

warcio writes SHA-1 digests unless told otherwise; ours are SHA-256. They are not keyed: who edits a
WARC can count them anew. What makes the file checkable is its own SHA-256 in the log.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO

from rempart.connect.outbound import Answer
from rempart.errors import MissingExtraError
from rempart.model.moments import written

PICTURE = "urn:rempart:picture:"
RENDERED = "urn:rempart:rendered:"
RECORD = "urn:rempart:capture:"


def write_warc(
    url: str,
    method: str,
    answer: Answer,
    at: datetime,
    record: Mapping[str, Any],
    picture: bytes | None,
    document: bytes | None,
) -> bytes:
    """The file; needs the extra `capture`. `record`: the points of it (JSON); `at` in UTC."""
    try:
        from warcio.statusandheaders import StatusAndHeaders
        from warcio.warcwriter import WARCWriter
    except ImportError as error:
        raise MissingExtraError("capturing pages", "capture") from error

    class Writer(WARCWriter):  # type: ignore[misc]
        def _create_digester(self) -> Any:
            from warcio.utils import Digester

            return Digester("sha256")

    heard = answer.heard
    assert heard is not None
    out = io.BytesIO()
    writer = Writer(out, gzip=True, warc_version="WARC/1.1")
    common = {"WARC-Date": written(at)}
    writer.write_record(
        writer.create_warcinfo_record("capture.warc.gz", {"software": record["software"]})
    )
    target = url.split("#", 1)[0]
    path = "/" + target.split("://", 1)[1].partition("/")[2]
    sent = StatusAndHeaders(
        f"{method} {path} {heard.http_version}", _headers(heard.sent), is_http_request=True
    )
    request = writer.create_warc_record(
        target, "request", payload=io.BytesIO(), http_headers=sent, warc_headers_dict=common
    )
    told = StatusAndHeaders(
        f"{answer.status} {heard.reason}".strip(),
        _headers(heard.headers),
        protocol=heard.http_version,
    )
    response = writer.create_warc_record(
        target,
        "response",
        payload=io.BytesIO(heard.raw),
        http_headers=told,
        warc_headers_dict={**common, "WARC-IP-Address": heard.address},
    )
    writer.write_request_response_pair(request, response)
    resources = [
        (RECORD, json.dumps(record, ensure_ascii=False).encode(), "application/json"),
        (PICTURE, picture, "image/png"),
        (RENDERED, document, "text/html; charset=utf-8"),
    ]
    for name, content, kind in resources:
        if content is not None:
            writer.write_record(
                writer.create_warc_record(
                    name + target,
                    "resource",
                    payload=io.BytesIO(content),
                    warc_content_type=kind,
                    warc_headers_dict=common,
                )
            )
    return out.getvalue()


def _headers(raw: tuple[tuple[bytes, bytes], ...]) -> list[tuple[str, str]]:
    """As they came; a transfer coding is renamed, as the body stands here without it."""
    named = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
    return [
        (f"x-orig-{name}" if name.lower() == "transfer-encoding" else name, value)
        for name, value in named
    ]


def picture_in(warc: BinaryIO) -> bytes | None:
    """The picture that `write_warc` put there; None without one."""
    try:
        from warcio.archiveiterator import ArchiveIterator
    except ImportError as error:
        raise MissingExtraError("reading captured pages", "capture") from error
    for one in ArchiveIterator(warc):
        if (one.rec_headers.get_header("WARC-Target-URI") or "").startswith(PICTURE):
            content: bytes = one.content_stream().read()
            return content
    return None
