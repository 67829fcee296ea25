"""`rempart case`: cases listed, shown, and exported as a dossier.

`list` and `show` only read, beside a running service too. `export` takes the data folder's lock,
writes into the log that it took place, signs a checkpoint over it and exports; while a service
holds the lock it reads beside it, asks nothing of it, and says that nothing was written.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rempart.cases.custody import note_access
from rempart.cases.evidence import promote
from rempart.cases.reading import CaseMessage, read_messages, read_reports
from rempart.disclose.dossier import DossierSummary, edition, export_dossier, presets
from rempart.disclose.dossier.presets import DEFAULT
from rempart.disclose.dossier.web import FOLDER as CAPTURES
from rempart.engine.embedded_start import Lock
from rempart.engine.notary import Notary
from rempart.errors import InputError, NotFoundError, StoreError
from rempart.log.keys import read_signer
from rempart.model import Case, CaseKind, CaseState
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseQuery
from rempart.store.interface.stream import MeasureRow
from rempart.store.sealed_files import SealedFiles
from rempart.store.sqlite.store import SqliteStore
from rempart.web.console.shown import plain

EVERYTHING = 1 << 40
SHOWN = 50
_PIPED_WIDTH = 200

_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the service.",
)
_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
_latest = click.option("--latest", is_flag=True, help="The case opened last.")


@click.group(epilog="Example: rempart case list --data data")
def case() -> None:
    """Cases: what is held or reported and waits for a person, or was decided."""


@case.command("list", epilog="Example: rempart case list --data data --state open --json")
@_data
@_json
@click.option(
    "--state",
    type=click.Choice([state.value for state in CaseState]),
    help="Only cases in this state.",
)
@click.option(
    "--kind", type=click.Choice([kind.value for kind in CaseKind]), help="Only cases of this kind."
)
@click.option("--channel", help="Only cases of this channel.")
@click.option("--target", help="Only cases about attacks on this target.")
@click.option("--limit", type=click.IntRange(1), help=f"At most so many; a table shows {SHOWN}.")
def list_cases(
    data: Path,
    as_json: bool,
    state: str | None,
    kind: str | None,
    channel: str | None,
    target: str | None,
    limit: int | None,
) -> None:
    """Cases, most urgent first."""
    query = CaseQuery(
        state=CaseState(state) if state else None,
        kind=CaseKind(kind) if kind else None,
        channels=(channel,) if channel is not None else None,
        target=target,
        limit=limit or (EVERYTHING if as_json else SHOWN),
    )
    with _reading(data) as tables:
        page = tables.cases.page(query)
    if as_json:
        _print_json({"cases": [_whole(row) for row in page.cases], "total": page.total})
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("case", "kind", "state", "since (UTC)", "target", "reports"):
        table.add_column(head, no_wrap=True)
    table.add_column("why", no_wrap=True, overflow="ellipsis")
    for row in page.cases:
        cells = (
            row.id,
            row.kind.value,
            row.state.value,
            f"{row.opened_at:%m-%d %H:%M}",
            _line(row.target, 16) or "—",
            str(row.reports),
            _line(_spoken(row.why), 120),
        )
        table.add_row(*(Text(cell) for cell in cells))
    console = _console()
    if page.cases:
        console.print(table)
    if len(page.cases) < page.total:
        console.print(f"{len(page.cases)} of {page.total} cases (see --limit)")
    elif not page.cases:
        console.print("No case.")


@case.command("show", epilog="Example: rempart case show --latest --data data")
@click.argument("case_id", metavar="[CASE]", required=False)
@_data
@_json
@_latest
@click.option("--text", is_flag=True, help="Show what the messages say (left out otherwise).")
def show_case(case_id: str | None, data: Path, as_json: bool, latest: bool, text: bool) -> None:
    """One case: why it is there, its messages, measures, reports and decision.

    CASE may be shortened to its first letters.
    """
    with _reading(data) as tables:
        found = _find(tables, case_id, latest=latest)
        messages = read_messages(tables, found.id, limit=EVERYTHING if as_json else SHOWN)
        measures = tables.cases.measures(found.id)
        reports = read_reports(tables, found.id)
        decision = tables.cases.decision(found.id)
    if as_json:
        _print_json(
            {
                "case": _whole(found),
                "messages": [_message_json(row, text=text) for row in messages],
                "measures": [row.measure for row in measures],
                "reports": reports,
                "decisions": [decision] if decision is not None else [],
            }
        )
        return
    console = _console()
    console.print(Text(_line(_spoken(found.why), 400), style="bold"))
    about = f"target {found.target} in {found.channel} ({found.platform}); " if found.target else ""
    console.print(
        _line(
            f"{found.id}, {found.kind}, {found.state}; {about}"
            f"opened {found.opened_at:%Y-%m-%d %H:%M} UTC",
            400,
        ),
        markup=False,
    )
    if decision is not None:
        console.print(
            _line(
                f"decided: {decision.outcome} ({decision.ground}) by {decision.decided_by} on "
                f"{decision.decided_at:%Y-%m-%d %H:%M} UTC: {decision.reason}",
                600,
            ),
            markup=False,
        )
    console.print(_messages_table(messages, text=text) if messages else "No message.")
    if len(messages) == SHOWN:
        console.print(f"The first {SHOWN} messages; --json and the dossier have all.")
    console.print(_measures_table(measures) if measures else "No measure.")
    for report in reports:
        console.print(
            f"report ({report.category}, {report.state}): {_line(report.explanation, 300)}",
            markup=False,
        )


@case.command("export", epilog="Example: rempart case export --latest --data data -o dossier.zip")
@click.argument("case_id", metavar="[CASE]", required=False)
@_data
@_latest
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File of the dossier (a zip).",
)
@click.option("--by", default="operator", show_default=True, help="Pseudonym of who exports.")
@click.option("--reason", default="", help="Why, for the access log.")
@click.option(
    "--language",
    type=click.Choice(["en", "fr"]),
    default="en",
    show_default=True,
    help="Which language comes first in its README.",
)
@click.option(
    "--for",
    "preset",
    type=click.Choice(list(presets())),
    default=DEFAULT,
    show_default=True,
    help="For whom the dossier is: what it hides.",
)
@click.option(
    "--hide-word",
    "hide_words",
    multiple=True,
    help="A word to blacken wherever it stands; may be given many times.",
)
@click.option(
    "--with-private", is_flag=True, help="With private messages, when their recipient wants it."
)
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
def export_case(
    case_id: str | None,
    data: Path,
    latest: bool,
    output: Path,
    by: str,
    reason: str,
    language: str,
    preset: str,
    hide_words: tuple[str, ...],
    with_private: bool,
    as_json: bool,
) -> None:
    """Write the dossier of a case: a zip that a stranger can verify without Rempart.

    That it was exported becomes an entry of the log. While a service is running on the folder this
    reads beside it and cannot write that entry; the console's export does.
    """
    _check_there(data)
    signer = read_signer(data)
    wanted = edition(preset, hide_words)
    with _appearing(output) as file:
        noted = _noted(data, case_id, latest=latest, by=by, reason=reason, preset=preset)
        if noted is None:
            click.echo(
                "rempart: a service is running here; exported beside it, so its access log does "
                "not know of this export",
                err=True,
            )
        with _reading(data) as tables:
            summary = export_dossier(
                tables,
                noted or _find(tables, case_id, latest=latest).id,
                file,
                signer,
                datetime.now(UTC),
                edition=wanted,
                language=language,
                by=by,
                with_private=with_private,
                pages=SealedFiles(data / CAPTURES),
            )
    _tell_export(summary, output, as_json=as_json)


def _noted(
    data: Path, case_id: str | None, *, latest: bool, by: str, reason: str, preset: str
) -> str | None:
    """Writes the access entry and the evidence that is missing, and signs a checkpoint over them;
    None while a service runs here."""
    try:
        lock = Lock(data)
    except StoreError:
        return None
    try:
        store = SqliteStore.open(data / "rempart.db")
        try:
            return _note(store, data, case_id, latest=latest, by=by, reason=reason, preset=preset)
        finally:
            store.close()
    finally:
        lock.release()


def _note(
    store: SqliteStore,
    data: Path,
    case_id: str | None,
    *,
    latest: bool,
    by: str,
    reason: str,
    preset: str,
) -> str:
    now_ms = time.time_ns() // 1_000_000
    notary = Notary(data, read_signer(data))
    with store.begin() as tables:
        notary.check(tables)
        found = _find(tables, case_id, latest=latest).id
        note_access(tables, found, "export", by, now_ms, reason=reason or None, edition=preset)
        promote(tables, found)
        notary.sign(tables, now_ms)
    notary.committed()
    return found


def _tell_export(summary: DossierSummary, output: Path, *, as_json: bool) -> None:
    if as_json:
        _print_json({**summary._asdict(), "file": str(output)})
        return
    click.echo(
        f"{output}: {summary.records} entries ({summary.messages} messages) of {summary.case}, "
        f"{summary.bytes} bytes, SHA-256 {summary.sha256}"
    )
    if summary.hidden_words or summary.left_out:
        click.echo(
            f"edition for {summary.preset}: {summary.hidden_words} words blackened, "
            f"{summary.left_out} entries of the case not shown (redaction.json says which)"
        )
    if summary.private:
        click.echo(f"{summary.private} private messages were left out (--with-private)")
    click.echo("verify it anywhere: unzip it there and run  python3 -I -S verify.py .")


def _find(tables: Tables, case_id: str | None, *, latest: bool) -> Case:
    """By id, by the first letters of one, or the latest."""
    if latest == (case_id is not None):
        raise InputError("name a case, or say --latest", where="CASE")
    if latest:
        found = tables.cases.latest()
        if found is None:
            raise NotFoundError("there is no case yet", where="--latest")
        return found
    assert case_id is not None
    ids = tables.cases.find(case_id)
    if case_id in ids or len(ids) == 1:
        found = tables.cases.get(case_id if case_id in ids else ids[0])
        assert found is not None
        return found
    if not ids:
        raise NotFoundError(
            "there is no such case", where=plain(case_id, 60), next_step="rempart case list"
        )
    raise InputError(
        "several cases begin like this: " + ", ".join(ids) + " …",
        where=plain(case_id, 60),
        next_step="give more letters",
    )


@contextmanager
def _reading(data: Path) -> Iterator[Tables]:
    _check_there(data)
    store = SqliteStore.open_for_reading(data / "rempart.db")
    try:
        with store.read() as tables:
            yield tables
    finally:
        store.close()


def _check_there(data: Path) -> None:
    if not (data / "rempart.db").is_file():
        raise InputError(
            "there is no store in this folder",
            where=str(data),
            next_step="rempart scan FILE --data FOLDER makes one, so does rempart serve",
        )


@contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    """The whole new file or none: it gets its name when it is complete."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent or Path(), prefix=".dossier-")
    except OSError as error:
        raise InputError(f"cannot write there: {error.strerror}", where=str(path)) from error
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _console() -> Console:
    """As wide as the terminal; piped, wide enough for a row on a line."""
    console = Console()
    return console if console.is_terminal else Console(width=_PIPED_WIDTH)


