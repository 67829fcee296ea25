"""Makes a dossier whole: read, counted, written, set and signed. Reads only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from rempart.disclose.court.draw import SETTING, WRITING, Dossier, draw
from rempart.disclose.court.files import file_set
from rempart.disclose.court.key import KEY_FILE, sealed_key
from rempart.disclose.court.read import Perimeter
from rempart.disclose.court.words import Words
from rempart.disclose.given_out import COURT, Given, hashes
from rempart.disclose.history import Period, period_of
from rempart.disclose.history.cut import Cut, Moment, size_of
from rempart.disclose.yearly.period import time_zone
from rempart.errors import InputError
from rempart.store.interface import Tables

if TYPE_CHECKING:
    from rempart.disclose.dossier.document.make import Setting

DOCUMENT: Final = "court-dossier.pdf"
LONGEST_DAYS: Final = 3_660
UNSTEADY: Final = (DOCUMENT, KEY_FILE)
"""Files that differ from run to run: a signature with its date, an encryption."""


class Wanted(NamedTuple):
    """What is asked for. Days both included; `as_of`: see `history.cut`; `age`: keys of the
    court."""

    first: date
    last: date
    language: str
    perimeter: Perimeter = Perimeter()
    as_of: Cut = Moment.CLOSING
    age: tuple[str, ...] = ()


class Made(NamedTuple):
    """`files`: by name. `warnings`: what is not as somebody may expect."""

    dossier: Dossier
    files: dict[str, bytes]
    warnings: list[str]


def period_wanted(tables: Tables, first: date, last: date, as_of: int | None = None) -> Period:
    """Days in the time zone of the territory as declared at this size of the log; UTC without."""
    if (last - first).days > LONGEST_DAYS:
        raise InputError("a dossier is about ten years at most", where=f"{first}/{last}")
    zones = (time_zone(tables, day, as_of=as_of) for day in (last, first))
    return period_of(first, last, next((zone for zone in zones if zone), "UTC"))


def make(
    tables: Tables,
    provider: str,
    wanted: Wanted,
    setting: Setting | None,
    told: Callable[[str], object] = lambda _: None,
) -> Made:
    """`setting` None: without the document. `told`: which of `PHASES` begins."""
    key = sealed_key(tables, wanted.age)
    words = Words(wanted.language)
    size = size_of(tables, wanted.as_of, wanted.last)
    period = period_wanted(tables, wanted.first, wanted.last, size)
    dossier = draw(
        tables,
        provider,
        wanted.language,
        period,
        wanted.perimeter,
        as_of=size,
        told=told,
    )
    told(WRITING)
    files = file_set(dossier, words)
    warnings: list[str] = []
    told(SETTING)
    made = _document(dossier, files, setting, sealed=key is not None)
    if made is None:
        warnings.append(words("no_pdf"))
    else:
        files[DOCUMENT] = made
    if key is None:
        warnings.append(words("annex_e_left_out"))
    else:
        files[KEY_FILE] = key
    return Made(dossier, files, warnings)


def given_of(wanted: Wanted, made: Made, by: str, at_ms: int) -> Given:
    """What the log is told of a dossier: what was asked, and what it was."""
    read = made.dossier.read
    asked: dict[str, str | int | bool | list[str]] = {
        "from": wanted.first.isoformat(),
        "until": wanted.last.isoformat(),
        "language": wanted.language,
        "offences": list(wanted.perimeter.offences),
        "jurisdiction": wanted.perimeter.jurisdiction,
        "root": read.root,
        "key_of_pseudonyms": bool(wanted.age),
    }
    return Given(COURT, by, at_ms, read.as_of, asked, hashes(made.files))


def _document(
    dossier: Dossier, files: dict[str, bytes], setting: Setting | None, *, sealed: bool
) -> bytes | None:
    if setting is None:
        return None
    from rempart.disclose.court.document import signed

    return signed(dossier, files, setting, key_sealed=sealed)
