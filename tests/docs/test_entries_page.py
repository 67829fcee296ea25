"""docs/entries.md names every type of entry and every field that the code writes into the log: both
are found in the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "entries.md"
_ROW = re.compile(r"^\| `([\w-]+)` \| (.+) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
HOW = "write its row into docs/entries.md: what it says, its fields with units, since when, by whom"
ROOT = Path(__file__).parents[2] / "src" / "rempart"
SEALING = frozenset({"entry", "seal", "seal_verbatim", "seal_messages"})
ELSEWHERE = ("disclose/rehearsal/",)
"""Writes a made-up history, with the types of the rooms that write the true one."""


class EntryType(NamedTuple):
    """`fields`: those the code names literally; `modules` relative to the package."""

    fields: set[str]
    modules: set[str]


@lru_cache(1)
def entry_types() -> dict[str, EntryType]:
    """By name."""
    found: dict[str, EntryType] = {}
    for path in sorted(ROOT.rglob("*.py")):
        module = path.relative_to(ROOT).as_posix()
        if module.startswith(ELSEWHERE):
            continue
        for name, fields in _of_module(ast.parse(path.read_text("utf-8"))):
            known = found.setdefault(name, EntryType(set(), set()))
            known.fields.update(fields)
            known.modules.add(module)
    return found


def _of_module(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    constants = _constants(tree)
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        told = _dictionaries(function)
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or _called(call) not in SEALING or not call.args:
                continue
            if _called(call) == "seal_messages":
                yield "message", {"at", "source", "item", "outcome"}
                continue
            first = call.args[0]
            for name in _names(first, constants):
                yield name, _fields(call.args[1], told) if len(call.args) > 1 else set()


def _names(node: ast.expr, constants: dict[str, str]) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.Name) and node.id in constants:
        return [constants[node.id]]
    return []


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _constants(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name, value = node.target.id, node.value
        else:
            continue
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            found[name] = value.value
    return found


def _dictionaries(function: ast.AST) -> dict[str, set[str]]:
    """The keys of dictionaries that a function names, and of what it adds to them."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(function):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            value = getattr(node, "value", None)
            if isinstance(target, ast.Name) and isinstance(value, ast.Dict):
                found.setdefault(target.id, set()).update(_keys(value))
            if (
                isinstance(target, ast.Subscript)
                and isinstance(target.value, ast.Name)
                and isinstance(target.slice, ast.Constant)
                and isinstance(target.slice.value, str)
            ):
                found.setdefault(target.value.id, set()).add(target.slice.value)
    return found


def _keys(node: ast.Dict) -> set[str]:
    return {
        key.value
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def _fields(node: ast.expr, told: dict[str, set[str]]) -> set[str]:
    if isinstance(node, ast.Name):
        return told.get(node.id, set())
    if isinstance(node, ast.Dict):
        found = _keys(node)
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                found |= _fields(value, told)
        return found
    return set()


def rows() -> dict[str, tuple[set[str], list[str]]]:
    """Fields and modules by name, as the page says."""
    found = {}
    for name, _, fields, since, modules in _ROW.findall(PAGE.read_text("utf-8")):
        assert re.fullmatch(r"\d+\.\d+\.\d+", since), name
        assert name not in found, f"{name} stands twice in docs/entries.md"
        found[name] = (
            {field.strip() for field in fields.split(",")},
            re.findall(r"`([^`]+)`", modules),
        )
    return found


@pytest.mark.parametrize("name", sorted(entry_types()))
def test_every_type_and_field_that_is_written_is_documented(name: str) -> None:
    documented = rows()
    assert name in documented, f"the entry {name} is not documented: {HOW}"
    fields, modules = documented[name]
    written = entry_types()[name]
    missing = written.fields - fields - {"v"}
    assert not missing, f"fields of the entry {name} are not documented: {sorted(missing)}"
    assert written.modules <= set(modules), f"the entry {name} is also written by others: {HOW}"


def test_nothing_is_documented_that_nobody_writes() -> None:
    for name, (_, modules) in rows().items():
        assert modules, name
        for module in modules:
            text = (ROOT / module).read_text("utf-8")
            quoted = f'"{name}"' in text or f"{name!r}" in text
            by_call = name in entry_types() and module in entry_types()[name].modules
            assert quoted or by_call, f"{module} does not write {name}"
