"""`rempart disclose statements` and `reconcile`: statements of reasons as the Transparency Database
takes them, and whether every restriction has its own. Both only read, beside a running service too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

import click
import msgspec

from rempart.cases.reports.keys import ReportKeys
from rempart.cli.giving import check, given, now_ms, unrecorded_option, who
from rempart.disclose.given_out import STATEMENTS, Given
from rempart.disclose.transparency_database.reading import Gate, all_gated
from rempart.disclose.transparency_database.reconcile import reconcile as reconciled
from rempart.errors import InputError
from rempart.store.interface import Tables
from rempart.store.sqlite.store import SqliteStore

_SHOWN = 10
_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the service.",
)


@click.command(epilog="Example: rempart disclose statements --data data -o statements.json")
@_data
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; standard output otherwise.",
)
@click.option("--json", "form", flag_value="json", default=True, help="One document (default).")
@click.option("--ndjson", "form", flag_value="ndjson", help="One statement per line.")
@click.option(
    "--language",
    type=click.Choice(["en", "fr"]),
    default="fr",
    show_default=True,
    help="Of the free texts.",
)
@unrecorded_option
def statements(
    data: Path, output: Path | None, form: str, language: str, *, unrecorded: bool
) -> int:
    """Statements of reasons, as the Commission's Transparency Database takes them (schema v2).

    That they were taken out, by whom, with their hash, becomes an entry of the log.

    One per restriction. Those that hold personal data, or that the database would refuse, are left
    out and told with the field and the reason: exit 1 then.
    """
    check(data, unrecorded=unrecorded)
    with _reading(data) as tables, _writing(output) as opened:
        file, size = _Hashed(opened), tables.log.size()
        gate = Gate(_keys(data, tables).puid, language)
        blocked = 0
        written = 0
        file.write("" if form == "ndjson" else '{"statements": [')
        for gated in all_gated(tables, gate):
            if gated.faults:
                blocked += 1
                if blocked <= _SHOWN:
                    fault = gated.faults[0]
                    click.echo(f"left out: {gated.measure}: {fault.field}: {fault.what}", err=True)
                continue
            if form == "json":
                file.write(",\n" if written else "\n")
            file.write(msgspec.json.encode(gated.payload).decode())
            file.write("\n" if form == "ndjson" else "")
            written += 1
        file.write("" if form == "ndjson" else "\n]}\n")
    asked: dict[str, str | int | bool | list[str]] = {
        "language": language,
        "form": form,
        "statements": written,
        "left_out": blocked,
    }
    name = "-" if output is None else output.name
    one = Given(STATEMENTS, who(), now_ms(), size, asked, {name: file.sha256})
    recorded = given(data, one, unrecorded=unrecorded)
    click.echo(f"{written} statements, {blocked} left out; {recorded.told}", err=True)
    return 1 if blocked else 0


@click.command(epilog="Example: rempart disclose reconcile --data data")
@_data
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def reconcile(data: Path, as_json: bool) -> int:
    """Whether every restriction has exactly one statement of reasons, or one recorded exemption.

    Exit 1 when one has neither, or was lost on its way to the Transparency Database.
    """
    from rempart.web.settings import load_settings

    database = load_settings(data).transparency_database.database
    with _reading(data) as tables:
        found = reconciled(tables, database)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), indent=1))
        return 0 if found.holds else 1
    click.echo(f"{found.restrictions} restrictions: {found.exempt} with a recorded exemption")
    click.echo(
        f"{found.sent} sent, {found.open} on their way or held back, {found.unread} not read yet"
        if database is not None
        else f"{found.unread} with a statement of reasons; nothing is sent (send is off)"
    )
    if found.unstated:
        click.echo("neither statement nor exemption: " + ", ".join(found.unstated[:_SHOWN]))
    if found.lost:
        click.echo("lost on the way to the database: " + ", ".join(found.lost[:_SHOWN]))
    click.echo("it reconciles" if found.holds else "it does not reconcile")
    return 0 if found.holds else 1


def _keys(data: Path, tables: Tables) -> ReportKeys:
    return ReportKeys.load(data / "keys", has_reports=tables.cases.has_reports())


class _Hashed:
    """Writes through, and knows the SHA-256 of what was written."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._hash = sha256()

    def write(self, text: str) -> None:
        self._hash.update(text.encode())
        self._file.write(text)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def _writing(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        yield sys.stdout
        return
    try:
        file = output.open("w", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(output)) from error
    with file:
        yield file


@contextmanager
def _reading(data: Path) -> Iterator[Tables]:
    if not (data / "rempart.db").is_file():
        raise InputError(
            "there is no store in this folder",
            where=str(data),
            next_step="rempart scan FILE --data FOLDER makes one, so does rempart serve",
        )
    store = SqliteStore.open_for_reading(data / "rempart.db")
    try:
        with store.read() as tables:
            yield tables
    finally:
        store.close()
