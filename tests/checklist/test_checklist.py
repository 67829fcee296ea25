"""What is said to be shown is shown by tests that exist, ran, and passed."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rempart.disclose.checklist import (
    Run,
    Standing,
    behaviours,
    checklist,
    run_from,
    shipped_run,
)
from rempart.errors import InputError

ROOT = Path(__file__).parents[2]
AT_LEAST = 42


def test_each_named_test_exists() -> None:
    named = {test for one in behaviours().values() for test in one.tests}
    missing = [test for test in sorted(named) if not exists(*test.split("::"))]
    assert missing == []


def exists(file: str, *names: str) -> bool:
    path = ROOT / file
    if not path.exists() or not names:
        return False
    functions = {
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return names[-1] in functions


def test_what_has_no_test_says_what_is_missing_in_both_languages() -> None:
    silent = [
        one.id
        for one in behaviours().values()
        if not one.tests and not all(one.missing.get(language) for language in ("en", "fr"))
    ]
    assert silent == []
    assert all(one.behave["fr"] and one.behave["en"] for one in behaviours().values())


def test_the_run_it_is_shipped_with_shows_nearly_all() -> None:
    run = shipped_run()
    assert run is not None, "make checklist"
    found = checklist(run)
    failed = [one.behaviour.id for one in found.checked if one.standing is Standing.FAILED]
    not_run = [one.behaviour.id for one in found.checked if one.standing is Standing.NOT_RUN]
    assert (failed, not_run) == ([], []), "make checklist"
    assert (found.of, found.shown >= AT_LEAST) == (45, True)


def test_a_test_that_failed_or_did_not_run_shows_nothing() -> None:
    one = next(one for one in behaviours().values() if len(one.tests) >= 2)
    for result, standing in (("failed", Standing.FAILED), ("skipped", Standing.NOT_RUN)):
        tests = {one.tests[0]: "passed", one.tests[1]: result}
        found = checklist(Run("1", datetime(2026, 11, 21, tzinfo=UTC), tests))
        own = next(checked for checked in found.checked if checked.behaviour.id == one.id)
        assert own.standing is standing
    nothing = checklist(None)
    assert nothing.shown == 0


def test_what_is_no_run_is_refused() -> None:
    with pytest.raises(InputError):
        run_from(b'{"version": 1}')
