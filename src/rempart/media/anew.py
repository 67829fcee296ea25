"""HEIC and AVIF written anew: decoded, turned upright, and coded again from the bare pixels.

Rules of this module:

1. The decoder works in a process of its own with limits on memory and time, because it reads
   strangers' bytes in C. The file goes there and back through pipes, never over a disk.
2. Nothing of the old file reaches the new one but the pixels and the colour profile (cleaned).
3. The encoder's quality is high (90); the pixels are not the same, and the answer says so.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from typing import Final

from rempart.media.finding import Format, MediaError, NeedsExtraError

QUALITY: Final = 90
SECONDS: Final = 60
MEMORY: Final = 4 << 30


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("pillow_heif") is not None


def written_anew(data: bytes, format: Format) -> bytes:
    """The same picture as a fresh file of the same format."""
    if not available():
        raise NeedsExtraError(
            f"{format.value.upper()} photos can be looked at here, but not cleaned",
            next_step="whoever runs this service can add it: pip install 'rempart[media]'; "
            "or save the photo as JPEG or PNG first",
        )
    command = [sys.executable, "-I", "-m", "rempart.media.anew_child", format.value]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell, fixed words
            command, input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise MediaError("this photo took too long to read") from None
    if done.returncode != 0 or not done.stdout:
        raise MediaError("this photo cannot be decoded", next_step="choose another file")
    return done.stdout
