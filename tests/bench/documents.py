"""Dossiers as documents: CPU seconds and memory of `rempart case export -o F.pdf`, start included.

Goals: 2,000 messages made and signed in 5 s of CPU and 400 MB; 20,000, in volumes, in 60 s.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "disclose"))

from incident import build

SIZES = (2_000, 20_000)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        for messages in SIZES:
            data = Path(name) / str(messages)
            data.mkdir()
            build(data, chat=messages, bots=messages).store.close()
            for form in ("zip", "pdf"):
                print(_export(data, messages, form))


def _export(data: Path, messages: int, form: str) -> str:
    out = data / f"out.{form}"
    command = [
        sys.executable, "-m", "rempart.cli", "case", "export", "--latest",
        "--data", str(data), "-o", str(out), "--lang", "fr",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    files = sorted(data.glob(f"out*.{form}"))
    size = sum(file.stat().st_size for file in files) / 1e6
    cpu = usage.ru_utime + usage.ru_stime
    return (
        f"{messages:>6,} messages as {form}: {len(files):>2} file(s), {size:5.1f} MB, "
        f"{cpu:5.1f} s CPU, {usage.ru_maxrss / 1024:4.0f} MB"
    )


if __name__ == "__main__":
    main()
