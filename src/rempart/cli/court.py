"""`rempart disclose court`: the court dossier, as CSVs and as one signed PDF."""

from __future__ import annotations

import gc
import json
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.as_of import as_of_option, told
from rempart.cli.giving import check, given, now_ms, unrecorded_option, who
from rempart.cli.private_file import write_private
from rempart.disclose.history.cut import Cut
from rempart.errors import InputError

if TYPE_CHECKING:
    from rempart.disclose.dossier.document.make import Setting


@click.command(
    epilog="Example: rempart disclose court --data data --from 2026-01-01 --until 2026-12-31"
    " -o dossier/"
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the service; it may be running.",
)
@click.option("--from", "first", metavar="DAY", required=True, help="First day, YYYY-MM-DD.")
@click.option("--until", "last", metavar="DAY", required=True, help="Last day, included.")
@click.option(
    "--language",
    "--lang",
    type=click.Choice(["en", "fr"]),
    default="fr",
    show_default=True,
    help="Of the document and of words in the tables.",
)
@click.option(
    "--jurisdiction",
    default="",
    metavar="CC",
    help="A country of the declared territory: only orders and transmissions of its authorities."
    " The rest states no country; the coverage statement says so.",
)
@click.option("--offence", multiple=True, metavar="KEY", help="Only this one; may be repeated.")
@as_of_option
@click.option(
    "--age",
    multiple=True,
    metavar="RECIPIENT",
    help="Key of the court (age1…): adds the key of pseudonyms, encrypted to it.",
)
@unrecorded_option
@click.option("--no-pdf", is_flag=True, help="Tables only.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to write to; it is made.",
)
@click.option("--json", "as_json", is_flag=True, help="What was written, as one line of JSON.")
def court(
    data: Path,
    first: str,
    last: str,
    language: str,
    jurisdiction: str,
    offence: tuple[str, ...],
    as_of: Cut,
    age: tuple[str, ...],
    output: Path,
    *,
    unrecorded: bool,
    no_pdf: bool,
    as_json: bool,
) -> None:
    """What a court may order: means, people, reports with what became of them, transmissions to
    authorities, and what the log cannot show. One CSV for each table, and all of it as one signed
    PDF (extra *documents*). That it was drawn, by whom, as of when, with the hash of every
    file, becomes an entry of the log."""
    from rempart.cli.progress import steps
    from rempart.disclose.court.draw import PHASES
    from rempart.disclose.court.make import UNSTEADY, Wanted, given_of, make
    from rempart.disclose.court.read import Perimeter
    from rempart.engine.embedded import STORE_FILE
    from rempart.engine.settings import load_engine_settings
    from rempart.store.sqlite.store import SqliteStore

    wanted = Wanted(
        _day(first, "--from"),
        _day(last, "--until"),
        language,
        Perimeter(tuple(offence), jurisdiction.upper()),
        as_of,
        age,
    )
    gc.disable()  # Millions of rows, none in a cycle: looking for cycles is a quarter of the time.
    settings = load_engine_settings(data)
    check(data, unrecorded=unrecorded)
    store = SqliteStore.open_for_reading(data / STORE_FILE)
    try:
        with steps() as show, store.read() as tables:
            setting = None if no_pdf else _setting(data, language)
            made = make(
                tables,
                settings.community.name,
                wanted,
                setting,
                lambda phase: show("court dossier", PHASES.index(phase), len(PHASES)),
            )
            show("court dossier", len(PHASES), len(PHASES))
            later = told(tables, made.dossier.read.as_of)
    finally:
        store.close()
    recorded = given(data, given_of(wanted, made, who(), now_ms()), unrecorded=unrecorded)
    _write(output, made.files)
    read = made.dossier.read
    warnings = [*made.warnings, *later]
    if as_json:
        summary = {
            "period": read.period.cell,
            "as_of": read.as_of,
            "root": read.root,
            "tables": len(made.dossier.tables),
            "files": {name: sha256(data).hexdigest() for name, data in made.files.items()},
            "differ_each_time": [name for name in UNSTEADY if name in made.files],
            "warnings": warnings,
            "recorded": recorded.as_json(),
        }
        click.echo(json.dumps(summary, ensure_ascii=False))
        return
    click.echo(f"{output}: {len(made.files)} files for {read.period.cell}, as of {read.as_of}")
    click.echo(recorded.told, err=True)
    for warning in warnings:
        click.echo(f"note: {warning}", err=True)


def _setting(data: Path, language: str) -> Setting | None:
    """How this installation seals its documents; None without the extra *documents*."""
    if any(find_spec(name) is None for name in ("typst", "pyhanko")):
        return None
    from rempart.engine.settings import load_engine_settings
    from rempart.errors import RempartError
    from rempart.log.keys import read_signer
    from rempart.web.documents import setting_of
    from rempart.web.settings import load_settings

    try:
        name = read_signer(data).name
    except RempartError:
        name = load_engine_settings(data).community.name or "rempart"
    return setting_of(data, load_settings(data), name, language, datetime.now(UTC))


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("a day is written YYYY-MM-DD", where=where) from None


def _write(folder: Path, files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write_private(folder / name, data)
    except OSError as error:
        raise InputError(error.strerror or str(error), where=str(folder)) from None
