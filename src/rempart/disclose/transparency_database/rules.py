"""The quality gate: what the server would refuse, told before anything is sent. Pure.

A small reader of `schema.json` (the part of JSON Schema that is used there) and the bounds of dates
that the server checks beside it. A statement can be neither corrected nor withdrawn, so that what
passes here is the last word on its form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import msgspec

from rempart.disclose.transparency_database.payload import FIRST_CONTENT, Payload

BATCH: Final = 100
_FIRST_APPLICATION: Final = "2020-01-01"
_LAST: Final = "2038-01-01"
_WORDS: Final = "type items minItems minLength maxLength pattern contains properties format"
_READ: Final = frozenset(_WORDS.split())
_Check = Callable[[Any], str | None]
"""Says what is wrong with a value, or None."""


class Fault(NamedTuple):
    """`field`: of the payload; `start`, `end`: where in its text, when it is a place in it."""

    field: str
    what: str
    start: int | None = None
    end: int | None = None


def schema() -> dict[str, Any]:
    """The schema as a document; a new one at each call."""
    found: dict[str, Any] = json.loads(files(__package__).joinpath("schema.json").read_bytes())
    return found


class Quality:
    """Remembers what it passed: statements of one raid differ in their `puid` alone."""

    def __init__(self) -> None:
        self._passed: set[bytes] = set()

    def faults(self, payload: Payload) -> list[Fault]:
        key = msgspec.json.encode(msgspec.structs.replace(payload, puid="x"))
        if key in self._passed and re.fullmatch(r"[A-Za-z0-9_-]{1,500}", payload.puid):
            return []
        found = faults(payload)
        if not found:
            if len(self._passed) > 10_000:
                self._passed.clear()
            self._passed.add(key)
        return found


def faults(payload: Payload) -> list[Fault]:
    """Everything that the server would refuse, by field."""
    document = msgspec.to_builtins(payload)
    fields, conditions = _compiled()
    found = [
        Fault(name, what)
        for name, value in document.items()
        if (what := fields[name](value)) is not None
    ]
    found += [Fault(field, what) for condition in conditions for field, what in condition(document)]
    return found + list(_dates(payload))


def _dates(payload: Payload) -> Iterator[Fault]:
    if not FIRST_CONTENT <= payload.content_date <= _LAST:
        yield Fault("content_date", f"not between {FIRST_CONTENT} and {_LAST}")
    if not _FIRST_APPLICATION <= payload.application_date <= _LAST:
        yield Fault("application_date", f"not between {_FIRST_APPLICATION} and {_LAST}")
    for field in (
        "end_date_visibility_restriction",
        "end_date_service_restriction",
        "end_date_account_restriction",
    ):
        day = getattr(payload, field)
        if day is not None and not payload.application_date <= day <= _LAST:
            yield Fault(field, f"not between {payload.application_date} and {_LAST}")


_Condition = Callable[[dict[str, Any]], list[tuple[str, str]]]


@cache
def _compiled() -> tuple[dict[str, _Check], list[_Condition]]:
    document = schema()
    fields = {name: _check(rule) for name, rule in document["properties"].items()}
    conditions: list[_Condition] = [_required(document["required"])]
    conditions += [_condition(part) for part in document["allOf"]]
    return fields, conditions


def _check(rule: dict[str, Any]) -> _Check:
    """What one value must be. A word of the schema that is not read here fails at once."""
    if "anyOf" in rule:
        either = [_check(part) for part in rule["anyOf"]]
        return lambda value: None if any(one(value) is None for one in either) else either[0](value)
    if "enum" in rule:
        allowed = frozenset(rule["enum"])
        return lambda value: None if _hashable(value) in allowed else "not one of those it may be"
    if "const" in rule:
        only = rule["const"]
        return lambda value: None if value == only else f"not {only}"
    assert set(rule) <= _READ, rule
    return _of_type(rule)


def _of_type(rule: dict[str, Any]) -> _Check:
    kind = rule.get("type", "array")
    if kind == "string":
        return _string(rule)
    if kind == "array":
        return _array(rule)
    if kind == "null":
        return lambda value: None if value is None else "must be empty"
    return lambda value: None if isinstance(value, dict) else "not an object"


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _string(rule: dict[str, Any]) -> _Check:
    least, most = rule.get("minLength", 0), rule.get("maxLength", 1 << 30)
    pattern = re.compile(rule.get("pattern", ""))

    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "not a text"
        if len(value) < least or (not value.strip() and least):
            return "empty"
        if len(value) > most:
            return f"{len(value)} characters, at most {most}"
        return None if pattern.search(value) else "not written as it must be"

    return check


def _array(rule: dict[str, Any]) -> _Check:
    least = rule.get("minItems", 0)
    item = _check(rule["items"]) if "items" in rule else None
    contains = _check(rule["contains"]) if "contains" in rule else None
    whole = frozenset(rule.get("items", {}).get("enum", ()))

    def check(value: Any) -> str | None:
        if not isinstance(value, list | tuple):
            return "not a list"
        if len(value) < least:
            return "empty"
        if contains is not None and all(contains(one) is not None for one in value):
            return "lacks what it must hold"
        if item is None or (whole and whole.issuperset(map(_hashable, value))):
            return None
        wrong = (item(one) for one in value)
        return next((what for what in wrong if what is not None), None)

    return check


def _required(names: list[str]) -> _Condition:
    return lambda document: [
        (name, "missing") for name in names if document.get(name) in (None, "")
    ]


def _condition(rule: dict[str, Any]) -> _Condition:
    """One of `allOf`: an `anyOf`, or an `if … then …`."""
    if "anyOf" in rule:
        ways = [_part(part) for part in rule["anyOf"]]
        first = rule["anyOf"][0]["required"][0]
        return lambda document: (
            [] if any(not way(document) for way in ways) else [(first, "no restriction is named")]
        )
    when, then = _part(rule["if"]), _part(rule["then"])
    return lambda document: [] if when(document) else then(document)


def _part(rule: dict[str, Any]) -> _Condition:
    needed = _required(rule.get("required", []))
    fields = {name: _check(part) for name, part in rule.get("properties", {}).items()}

    def check(document: dict[str, Any]) -> list[tuple[str, str]]:
        found = needed(document)
        for name, one in fields.items():
            if name in document and (what := one(document[name])) is not None:
                found.append((name, what))
        return found

    return check
