"""The behaviours that the law asks for, one by one, and what shows each here.

`behaviours.toml` is written by hand: the behaviour, and the tests that show it. `results.json` is
written by a run of those tests (`make checklist`) and by nothing else. A behaviour is *shown* when
it has tests and all of them passed in that run; without tests it is *missing*, and says what is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from rempart.errors import InputError

RESULTS = "results.json"


class Standing(StrEnum):
    SHOWN = "shown"
    FAILED = "failed"
    NOT_RUN = "not_run"
    MISSING = "missing"


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Texts by language. `tier`: from which kind of service on it binds; `shown_by`: how a test of
    it looks; `tests`: pytest's ids; `missing`: what is not there."""

    id: str
    article: str
    tier: str
    micro: bool
    behave: dict[str, str]
    shown_by: str
    tests: tuple[str, ...] = ()
    missing: dict[str, str] = {}


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one run gave: by test, `passed`, `failed` or `skipped` (a test with several cases has
    passed when all of them have)."""

    version: str
    made_at: datetime
    tests: dict[str, str]


class Checked(msgspec.Struct, frozen=True):
    """One behaviour, with what the last run says of it."""

    behaviour: Behaviour
    standing: Standing
    results: dict[str, str]


class Checklist(msgspec.Struct, frozen=True):
    version: str
    made_at: datetime | None
    shown: int
    of: int
    checked: list[Checked]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    behaviour: list[Behaviour]


@cache
def behaviours() -> Mapping[str, Behaviour]:
    """By id, in the order of the regulation."""
    text = files(__package__).joinpath("behaviours.toml").read_text("utf-8")
    found = msgspec.convert(tomllib.loads(text), _File).behaviour
    if len({one.id for one in found}) != len(found):
        raise InputError("two behaviours have one id", where="behaviours.toml")
    return {one.id: one for one in found}


def run_from(data: bytes) -> Run:
    """A run as it was written; InputError when it is none."""
    try:
        return msgspec.json.decode(data, type=Run)
    except msgspec.DecodeError as error:
        raise InputError(f"not the results of a run: {error}", where=RESULTS) from error


@cache
def shipped_run() -> Run | None:
    """The run that this version was shipped with; None when it was shipped without."""
    file = files(__package__).joinpath(RESULTS)
    return run_from(file.read_bytes()) if file.is_file() else None


def checklist(run: Run | None) -> Checklist:
    """What this run shows of each behaviour."""
    results = run.tests if run is not None else {}
    checked = [_checked(one, results) for one in behaviours().values()]
    return Checklist(
        run.version if run is not None else "",
        run.made_at if run is not None else None,
        sum(one.standing is Standing.SHOWN for one in checked),
        len(checked),
        checked,
    )


def _checked(one: Behaviour, results: Mapping[str, str]) -> Checked:
    own = {test: results[test] for test in one.tests if test in results}
    if not one.tests:
        standing = Standing.MISSING
    elif any(result == "failed" for result in own.values()):
        standing = Standing.FAILED
    elif len(own) == len(one.tests) and all(result == "passed" for result in own.values()):
        standing = Standing.SHOWN
    else:
        standing = Standing.NOT_RUN
    return Checked(one, standing, own)