def _messages_table(messages: list[CaseMessage], *, text: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    for head in ("entry", "sent", "author", "verdict", "labels", *(("text",) if text else ())):
        table.add_column(head)
    for row in messages:
        labels = row.outcome.labels if row.outcome is not None else {}
        cells = [
            str(row.row.seq),
            f"{datetime.fromtimestamp(row.row.sent_at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S}",
            _line(row.row.author_name or row.row.author, 30),
            "released" if row.released else row.row.verdict,
            ", ".join(f"{label} {score:.2f}" for label, score in labels.items()),
        ]
        if text:
            cells.append(_line(row.message.text if row.message else "(erased)", 200))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _measures_table(measures: list[MeasureRow]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("measure", "kind", "on", "state", "until"):
        table.add_column(head)
    for row in measures[:SHOWN]:
        until = f"{row.measure.until:%Y-%m-%d %H:%M}" if row.measure.until else "a person decides"
        on = f"{row.measure.scope.kind} {row.measure.scope.ref}"
        cells = (row.measure.id, row.measure.kind.value, on, row.measure.state.value, until)
        table.add_row(*(Text(_line(cell, 60)) for cell in cells))
    if len(measures) > SHOWN:
        table.add_row(f"and {len(measures) - SHOWN} more")
    return table


def _message_json(row: CaseMessage, *, text: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "entry": row.row.seq,
        "id": row.row.id,
        "author": row.row.author,
        "verdict": row.row.verdict,
        "released": row.released,
        "labels": row.outcome.labels if row.outcome is not None else {},
    }
    if text:
        told["text"] = row.message.text if row.message is not None else None
    return told


def _whole(case: Case) -> dict[str, Any]:
    """Every field, also those that say nothing: whoever pipes it need not guess."""
    return msgspec.structs.asdict(case)


def _spoken(texts: dict[str, str]) -> str:
    language = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "en")[:2]
    return texts.get(language) or texts.get("en", "")


def _line(text: object, limit: int) -> str:
    """A stranger's words on one line of a terminal: nothing hidden, nothing that moves a cursor."""
    return " ".join(plain(text, limit).split())


def _print_json(value: object) -> None:
    click.echo(msgspec.json.encode(value))
