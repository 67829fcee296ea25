"""`rempart evaluate`: the place of the quality report, which the issue *Words* fills."""

from __future__ import annotations

import click

from rempart.errors import NotYetError


@click.command(epilog="Example: rempart evaluate labelled.ndjson --label abuse")
@click.argument("file", required=False, expose_value=False)
@click.option(
    "--label", default="abuse", show_default=True, help="The label to judge.", expose_value=False
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.", expose_value=False)
def evaluate() -> None:
    """Precision, recall, F1 and calibration per group on a labelled file."""
    raise NotYetError(
        "evaluating detection on a labelled file comes with the issue 'Words'",
        where="evaluate",
        next_step="`rempart scan` gives the scores of each message",
    )
