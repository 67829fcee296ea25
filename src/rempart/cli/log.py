"""`rempart log`: the log's signed checkpoint, its key, its full check."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from rempart.cli.attested import as_json as told_as_json
from rempart.cli.attested import screen_of, timestamp_lines, witness_lines
from rempart.cli.verify import DATABASE, kept_checkpoint
from rempart.engine.embedded.notary import Notary
from rempart.engine.start import Lock
from rempart.errors import InputError, StoreError
from rempart.log.checkpoint import open_checkpoint
from rempart.log.keys import read_public, read_signer
from rempart.log.scrub import ScrubReport
from rempart.log.scrub import scrub as scrub_log
from rempart.store.sqlite.store import SqliteStore

_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the service.",
)
_json = click.option("--json", "as_json", is_flag=True, help="The result as JSON.")


@click.group(epilog="Example: rempart log checkpoint --data data")
def log() -> None:
    """The append-only log: its signed checkpoint, its key, its full check."""


@log.command(epilog="Example: rempart log checkpoint --data data > checkpoint.txt")
@_data
@_json
def checkpoint(data: Path, as_json: bool) -> None:
    """Prints the newest signed checkpoint: size and root of the log, to be kept elsewhere.

    Signs a new one first if there are newer entries and no service is running on the folder (a
    running service signs every minute by itself).
    """
    _require_store(data)
    note = _sign_if_idle(data) or _newest(data)
    if not as_json:
        click.echo(note, nl=False)
        return
    found = open_checkpoint(note, read_public(data))
    click.echo(
        json.dumps(
            {"origin": found.origin, "size": found.size, "root": found.root.hex(), "note": note},
            indent=1,
        )
    )


@log.command(epilog="Example: rempart log key --data data")
@_data
@_json
def key(data: Path, as_json: bool) -> None:
    """Prints the log's public key and its fingerprint: publish both where people find them."""
    public = read_public(data)
    if as_json:
        click.echo(json.dumps({"vkey": public.vkey, "fingerprint": public.fingerprint}, indent=1))
    else:
        click.echo(f"{public.vkey}\n{public.fingerprint}")


@log.command(epilog="Example: rempart log scrub --data data")
@_data
@_json
def scrub(data: Path, as_json: bool) -> int:
    """Checks every entry, body and tile of the log against its newest signed checkpoint.

    Exit 1 when anything was changed, cut or damaged; each finding on its own line.
    """
    _require_store(data)
    store = SqliteStore.open_for_reading(data / DATABASE)
    try:
        with store.read() as tables, _bar() as progress:
            found = scrub_log(
                tables.log, read_public(data), kept=kept_checkpoint(data), progress=progress
            )
    finally:
        store.close()
    click.echo(_as_json(found) if as_json else _for_people(found))
    return 1 if found.failed else 0


@log.command(epilog="Example: rempart log witness --data data")
@_data
@_json
def witness(data: Path, as_json: bool) -> None:
    """Who witnesses this log and which logs this community witnesses; the key and the address to
    give to another community (docs/log.md)."""
    _require_store(data)
    screen = screen_of(data)
    names = ("key", "witness_address", "witness_key", "witnesses", "witnessed")
    click.echo(told_as_json(screen, *names) if as_json else "\n".join(witness_lines(screen)))


@log.command(epilog="Example: rempart log timestamps --data data")
@_data
@_json
def timestamps(data: Path, as_json: bool) -> None:
    """The last token of each time-stamp authority, and what is pending since when."""
    _require_store(data)
    screen = screen_of(data)
    lines = told_as_json(screen, "authorities") if as_json else "\n".join(timestamp_lines(screen))
    click.echo(lines)


def _require_store(data: Path) -> None:
    if not (data / DATABASE).is_file():
        raise InputError(
            "there is no store here", where=str(data), next_step="name its folder with --data"
        )


def _sign_if_idle(data: Path) -> str | None:
    """Signs what is not signed yet, unless a service holds the folder (then None)."""
    try:
        lock = Lock(data)
    except StoreError:
        return None
    try:
        store = SqliteStore.open(data / DATABASE)
        try:
            notary = Notary(data, read_signer(data))
            with store.read() as tables:
                notary.check(tables)
                if tables.log.size() <= notary.size:
                    return None
            with store.begin() as tables:
                note = notary.sign(tables, time.time_ns() // 1_000_000)
            notary.committed()
            return note
        finally:
            store.close()
    finally:
        lock.release()


def _newest(data: Path) -> str:
    store = SqliteStore.open_for_reading(data / DATABASE)
    try:
        with store.read() as tables:
            last = tables.log.last_checkpoint()
    finally:
        store.close()
    if last is None:
        raise InputError("this log has no entry to sign yet", where=str(data))
    return last[1]


@contextmanager
def _bar() -> Iterator[Callable[[int], None]]:
    """How many entries were checked, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done: progress.advance(task, done)


def _for_people(found: ScrubReport) -> str:
    lines = [f"FAILED  {problem}" for problem in found.failed]
    lines += [
        f"{found.entries} entries, {found.signed} of them under a signed checkpoint,"
        f" {found.erased} without text (erased)",
        f"root {found.root.hex()}",
        "the log does not hold what it promised" if found.failed else "every entry holds",
    ]
    return "\n".join(lines)


def _as_json(found: ScrubReport) -> str:
    document = {**found._asdict(), "root": found.root.hex(), "verified": not found.failed}
    return json.dumps(document, indent=1, ensure_ascii=False)
