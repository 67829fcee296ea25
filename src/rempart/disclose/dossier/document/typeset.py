"""From blocks to bytes: one PDF/A-3b and PDF/UA-1 document by typst, without this machine's fonts.

Rules kept here: the compiler sees one fresh folder with the templates, the data and the attachment,
and can read nothing above it; it uses the fonts shipped here and those inside typst, never those of
this machine; templates import no packages, so nothing is fetched; the same data gives the same
bytes. typst refuses what would not be PDF/A-3b or PDF/UA-1: then nothing is written.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from rempart.errors import InputError, RempartError

STANDARDS: Final = ("a-3b", "ua-1")
TEMPLATES: Final = ("document.typ", "charts.typ")


def typeset(data: Mapping[str, Any], attachment: bytes | None, at: datetime) -> bytes:
    """The document of this data; `at`: the time it says it was made at."""
    typst = _library()
    with tempfile.TemporaryDirectory(prefix="rempart-document-") as name:
        folder = Path(name)
        for template in TEMPLATES:
            (folder / template).write_bytes(_template(template))
        (folder / "data.json").write_text(json.dumps(data, ensure_ascii=True), "ascii")
        if attachment is not None:
            (folder / "attachment.zip").write_bytes(attachment)
        with as_file(files(__package__) / "fonts") as fonts:
            try:
                compiler = typst.Compiler(
                    folder / "document.typ",
                    root=folder,
                    font_paths=[fonts],
                    ignore_system_fonts=True,
                    package_path=folder / "none",
                    package_cache_path=folder / "none",
                )
                made = compiler.compile(
                    format="pdf", pdf_standards=list(STANDARDS), timestamp=int(at.timestamp())
                )
            except typst.TypstError as error:
                raise RempartError(
                    f"the document could not be set: {str(error)[:300]}",
                    next_step="export the zip, and report this",
                ) from error
    assert isinstance(made, bytes)
    return made


def _library() -> Any:
    try:
        import typst
    except ImportError as error:
        raise InputError(
            "a PDF needs the extra *documents*",
            next_step="pip install 'rempart[documents]', or export a zip",
        ) from error
    return typst


@lru_cache(maxsize=4)
def _template(name: str) -> bytes:
    return (files(__package__) / "template" / name).read_bytes()
