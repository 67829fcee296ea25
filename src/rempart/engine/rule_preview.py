"""What rules would have done, before they bite: the same for page, API and command line."""

from __future__ import annotations

from typing import Final

from rempart.engine.backtest import Backtest, backtest
from rempart.engine.preview import Preview, examples_of
from rempart.model import MeasureKind
from rempart.rules.language import Program
from rempart.store.interface import Tables

MANY_ACCOUNTS: Final = 20
"""Rules that would have hit more accounts than this are shown before they bite."""
PREVIEWED: Final = 20_000


def of_rules(tables: Tables, program: Program) -> tuple[Preview, Backtest]:
    """The rule that would have hit most accounts among the last messages, of those that bite; the
    examples are of all of them. `reversible` False: one of them removes messages."""
    found = backtest(tables, program, messages=PREVIEWED)
    bites = {rule.name for rule in program.rules if rule.canary}
    hits = [one for one in found.rules if one.rule in bites]
    seqs = sorted({seq for one in hits for seq in one.examples[-3:]})
    removes = any(
        effect.kind is MeasureKind.REMOVE
        for rule in program.rules
        if rule.canary
        for effect in rule.effects
    )
    preview = Preview(
        accounts=max((one.accounts for one in hits), default=0),
        messages=max((one.hits for one in hits), default=0),
        examples=examples_of(tables, tables.stream.messages(seqs) if seqs else []),
        reversible=not removes or not any(one.hits for one in hits),
    )
    return preview, found


def is_broad(preview: Preview) -> bool:
    """Whether somebody must look before these rules are put in force."""
    return preview.accounts > MANY_ACCOUNTS or not preview.reversible
