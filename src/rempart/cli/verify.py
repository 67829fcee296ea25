"""`rempart verify`: a dossier or a log, offline. Nothing is written, nothing is asked of anyone."""

from __future__ import annotations

import json
from pathlib import Path

import apsw
import click

from rempart.disclose.dossier.archive import MAX_BYTES, is_zip, unpack
from rempart.disclose.dossier.source_proofs import check_proofs
from rempart.disclose.dossier.verify import (
    UNPROVEN,
    Files,
    Refused,
    Report,
    lines_of,
    read_folder,
    zip_in_pdf,
)
from rempart.disclose.dossier.verify import verify as verify_dossier
from rempart.engine.embedded.notary import KEPT_FILE
from rempart.errors import InputError, VerificationError
from rempart.log.keys import KEYS_FOLDER, read_public
from rempart.log.note import PublicKey
from rempart.log.scrub import scrub
from rempart.store.sqlite.connection import open_reader
from rempart.store.sqlite.log import LoneLog
from rempart.store.sqlite.store import SqliteStore
from rempart.store.sqlite.subject_keys import KEYS_FILE

DATABASE = "rempart.db"
_SQLITE = b"SQLite format 3\0"


@click.command(epilog="Example: rempart verify dossier.zip --key chat.example.org/log+0a1b2c3d+AX…")
@click.argument("file", metavar="F", type=click.Path(exists=True, path_type=Path))
@click.option("--key", help="The key (vkey) that must have signed, or a file with it.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def verify(file: Path, key: str | None, as_json: bool) -> int:
    """Verifies F: a dossier (its zip, the PDF that holds it, its unpacked folder), or the log in
    the data folder of a service, or its rempart.db alone (then with --key, and without its texts).

    Exit 0 only if everything holds. Without --key that means: it is consistent in itself, but who
    signed it is not known.
    """
    report = check(file, read_key(key))
    if as_json:
        click.echo(as_object(report))
    else:
        for line in lines_of(report):
            click.echo("".join(c if c.isprintable() else "\ufffd" for c in line))
    return 1 if report.failed else 0


def check(file: Path, key: PublicKey | None) -> Report:
    """What holds and what doesn't; InputError when it is neither a dossier nor a log."""
    wanted = None if key is None else key.vkey
    if file.is_dir() and (file / "manifest.json").exists():
        try:
            return _whole(read_folder(file), wanted)
        except Refused as error:
            return _refused(str(error))
    if (file / DATABASE).is_file():
        return check_log(file, key)
    if file.is_file() and _is_store(file):
        return check_log(file.parent, key) if _has_keys(file) else check_lone(file, key)
    if file.is_file():
        return _check_file(file, wanted)
    raise InputError("neither a dossier (zip, PDF or folder) nor a data folder", where=str(file))


def _whole(files: Files, wanted: str | None, pdf: bytes = b"") -> Report:
    """What the verifier in the dossier says and, when it holds, the signatures of the sources."""
    report = verify_dossier(files, wanted, pdf)
    if report.failed:
        return report
    found = check_proofs(files)
    return report._replace(
        checked=[*report.checked, *found.checked],
        failed=found.failed,
        authenticated=report.authenticated and not found.failed,
    )


def check_log(data: Path, key: PublicKey | None) -> Report:
    """The log of a data folder: leaves, bodies and tiles against the newest signed checkpoint."""
    public = key or read_public(data)
    store = SqliteStore.open_for_reading(data / DATABASE)
    try:
        with store.read() as tables:
            found = scrub(tables.log, public, kept=kept_checkpoint(data))
    finally:
        store.close()
    checked = [
        f"{found.entries} entries of {public.name}, root {found.root.hex()}",
        f"{found.signed} under the newest signed checkpoint",
        f"{found.erased} erased: their text is gone, their place is proven",
    ]
    signed = not found.failed and found.signed > 0
    return Report(
        checked if not found.failed else [],
        found.failed,
        public.fingerprint,
        key is not None and signed,
        public.name,
    )


def check_lone(store: Path, key: PublicKey | None) -> Report:
    """A store without its folder keys/: leaves and tiles, with the published key."""
    if key is None:
        raise InputError(
            "the keys of this log are not beside it",
            where=str(store),
            next_step="give the published key: rempart verify FILE --key VKEY",
        )
    connection = open_reader(store)
    try:
        with connection:
            found = scrub(LoneLog(connection), key, bodies=False)
    except apsw.Error as error:
        raise InputError(f"this store cannot be read: {error}", where=str(store)) from error
    finally:
        connection.close()
    checked = [
        f"{found.entries} entries of {key.name}, root {found.root.hex()}: leaves and tiles",
        f"{found.signed} under the newest signed checkpoint",
        "texts could not be opened: their keys are not here, so none was compared with its leaf",
    ]
    held = not found.failed
    return Report(
        checked if held else [],
        found.failed,
        key.fingerprint,
        held and found.signed > 0,
        key.name,
    )


def _is_store(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(_SQLITE)) == _SQLITE


def _has_keys(store: Path) -> bool:
    return store.name == DATABASE and (store.parent / KEYS_FOLDER / KEYS_FILE).is_file()


def kept_checkpoint(data: Path) -> str | None:
    """The signed checkpoint beside the key, if there is one."""
    path = data / KEYS_FOLDER / KEPT_FILE
    try:
        return path.read_text("utf-8") if path.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the kept checkpoint: {error}", where=str(path)) from error


def read_key(text: str | None) -> PublicKey | None:
    """A vkey, or the file it is in; InputError when it is neither. What is written as a vkey names
    no file: who forges a dossier would put one of that name into it."""
    if text is None:
        return None
    path = Path(text)
    if "+" in text:
        return PublicKey.parse(text)
    try:
        return PublicKey.parse(path.read_text("utf-8") if path.is_file() else text)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the key: {error}", where=text[:80]) from error


def _check_file(file: Path, wanted: str | None) -> Report:
    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES * 2 + 1)
    pdf = data.startswith(b"%PDF-")
    if not pdf and not is_zip(data[:4]):
        raise InputError(
            "neither a zip nor a PDF, so not a dossier",
            where=str(file),
            next_step="give the zip, the PDF that holds it, the unpacked folder, or a data folder",
        )
    try:
        held = zip_in_pdf(data) if pdf else data
    except Refused as error:
        return _refused(str(error))
    try:
        return _whole(unpack(held), wanted, data if pdf else b"")
    except VerificationError as error:
        return _refused(error.diagnostics())


def _refused(why: str) -> Report:
    return Report([], [why], "unknown", authenticated=False, case="")


def as_object(report: Report) -> str:
    """The report as JSON text."""
    return json.dumps(
        {
            "verified": not report.failed,
            "authenticated": report.authenticated,
            "signer": report.signer,
            "case": report.case,
            "checked": report.checked,
            "failed": report.failed,
            "not_proven": UNPROVEN.strip().split("\n"),
        },
        ensure_ascii=False,
        indent=1,
    )
