"""`rempart disclose`: outputs read from the log."""

from __future__ import annotations

import click

from rempart.cli.statements import reconcile, statements
from rempart.cli.yearly import rehearse, yearly
from rempart.errors import NotYetError


@click.group(epilog="Example: rempart disclose yearly --data data --year 2026 -o report/")
def disclose() -> None:
    """Statements of reasons, the yearly report and the court dossier, read from the log."""


def _not_yet(what: str) -> NotYetError:
    return NotYetError(
        f"{what} comes with the issue 'Disclosure'",
        where="disclose",
        next_step="`rempart case export` writes the dossier of one case",
    )


disclose.add_command(statements)
disclose.add_command(reconcile)
disclose.add_command(yearly)
disclose.add_command(rehearse)


@disclose.command(epilog="Example: rempart disclose court --data data -o dossier/")
@click.option("--data", help="Folder of the service.", expose_value=False)
@click.option("-o", "--output", help="Folder to write to.", expose_value=False)
def court() -> None:
    """What a court may order: means, figures, rules in force, and what records cannot show."""
    raise _not_yet("the court dossier")
