"""`--as-of` of the disclosures: the cut that everything in an output is read at (ADR 47)."""

from __future__ import annotations

from typing import Any

import click

from rempart.disclose.history.cut import Cut, Moment, cut_of
from rempart.errors import InputError
from rempart.store.interface import Tables


class _CutType(click.ParamType[Cut]):
    name = "cut"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Cut:
        if isinstance(value, int | Moment):
            return value
        try:
            return cut_of(str(value))
        except InputError as error:
            self.fail(str(error), param, ctx)


as_of_option = click.option(
    "--as-of",
    type=_CutType(),
    default=Moment.CLOSING,
    show_default="closing",
    metavar="CUT",
    help="closing: two months after the last day, or now while that is ahead; now; or the size of"
    " the log to read.",
)


def told(tables: Tables, as_of: int) -> list[str]:
    """What somebody should know of the cut that was used; nothing when it is all of the log."""
    size = tables.given_out.size_without_notes(tables.log.size())
    if as_of >= size:
        return []
    return [
        f"read as of {as_of} entries of the log; {size - as_of} came later and are not in it"
        " (--as-of now reads them too)"
    ]
