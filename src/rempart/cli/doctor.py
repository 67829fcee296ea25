"""`rempart doctor`: what is wrong with this installation, and how to mend it.

Each check says *ok*, *mind* (works, but look at it) or *wrong* (exit code 1), and what to do next.
Nothing is changed; a running service is not disturbed.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from rempart.cli.checks import all_checks
from rempart.cli.findings import Finding, State

_MARKS = {State.OK: ("✓", "green"), State.MIND: ("!", "yellow"), State.WRONG: ("✗", "red")}


@click.command(epilog="Example: rempart doctor --data data")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    help="Folder of the service.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8731,
    show_default=True,
    help="Port the service will listen on.",
)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.pass_context
def doctor(ctx: click.Context, data: Path, port: int, *, as_json: bool) -> None:
    """Check Python, SQLite, the data folder, durability, clock, disk, settings, lists of links,
    keys, log, port, translations and compiled kernels; say how to mend what is wrong. Exit code 1
    when something is."""
    findings = all_checks(data, port)
    if as_json:
        click.echo(json.dumps({"checks": [finding._asdict() for finding in findings]}, indent=1))
    else:
        for finding in findings:
            _tell(finding)
    if any(finding.state is State.WRONG for finding in findings):
        ctx.exit(1)


def _tell(finding: Finding) -> None:
    mark, colour = _MARKS[finding.state]
    click.secho(mark, fg=colour, nl=False)
    click.echo(f" {finding.check}: {finding.found}")
    if finding.mend:
        click.echo(f"    {finding.mend}")
