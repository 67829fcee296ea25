"""Log lines of the service: one JSON object per line, everything outside ASCII escaped.

A newline, an escape sequence or a bidirectional control in a name or a path therefore cannot forge
a line or repaint a terminal (FAULTS row 19). Paths are logged without query; no body, no token, no
receipt and no address of a client is ever logged.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        text = json.dumps(line, ensure_ascii=True, default=str)
        return text.replace("\x7f", "\\u007f")


def log_to_stderr(level: int = logging.INFO) -> None:
    """Takes the place of whatever handlers the root logger has."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # uvicorn tells its own starting and stopping in six lines; the service says what matters.
    for name in ("httpx", "httpcore", "asyncio", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)
