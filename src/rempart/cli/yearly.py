"""`rempart disclose yearly` and `rempart disclose rehearse`."""

from __future__ import annotations

import gc
import json
from datetime import date
from pathlib import Path

import click

from rempart.cli.as_of import as_of_option, told
from rempart.cli.giving import check, given, now_ms, unrecorded_option, who
from rempart.disclose.given_out import YEARLY, Given, hashes
from rempart.disclose.history.cut import Cut, size_of
from rempart.errors import InputError

_DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the service; it may be running.",
)


@click.command(epilog="Example: rempart disclose yearly --data data --year 2026 -o report/")
@_DATA
@click.option("--year", type=int, required=True, help="Calendar year.")
@click.option("--half", type=click.IntRange(1, 2), help="Half-year, of very large platforms.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to write to; it is made.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "fr"]),
    default="en",
    show_default=True,
    help="Of texts and workbook; labels of the CSV set stay as the regulation has them.",
)
@click.option("--published", metavar="DAY", help="Day of publication, YYYY-MM-DD.")
@as_of_option
@unrecorded_option
@click.option("--json", "as_json", is_flag=True, help="What was written, as one line of JSON.")
def yearly(
    data: Path,
    year: int,
    half: int | None,
    output: Path,
    language: str,
    published: str | None,
    as_of: Cut,
    *,
    unrecorded: bool,
    as_json: bool,
) -> None:
    """The yearly transparency report of Implementing Regulation (EU) 2024/2835: a draft, one CSV
    for each sheet, with the workbook and how each figure was counted. It is published, with
    versions, in the console."""
    from rempart.disclose.yearly.period import last_day_asked, period_asked
    from rempart.disclose.yearly.publish import draft
    from rempart.disclose.yearly.said import provider_of
    from rempart.engine.embedded import STORE_FILE
    from rempart.engine.settings import load_engine_settings
    from rempart.store.sqlite.store import SqliteStore

    day = _day(published)
    gc.disable()  # Millions of rows, none in a cycle: looking for cycles is a quarter of the time.
    settings = load_engine_settings(data)
    check(data, unrecorded=unrecorded)
    store = SqliteStore.open_for_reading(data / STORE_FILE)
    try:
        with store.read() as tables:
            size = size_of(tables, as_of, last_day_asked(year, half))
            later = told(tables, size)
            period = period_asked(tables, year, half, as_of=size)
            name = settings.community.name
            provider = provider_of(tables, name, language, period, as_of=size)
            drawn = draft(tables, period, provider, published=day, as_of=size, known=size)
    finally:
        store.close()
    asked: dict[str, str | int | bool | list[str]] = {"period": period.cell, "language": language}
    one = Given(YEARLY, who(), now_ms(), size, asked, hashes(drawn.files))
    recorded = given(data, one, unrecorded=unrecorded)
    _write(output, drawn.files)
    warnings = [*drawn.report.warnings, *later]
    if not any(name.endswith(".xlsx") for name in drawn.files):
        warnings.append('no workbook: pip install "rempart[xlsx]"')
    if as_json:
        summary = {
            "period": period.cell,
            "as_of": drawn.report.as_of,
            "files": sorted(drawn.files),
            "version": drawn.version,
            "warnings": warnings,
            "recorded": recorded.as_json(),
        }
        click.echo(json.dumps(summary))
        return
    click.echo(f"{output}: {len(drawn.files)} files for {period.cell}, as of {size} entries")
    click.echo(recorded.told, err=True)
    for warning in warnings:
        click.echo(f"note: {warning}", err=True)


@click.command(epilog="Example: rempart disclose rehearse --data practice --decisions 100000")
@_DATA
@click.option("--decisions", type=click.IntRange(1), default=100_000, show_default=True)
@click.option("--reports", type=click.FloatRange(0), default=3.0, help="For each decision.")
@click.option("--year", type=click.IntRange(2000, 2099), default=2026, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def rehearse(data: Path, decisions: int, reports: float, year: int, seed: int) -> None:
    """Writes a made-up year into an empty folder: to see what the disclosures say before a court or
    an auditor asks. Nothing in it happened."""
    from rempart.cases.reports.keys import ReportKeys
    from rempart.cli.progress import steps
    from rempart.disclose.rehearsal import Plan
    from rempart.disclose.rehearsal import rehearse as write
    from rempart.engine.embedded import STORE_FILE
    from rempart.log.keys import load_signer
    from rempart.store.sqlite.store import SqliteStore

    if (data / STORE_FILE).exists():
        raise InputError(
            "this folder holds a history; a made-up year is written into an empty one",
            where=str(data),
            next_step="name another folder with --data",
        )
    load_signer(data)
    store = SqliteStore.open(data / STORE_FILE)
    ReportKeys.load(data / "keys")
    try:
        plan = Plan(decisions=decisions, reports=reports, year=year, seed=seed)
        with steps() as show:
            written = write(store, plan, lambda done: show("decisions", done, decisions))
    finally:
        store.close()
    click.echo(
        f"{data}: {written.decisions} decisions, {written.reports} reports,"
        f" {written.statements} statements, {written.entries} entries; all of it made up"
    )


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("a day is written YYYY-MM-DD", where="--published") from None


def _write(folder: Path, files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise InputError(error.strerror or str(error), where=str(folder)) from None
