"""`rempart erase`: what is asked, held and kept, and a search for what should be gone.

It only reads. Asking and confirming are done by two signed-in people on the page *Erasure*: whoever
has a shell here would otherwise be both of them.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from rempart.errors import InputError

_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the service; it may be running.",
)
_json = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")


@click.group(epilog="Example: rempart erase list --data data")
def erase() -> None:
    """Erasure: requests, holds, retention, and a search for residues."""


@erase.command("list", epilog="Example: rempart erase list --data data --json")
@_data
@_json
def list_(data: Path, *, as_json: bool) -> None:
    """Requests for erasure and holds, with what stands against them and until when."""
    from rempart.cases.entries import rfc3339
    from rempart.store.sqlite.store import SqliteStore

    store = SqliteStore.open_for_reading(_store(data))
    try:
        with store.read() as tables:
            requests = [row._asdict() for row in tables.erasure.rows()]
            holds = [row._asdict() for row in tables.erasure.holds()]
    finally:
        store.close()
    for row in (*requests, *holds):
        for name in [name for name in row if name.endswith("_ms")]:
            at_ms = row.pop(name)
            row[f"{name[:-3]}_at"] = None if at_ms is None else rfc3339(at_ms)
    for row in requests:
        row["counts"] = json.loads(row["counts"])
    if as_json:
        click.echo(json.dumps({"requests": requests, "holds": holds}, indent=1))
        return
    for row in requests:
        click.echo(_request_line(row))
    for row in holds:
        ends = "lifted " + row["lifted_at"] if row["lifted_at"] else "until " + row["until_at"]
        click.echo(f"{row['id']}  hold ({row['kind']}) on {row['covers']} {row['subject']}  {ends}")
    if not requests and not holds:
        click.echo("no request and no hold")


@erase.command(epilog="Example: rempart erase windows --data data")
@_data
@_json
def windows(data: Path, *, as_json: bool) -> None:
    """How long each kind of material is kept, with its bounds and its legal source."""
    from rempart.engine.settings import load_engine_settings

    found = load_engine_settings(data).retention.windows(str(data / "settings.toml"))
    if as_json:
        told = [
            {"key": one.key, "days": one.days, "least": one.least, "most": one.most,
             "source": one.source}
            for one in found.values()
        ]  # fmt: skip
        click.echo(json.dumps({"windows": told}, indent=1))
        return
    for one in found.values():
        click.echo(f"{one.key:10} {one.days:5} days ({one.least}–{one.most})  {one.source}")


@erase.command(epilog="Example: rempart erase search 'a rare word' --data data")
@click.argument("words", nargs=-1, required=True)
@_data
@_json
def search(words: tuple[str, ...], data: Path, *, as_json: bool) -> int:
    """Looks for WORDS in every byte below the folder: plain, escaped, UTF-16, base64, packed.

    Exit 1 when one is found. What is encrypted is not opened: after an erasure its keys are gone.
    """
    from rempart.store.residues import residues

    if any(len(word) < 4 for word in words):
        raise InputError(
            "such a short word is found everywhere by chance", next_step="look for 4 or more"
        )
    if not data.is_dir():
        raise InputError("there is no such folder", where=str(data), next_step="--data FOLDER")
    began = time.monotonic()
    found = residues(data, words)
    if as_json:
        click.echo(json.dumps({"found": found}, indent=1))
    else:
        for one in found:
            click.echo(one)
        spent = time.monotonic() - began
        click.echo(f"{len(found)} found in {spent:.1f} s" if found else "not found", err=True)
    return 1 if found else 0


def _store(data: Path) -> Path:
    from rempart.engine.embedded import STORE_FILE

    path = data / STORE_FILE
    if not path.is_file():
        raise InputError(
            "there is no store here", where=str(data), next_step="name its folder with --data"
        )
    return path


def _request_line(row: dict[str, Any]) -> str:
    line = f"{row['id']}  {row['kind']} {row['subject'] or '(erased)'}  {row['state']}"
    if row["state"] == "needed":
        return f"{line}: {row['needed_for']} until {row['needed_until_at']}"
    if row["state"] == "waiting":
        return f"{line}: carried out on {row['due_at']}"
    return line
