"""`rempart rules`: the place of the rules language, which a later issue fills."""

from __future__ import annotations

import click

from rempart.errors import NotYetError


@click.group(epilog="Example: rempart rules check rules/")
def rules() -> None:
    """Validate rules, run their tests, compare them with history, deploy them.

    The rules in force today are built in; each outcome of `rempart scan --out` names those that
    acted.
    """


def _not_yet(what: str) -> NotYetError:
    return NotYetError(
        f"{what} comes with the issue 'Rules and protection'",
        where="rules",
        next_step="the built-in rules are in force",
    )


@rules.command(epilog="Example: rempart rules check rules/")
@click.argument("folder", required=False, expose_value=False)
def check() -> None:
    """Validate rules."""
    raise _not_yet("checking rule files")


@rules.command(epilog="Example: rempart rules test rules/")
@click.argument("folder", required=False, expose_value=False)
def test() -> None:
    """Run the tests that stand beside the rules."""
    raise _not_yet("testing rule files")


@rules.command(epilog="Example: rempart rules backtest rules/ --data data")
@click.argument("folder", required=False, expose_value=False)
@click.option(
    "--data", help="Folder of the service whose history to compare with.", expose_value=False
)
def backtest() -> None:
    """Compare rules with what happened."""
    raise _not_yet("comparing rules with history")


@rules.command(epilog="Example: rempart rules push rules/ --data data")
@click.argument("folder", required=False, expose_value=False)
@click.option("--data", help="Folder of the service to deploy to.", expose_value=False)
def push() -> None:
    """Deploy rules."""
    raise _not_yet("deploying rules")
