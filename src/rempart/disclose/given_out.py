"""What was given out of the log leaves an entry: who made it, what was asked, as of when, the hash
of every file. The same for a page of the console and for a command.

Rules kept here:

1. One function writes the entry and the row that finds it again (`note`), for every output.
2. A command beside a running service cannot write into the log: it leaves a note in the folder
   `given-out` of the data (mode 0600, written whole before the output is), and the service takes it
   up within seconds; so does the next command that has the folder for itself. A note is taken up
   once, however often its file is read.
3. Before such a command reads a case it asks the service, in the same folder, to have the log
   signed, dated and cosigned (`ask_seal`), so that its dossier is not *pending* for want of asking.
4. Who made it by a command is the operating system's user, as given there: `os:name`. It is no
   pseudonym of the console and proves no more than the machine does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.evidence.custody import note_access
from rempart.errors import InputError
from rempart.store.interface import Tables
from rempart.store.interface.given_out import GivenRow

COURT: Final = "court-dossier"
YEARLY: Final = "yearly-draft"
STATEMENTS: Final = "statements"
CASE: Final = "case"
WHAT: Final = (COURT, YEARLY, STATEMENTS, CASE)
FOLDER: Final = "given-out"
LONGEST: Final = 1 << 20
REFUSED: Final = ".refused"
SEAL: Final = ".seal"


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One output. `what`: one of `WHAT`; `asked`: the options that made it; `files`: SHA-256 by
    name; `case`: the case it is about, else empty."""

    what: str
    by: str
    at_ms: int
    as_of: int
    asked: dict[str, str | int | bool | list[str]]
    files: dict[str, str]
    case: str = ""


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: sha256(data).hexdigest() for name, data in files.items()}


def note(tables: Tables, given: Given, *, digest: str | None = None) -> int:
    """Writes entry and row; returns the entry. `digest`: of the note it was taken up from."""
    if given.what == COURT:
        seq = _note_court(tables, given)
    elif given.what == CASE and tables.cases.get(given.case) is not None:
        seq = _note_case(tables, given)
    else:
        told = {
            "what": given.what,
            "by": given.by,
            "at": rfc3339(given.at_ms),
            "as_of": given.as_of,
            "asked": given.asked,
            "files": given.files,
        }
        seq = record(tables, [(None, entry("given-out", told))])
    kept = msgspec.json.encode({"asked": given.asked, "files": given.files}).decode()
    row = GivenRow(seq, given.at_ms, given.what, given.by, given.as_of, kept, digest)
    tables.given_out.add(row)
    return seq


def _note_court(tables: Tables, given: Given) -> int:
    asked = given.asked
    dossier = {
        "by": given.by,
        "at": rfc3339(given.at_ms),
        "from": asked.get("from"),
        "until": asked.get("until"),
        "language": asked.get("language"),
        "offences": asked.get("offences"),
        "jurisdiction": asked.get("jurisdiction"),
        "as_of": given.as_of,
        "root": asked.get("root"),
        "key_of_pseudonyms": asked.get("key_of_pseudonyms"),
        "files": given.files,
    }
    return record(tables, [(None, entry("court-dossier", dossier))])


def _note_case(tables: Tables, given: Given) -> int:
    """The access entry that an export of a case leaves everywhere."""
    said = {key: str(value) for key, value in given.asked.items() if key != "by"}
    return note_access(
        tables,
        given.case,
        "exported",
        str(given.asked.get("by") or given.by),
        given.at_ms,
        files=list(given.files.values()),
        os_user=given.by,
        reason=said.get("reason"),
        edition=said.get("edition"),
        recipient=said.get("recipient"),
        capacity=said.get("capacity"),
        mandate=said.get("mandate"),
        form=said.get("form"),
    )


# -- notes of commands beside a service ----------------------------------------------------------


def leave(data: Path, given: Given) -> Path:
    """A note for the service. OSError: it cannot be written there. InputError: longer than the
    service takes up, so that the output would stand nowhere."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    content = msgspec.json.encode(given)
    if len(content) > LONGEST:
        raise InputError("this asks for more than a note of it can say", next_step="say it shorter")
    name = folder / f"{given.at_ms}-{sha256(content).hexdigest()[:16]}.json"
    fresh = name.with_suffix(".part")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(name)
    _sync(folder)
    return name


def waiting(data: Path) -> list[Path]:
    """Notes that were not taken up yet, the oldest first."""
    return _left(data, ".json")


def ask_seal(data: Path) -> Path:
    """Asks the service to seal the log as it is now; when that is done it removes this file.
    OSError: it cannot be asked."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{time.time_ns()}-{os.getpid()}{SEAL}"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def seals_asked(data: Path) -> list[Path]:
    return _left(data, SEAL)


def _left(data: Path, ending: str) -> list[Path]:
    try:
        names = [one.name for one in os.scandir(data / FOLDER) if one.name.endswith(ending)]
    except FileNotFoundError:
        return []
    return [data / FOLDER / name for name in sorted(names)]


def take_up(tables: Tables, path: Path) -> int | None:
    """The entry of a note; None: it was taken up before. Its file is removed by the caller, after
    the transaction. InputError: it is no note."""
    if path.stat().st_size > LONGEST:
        raise InputError("a note of an output is not that long", where=str(path))
    content = path.read_bytes()
    digest = sha256(content).hexdigest()
    if tables.given_out.known(digest):
        return None
    try:
        given = msgspec.json.decode(content, type=Given)
    except msgspec.MsgspecError as error:
        raise InputError(f"this is no note of an output: {error}", where=str(path)) from None
    if given.what not in WHAT:
        raise InputError("there is no such output", where=str(path))
    return note(tables, given, digest=digest)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
