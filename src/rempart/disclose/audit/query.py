"""One query of an auditor, in a process of its own that can reach nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Final, NamedTuple

import msgspec

from rempart.disclose.audit.tables import Whole, library, packed, tables_of
from rempart.errors import InputError

LONGEST_SQL: Final = 10_000


class Limits(NamedTuple):
    """`seconds`: of the whole; `memory`: address space of the process, bytes; `cell`: characters of
    one cell; `answer`: of all of them together."""

    seconds: float = 30.0
    memory: int = 4 << 30
    rows: int = 1_000
    cell: int = 2_000
    answer: int = 8 << 20


LIMITS: Final = Limits()


class Result(msgspec.Struct, frozen=True):
    """`truncated`: there were more rows than are given."""

    columns: list[str]
    rows: list[list[str | int | float | bool | None]]
    truncated: bool


class _Answer(msgspec.Struct, frozen=True):
    result: Result | None = None
    wrong: str = ""


def query(whole: Whole, sql: str, limits: Limits = LIMITS) -> Result:
    """InputError: it is no single SELECT, or the database refuses it, or it took too long
    or too much."""
    if not sql.strip() or len(sql) > LONGEST_SQL:
        raise InputError(f"a query has 1 to {LONGEST_SQL} characters", where="sql")
    library()
    head = json.dumps({"sql": sql, **limits._asdict()}).encode()
    given = len(head).to_bytes(4, "big") + head + packed(tables_of(whole))
    try:
        done = subprocess.run(
            # Of this process it gets its modules and nothing else: no home, no setting, no secret,
            # and no module that lies where the service was started.
            [sys.executable, "-P", "-m", "rempart.disclose.audit.alone"],
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "HOME": os.devnull},
            input=given,
            capture_output=True,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_much() from None
    if done.returncode != 0:
        raise _too_much()
    answer = msgspec.json.decode(done.stdout, type=_Answer)
    if answer.result is None:
        raise InputError(answer.wrong[:500], where="sql")
    return answer.result


def _too_much() -> InputError:
    return InputError(
        "this query took too long or too much memory",
        where="sql",
        next_step="ask for less, or take the history away as Parquet",
    )
