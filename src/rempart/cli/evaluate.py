"""`rempart evaluate`: quality on a labelled file, or the whole table of what can be measured."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from rempart.cli.progress import steps
from rempart.cli.quality import report_for_people, table_for_people
from rempart.errors import InputError

_SHOWN = 10


@click.command(
    epilog="Example: rempart evaluate labelled.ndjson --label hate"
    "  ·  rempart evaluate --suite --data DIR"
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--label", default="abuse", show_default=True, help="The label to judge.")
@click.option("--suite", is_flag=True, help="The whole table; so too when no FILE is given.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --suite: the folder of the test file and clean chat; without it only what is"
    " generated is measured.",
)
@click.option("--seed", default=0, show_default=True, help="Of the generated sentences.")
@click.option(
    "--weights", type=click.Path(path_type=Path), help="Judge these weights, not the shipped ones."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(
    file: Path | None,
    label: str,
    suite: bool,
    data: Path | None,
    seed: int,
    weights: Path | None,
    as_json: bool,
) -> None:
    """Precision, recall, F1, AUC and calibration per language and group.

    FILE has one row per line: {"text": "…", "label": 0 or 1, "lang"?: "en", "group"?: "…"}.
    """
    if file is not None and (suite or data is not None):
        raise click.UsageError("a FILE is judged alone; --suite and --data go without it.")
    from rempart.train.evaluate import KNOWN_LABELS, Judge, judge, read_labelled
    from rempart.train.suite import suite as whole_suite
    from rempart.train.weights import scorer_of

    if label not in KNOWN_LABELS:
        raise InputError(
            f"there is no label {label!r}",
            where="--label",
            next_step=f"one of: {', '.join(KNOWN_LABELS)}",
        )
    scorer, version = scorer_of(weights)
    with steps() as progress:
        if file is None:
            table = whole_suite(Judge(scorer), data, seed, progress)
            text = _json(table) if as_json else table_for_people(table, version)
        else:
            rows, refused = read_labelled(file)
            report = judge(
                rows,
                label,
                version,
                refused,
                Judge(scorer),
                lambda done, whole: progress(file.name, done, whole),
            )
            text = _json(report) if as_json else report_for_people(report)
    if file is not None:
        for one in report.refused[:_SHOWN]:
            click.echo(f"rempart: {file.name}:{one.line}: refused: {one.reason}", err=True)
        if len(report.refused) > _SHOWN:
            click.echo(f"rempart: … {len(report.refused)} lines refused in all", err=True)
    sys.stdout.write(text)


def _json(what: object) -> str:
    return msgspec.json.format(msgspec.json.encode(what), indent=1).decode() + "\n"
