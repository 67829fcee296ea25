"""The process that sets one document (see `typeset`): a folder in, a PDF on standard output.

A process of its own: what the compiler keeps in memory ends with it, so that a row of volumes costs
as much as one; a text that would break the compiler breaks nothing else; and its time is limited.
It imports nothing of Rempart: it is run by its path.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import typst

CPU_SECONDS = 120
STANDARDS: list[typst.PDFStandard] = ["a-3b", "ua-1"]


def main() -> int:
    folder, fonts, at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    os.nice(5)  # messages go before documents
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    compiler = typst.Compiler(
        str(folder / "document.typ"),
        root=str(folder),
        font_paths=[fonts],
        ignore_system_fonts=True,
        package_path=str(folder / "none"),
        package_cache_path=str(folder / "none"),
    )
    try:
        made = compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=at)
    except typst.TypstError as error:
        print(str(error)[:300], file=sys.stderr)  # noqa: T201 - to the parent
        return 1
    assert isinstance(made, bytes)
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
