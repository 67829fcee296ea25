"""A command that gives something out of the log leaves an entry there (`disclose.given_out`).

With the folder free the command writes it itself and signs a checkpoint over it; beside a running
service it leaves a note that the service takes up. Where neither can be written it refuses, unless
it is told `--unrecorded`.
"""

from __future__ import annotations

import os
import pwd
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click

from rempart.disclose.given_out import (
    REFUSED,
    Given,
    ask_seal,
    leave,
    note,
    take_up,
    waiting,
)
from rempart.engine.embedded.notary import Notary
from rempart.engine.start import Lock
from rempart.errors import InputError, RempartError, StoreError
from rempart.log.keys import read_signer
from rempart.store.interface import Tables
from rempart.store.sqlite.store import SqliteStore

SEAL_SECONDS = 10.0
"""The service looks every second, and waits six for authorities and witnesses."""

unrecorded_option = click.option(
    "--unrecorded",
    is_flag=True,
    help="Also when the log cannot be told of it: nobody will see there that this was made.",
)


class Recorded(NamedTuple):
    """`how`: `entry` (of that number), `note` (the service takes it up), or `not`."""

    how: str
    entry: int | None = None

    @property
    def told(self) -> str:
        if self.how == "entry":
            return f"entry {self.entry} of the log tells of it"
        if self.how == "note":
            return "the service that runs on this folder writes the entry within seconds"
        return "not recorded: neither the log nor the console will show that this was made"

    def as_json(self) -> dict[str, Any]:
        return {"how": self.how, "entry": self.entry}


def who() -> str:
    """The user of the operating system, by the process and not by what its environment says."""
    try:
        return f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"os:{os.getuid()}"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def check(data: Path, *, unrecorded: bool) -> None:
    """Before the work: InputError when the log could not be told of its outcome."""
    if not unrecorded and not os.access(data, os.W_OK | os.X_OK):
        raise _refused(data)


def given(data: Path, one: Given, *, unrecorded: bool) -> Recorded:
    """Tells the log, before the output is written. InputError: it cannot be told."""
    if unrecorded:
        return Recorded("not")
    try:
        with alone(data) as store:
            if store is None:
                leave(data, one)
                return Recorded("note")
            return Recorded("entry", _noted(data, store, one))
    except OSError as error:
        raise _refused(data) from error


def sealed_by_service(data: Path) -> bool:
    """Waits until the service that works here has sealed its log; False: not in this time."""
    try:
        asked = ask_seal(data)
    except OSError:
        return False
    end = time.monotonic() + SEAL_SECONDS
    while asked.exists() and time.monotonic() < end:
        time.sleep(0.05)
    done = not asked.exists()
    asked.unlink(missing_ok=True)
    return done


def _noted(data: Path, store: SqliteStore, one: Given) -> int:
    """Whatever waits goes first; what is no note is put aside and told, as the service does."""
    try:
        notary = Notary(data, read_signer(data))
    except RempartError:
        notary = None
    paths = waiting(data)
    with signed_step(store, notary) as tables:
        refused = [path for path in paths if _is_refused(tables, path)]
        seq = note(tables, one)
    for path in paths:
        if path in refused:
            path.replace(path.with_name(path.name + REFUSED))
        else:
            path.unlink()
    return seq


def _is_refused(tables: Tables, path: Path) -> bool:
    try:
        take_up(tables, path)
    except InputError as error:
        click.echo(f"put aside: {error.diagnostics()}", err=True)
        return True
    return False


@contextmanager
def signed_step(store: SqliteStore, notary: Notary | None) -> Iterator[Tables]:
    """One transaction, with a checkpoint signed over what it wrote; None: there is no key."""
    with store.begin() as tables:
        if notary is not None:
            notary.check(tables)
        yield tables
        if notary is not None:
            notary.sign(tables, now_ms())
    if notary is not None:
        notary.committed()


@contextmanager
def alone(data: Path) -> Iterator[SqliteStore | None]:
    """The store for writing; None while a service, or another command, holds the folder. OSError:
    nobody may write here."""
    try:
        lock = Lock(data)
    except StoreError:
        yield None
        return
    try:
        store = SqliteStore.open(data / "rempart.db")
        try:
            yield store
        finally:
            store.close()
    finally:
        lock.release()


def _refused(data: Path) -> InputError:
    return InputError(
        "this folder cannot be written, so that its log would not know of this output",
        where=str(data),
        next_step="run it as the user of the service, or add --unrecorded and say so to whom you"
        " give it",
    )
