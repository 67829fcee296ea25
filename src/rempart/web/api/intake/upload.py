"""A photo on its way in: bytes in memory, never on a disk, within limits.

The framework would spool an upload of more than a megabyte into a temporary file; a photo that
somebody checks before posting it must not be written anywhere. So the body is read here, part by
part, as it arrives (multipart/form-data, RFC 7578, or the bare file).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Final, NamedTuple

from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from rempart.errors import InputError
from rempart.media.finding import MAX_BYTES
from rempart.web.api.often import Often
from rempart.web.api.request import AnyRequest
from rempart.web.auth.network import from_network
from rempart.web.failures import BusyError, TooLargeError, WrongTypeError

BODY_LIMIT: Final = MAX_BYTES + 64 * 1024
"""The photo, and what a form has around it."""
PATHS: Final = ("/photo", "/api/v1/media/check")
MOST_FIELD: Final = 256
MOST_PARTS: Final = 8
IN_MEMORY: Final = 6 * MAX_BYTES
"""Of all uploads under way or waiting for their turn; beyond it the next is asked to wait."""
AT_ONCE: Final = 2
"""So many photos are looked at at the same time; the others wait their turn."""
CHECKS: Final = 40
PER_SECONDS: Final = 600.0


class Upload(NamedTuple):
    """`photo`: the bytes of the file; `fields`: the other fields of the form."""

    photo: bytes
    fields: dict[str, str]


class Photos:
    """How many photos one address may send, and how much is held at once. Addresses are kept for
    ten minutes under a key of this process, so that none is stored; times are monotonic seconds."""

    def __init__(self) -> None:
        self._often = Often(CHECKS, PER_SECONDS)
        self.held = 0
        self.working = asyncio.Semaphore(AT_ONCE)

    def wait(self, address: str, now: float) -> float:
        """0 when it is taken (and counted), else the seconds until it would be. A loopback address
        is a proxy's, or nobody's: it is not counted."""
        try:
            if ip_address(address).is_loopback:
                return 0.0
        except ValueError:
            pass
        return self._often.wait(address.encode(), now)


@asynccontextmanager
async def uploaded(request: AnyRequest) -> AsyncIterator[Upload]:
    """The whole upload, counted among what is held until its answer is made: it waits in memory for
    its turn. BusyError, TooLargeError, WrongTypeError, or InputError for a broken form or one
    without a file."""
    photos: Photos = request.app.state.photos
    wait = photos.wait(from_network(request.client), time.monotonic())
    if wait > 0:
        raise BusyError("many photos came from here just now", retry_after=wait)
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" and not kind.startswith(("image/", "application/octet")):
        raise WrongTypeError(
            "send the photo as a form with a file, or bare with its image type",
            where="content-type",
        )
    form = _Form(options.get("boundary", "")) if kind == "multipart/form-data" else None
    bare = bytearray()
    held = 0
    try:
        try:
            async for chunk in request.stream():
                held += len(chunk)
                photos.held += len(chunk)
                if photos.held > IN_MEMORY:
                    raise BusyError("too many photos are being looked at", retry_after=5)
                if form is not None:
                    form.take(chunk)
                else:
                    bare += chunk
                    if len(bare) > MAX_BYTES:
                        raise too_large()
        except HTTPException as error:
            if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
                raise too_large() from None
            raise
        upload = form.upload() if form is not None else Upload(bytes(bare), {})
        del form, bare
        yield upload
    finally:
        photos.held -= held


def too_large() -> TooLargeError:
    return TooLargeError(
        f"the photo is larger than {MAX_BYTES >> 20} MB", next_step="choose a smaller one"
    )


class _Form:
    """A form as it arrives: one file, and a few short fields."""

    def __init__(self, boundary: str) -> None:
        try:
            self._parser = PushMultipartParser(
                boundary, max_segment_size=BODY_LIMIT, max_segment_count=MOST_PARTS
            )
        except (MultipartError, UnicodeError) as error:
            raise _broken() from error
        self._part: MultipartSegment | None = None
        self._photo: bytearray | None = None
        self._into = bytearray()
        self._fields: dict[str, str] = {}

    def take(self, chunk: bytes) -> None:
        if not chunk:
            return
        try:
            for event in self._parser.parse(chunk):
                if isinstance(event, MultipartSegment):
                    self._part, self._into = event, bytearray()
                elif event is None:
                    self._end_part()
                else:
                    self._into += event
                    self._check()
        except (MultipartError, UnicodeError) as error:
            if len(self._into) > MAX_BYTES:
                raise too_large() from error
            raise _broken() from error

    def _check(self) -> None:
        is_file = self._part is not None and self._part.filename is not None
        if len(self._into) > (MAX_BYTES if is_file else MOST_FIELD):
            raise too_large()

    def _end_part(self) -> None:
        part = self._part
        if part is None:
            return
        if part.filename is not None:
            if self._photo is None:
                self._photo = self._into
        elif part.name:
            self._fields[part.name] = bytes(self._into).decode("utf-8", "replace")
        self._part = None

    def upload(self) -> Upload:
        try:
            self._parser.close()
        except MultipartError as error:
            raise _broken() from error
        if not self._photo:
            raise InputError("no photo was chosen", where="photo", next_step="choose a file")
        return Upload(bytes(self._photo), self._fields)


def _broken() -> InputError:
    return InputError("the form cannot be read", where="body", next_step="send it again")
