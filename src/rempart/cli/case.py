"""`rempart case`: cases listed, shown, and exported as a dossier.

`list` and `show` only read, beside a running service too; `export` is in `case_export`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rempart.cases.reading import CaseMessage, read_messages, read_reports
from rempart.cli.case_export import export_case
from rempart.cli.case_store import find, print_json, reading
from rempart.model import Case, CaseKind, CaseState
from rempart.model.moments import at_time
from rempart.store.interface.cases import CaseQuery
from rempart.store.interface.measures import MeasureRow
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


case.add_command(export_case)


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
    with reading(data) as tables:
        page = tables.cases.page(query)
    if as_json:
        print_json({"cases": [_whole(row) for row in page.cases], "total": page.total})
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
    with reading(data) as tables:
        found = find(tables, case_id, latest=latest)
        messages = read_messages(tables, found.id, limit=EVERYTHING if as_json else SHOWN)
        measures = tables.cases.measures(found.id)
        reports = read_reports(tables, found.id)
        decision = tables.cases.decision(found.id)
    if as_json:
        print_json(
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


def _console() -> Console:
    """As wide as the terminal; piped, wide enough for a row on a line."""
    console = Console()
    return console if console.is_terminal else Console(width=_PIPED_WIDTH)


def _messages_table(messages: list[CaseMessage], *, text: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    for head in (
        "entry",
        "sent",
        "author",
        "verdict",
        "labels",
        "came",
        *(("text",) if text else ()),
    ):
        table.add_column(head)
    for row in messages:
        labels = row.outcome.labels if row.outcome is not None else {}
        cells = [
            str(row.row.seq),
            f"{at_time(row.row.sent_at_ms):%Y-%m-%d %H:%M:%S}",
            _line(row.row.author_name or row.row.author, 30),
            "released" if row.released else row.row.verdict,
            ", ".join(f"{label} {score:.2f}" for label, score in labels.items()),
            row.provenance.proof.value if row.provenance else "",
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
        "provenance": row.provenance._asdict() if row.provenance else None,
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
