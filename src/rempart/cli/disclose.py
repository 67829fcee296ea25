"""`rempart disclose`: outputs read from the log."""

from __future__ import annotations

import click

from rempart.cli.court import court
from rempart.cli.statements import reconcile, statements
from rempart.cli.yearly import rehearse, yearly


@click.group(epilog="Example: rempart disclose yearly --data data --year 2026 -o report/")
def disclose() -> None:
    """Statements of reasons, the yearly report and the court dossier, read from the log."""


disclose.add_command(statements)
disclose.add_command(reconcile)
disclose.add_command(yearly)
disclose.add_command(rehearse)
disclose.add_command(court)
