"""What is wrong with a setting, said with its section, its name and what was meant.

One rule: nobody has to know how settings are decoded to understand why the start was refused.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from enum import Enum
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from rempart.errors import InputError

S = TypeVar("S", bound=msgspec.Struct)
_AT = re.compile(r"^(?P<said>.*?)(?: - at `\$\.?(?P<field>.*)`)?$", re.S)
_UNKNOWN = re.compile(r"unknown field `(?P<name>.*)`")
_NO_CHOICE = re.compile(r"Invalid enum value (?P<value>'.*')")
_MISSING = re.compile(r"missing required field `(?P<name>.*)`")


def read_section(found: Any, kind: type[S], section: str, path: str) -> S:
    """The section as `kind`; InputError names file, section, setting and what to write."""
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise _explained(str(error), kind, f"{path} [{section}]") from None


def _explained(error: str, kind: type[msgspec.Struct], where: str) -> InputError:
    parts = _AT.match(error)
    assert parts is not None
    said, field = parts["said"], parts["field"] or ""
    known = [item.encode_name for item in msgspec.structs.fields(_inner(kind, field))]
    if unknown := _UNKNOWN.search(said):
        near = get_close_matches(unknown["name"], known, 1)
        step = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
        return InputError(f"unknown setting {unknown['name']}", where=where, next_step=step)
    if missing := _MISSING.search(said):
        return InputError(f"{missing['name']} is missing", where=where, next_step="add it")
    if no_choice := _NO_CHOICE.search(said):
        choices = _choices(kind, field)
        return InputError(
            f"{field}: there is no {no_choice['value']}",
            where=where,
            next_step=f"one of: {', '.join(choices)}" if choices else "see docs/operating.md",
        )
    what = said.replace("`", "").replace("Expected", "expected")
    return InputError(
        f"{field}: {what}" if field else what, where=where, next_step="see docs/operating.md"
    )


def _inner(kind: type[msgspec.Struct], field: str) -> type[msgspec.Struct]:
    """The part of the section in which the field stands."""
    for name in field.split(".") if field else ():
        hint = get_type_hints(kind).get(name)
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            kind = hint
    return kind


def _choices(kind: type[msgspec.Struct], field: str) -> list[str]:
    """What may stand there, when the setting of this name is a choice."""
    hint = get_type_hints(kind).get(field.rsplit(".", 1)[-1])
    for one in (hint, *get_args(hint)):
        if isinstance(one, type) and issubclass(one, Enum):
            return [str(choice.value) for choice in one]
    return []
