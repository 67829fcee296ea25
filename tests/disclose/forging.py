"""Tools of a stranger and of a forger: verifying alone, and signing anew what was changed."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from incident import Incident

from rempart.cli.verify import verify as verify_command
from rempart.log.note import sign

Files = dict[str, bytes]


def unpacked(files: Files, folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The dossier's own verifier, as a stranger runs it."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )


def rempart(*arguments: str | Path) -> Result:
    return CliRunner().invoke(verify_command, list(map(str, arguments)), standalone_mode=False)


Change = Callable[[Files], None]


def forged(files: Files, incident: Incident, change: Change) -> Files:
    files = dict(files)
    change(files)
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {
        name: hashlib.sha256(data).hexdigest()
        for name, data in files.items()
        if not name.startswith("manifest.")
    }
    text = json.dumps(manifest).encode()
    files["manifest.json"] = text
    digest = base64.b64encode(hashlib.sha256(text).digest()).decode()
    name = incident.signer.name
    note = sign(f"{name}/dossier\n{manifest['case']}\n{digest}\n", incident.signer)
    files["manifest.sig"] = note.encode()
    return files


def edit_lines(name: str, edit: Callable[[list[Any]], None]) -> Change:
    def change(files: Files) -> None:
        lines = [json.loads(line) for line in files[name].splitlines()]
        edit(lines)
        files[name] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    return change


def edit_gaps(edit: Callable[[dict[str, Any]], None]) -> Change:
    def change(files: Files) -> None:
        gaps = json.loads(files["gaps.json"])
        edit(gaps)
        files["gaps.json"] = json.dumps(gaps).encode()

    return change
