"""From blocks to bytes: one PDF/A-3b and PDF/UA-1 document by typst, without this machine's fonts.

Rules kept here: the compiler runs in a process of its own (`typeset_child`), sees one fresh folder
with the templates, the data and the attachment, and can read nothing above it; it uses the fonts
shipped here and those inside typst, never those of this machine; templates import no packages, so
nothing is fetched; the same data gives the same bytes. typst refuses what would not be PDF/A-3b or
PDF/UA-1: then nothing is written. What is in a case touches no disk: where the system has files in
memory (Linux), the folder only points to them, so that a machine that stops leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import lru_cache
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from rempart.errors import MissingExtraError, RempartError
from rempart.store.own_folders import own_folder

SECONDS: Final = 600
TEMPLATES: Final = ("document.typ", "charts.typ")


def typeset(data: Mapping[str, Any], attachment: bytes | None, at: datetime) -> bytes:
    """The document of this data; `at`: the time it says it was made at."""
    require_extra()
    with own_folder("document") as folder:
        for template in TEMPLATES:
            (folder / template).write_bytes(_template(template))
        given = {"data.json": json.dumps(data, ensure_ascii=True).encode("ascii")}
        if attachment is not None:
            given["attachment.zip"] = attachment
        here = files(__package__)
        with (
            _put(folder, given) as open_files,
            as_file(here / "fonts") as fonts,
            as_file(here / "typeset_child.py") as child,
        ):
            stamp = str(int(at.timestamp()))
            done = subprocess.run(  # noqa: S603 - our own script, no shell
                [sys.executable, "-I", str(child), str(folder), str(fonts), stamp],
                capture_output=True,
                timeout=SECONDS,
                check=False,
                pass_fds=open_files,
            )
    if done.returncode != 0 or not done.stdout:
        raise RempartError(
            f"the document could not be set: {done.stderr.decode(errors='replace')[-300:]}",
            next_step="export the zip, and report this",
        )
    return done.stdout


@contextmanager
def _put(folder: Path, given: Mapping[str, bytes]) -> Iterator[list[int]]:
    """The files by name in the folder, read by the process that inherits these descriptors."""
    if not hasattr(os, "memfd_create"):
        for name, data in given.items():
            (folder / name).write_bytes(data)
        yield []
        return
    with ExitStack() as stack:
        found: list[int] = []
        for name, data in given.items():
            file = stack.enter_context(os.fdopen(os.memfd_create(name), "wb"))
            file.write(data)
            file.flush()
            found.append(file.fileno())
            (folder / name).symlink_to(f"/proc/self/fd/{file.fileno()}")
        yield found


def require_extra() -> None:
    """MissingExtraError when what makes documents is not installed."""
    if any(find_spec(name) is None for name in ("typst", "pyhanko")):
        raise MissingExtraError("a PDF", "documents", instead="export a zip")


@lru_cache(maxsize=4)
def _template(name: str) -> bytes:
    return (files(__package__) / "template" / name).read_bytes()
