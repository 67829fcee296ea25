"""Fields of a form, said once: how each is drawn, and how what was typed becomes a value.

`parts/fields.html` draws them. What is left empty is left out, so that the default of the value
counts; what cannot be read is an InputError with the name of its field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

import msgspec

from rempart.errors import InputError


class Form(StrEnum):
    TEXT = "text"
    AREA = "area"
    NUMBER = "number"
    DAY = "date"
    MOMENT = "datetime-local"
    EMAIL = "email"
    LINES = "lines"
    CODES = "codes"
    LEVELS = "levels"
    CHOICE = "choice"
    CHECK = "check"
    MANY = "many"


class Field(NamedTuple):
    """`label`, `hint`: message ids. `choices`: values of a choice, or of boxes of which many may be
    ticked (each posted as `name.value`), whose words are those of
    `words` in the labels; `words` empty: the choices are pairs of value and message id."""

    name: str
    label: str
    form: Form = Form.TEXT
    hint: str = ""
    choices: tuple[str, ...] = ()
    words: str = ""
    required: bool = True
    longest: int = 200


T = TypeVar("T")
_MOST_LINES = 500


def read_fields(fields: Iterable[Field], typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as JSON values by name (see module)."""
    found: dict[str, Any] = {}
    for field in fields:
        if field.form is Form.MANY:
            ticked = zip(field.choices, _names(field), strict=True)
            value: Any = [one for one, name in ticked if typed.get(name)] or None
        else:
            value = _read(field, str(typed.get(field.name, "")).strip())
        if value is not None:
            found[field.name] = value
        elif field.required:
            raise InputError("this is needed", where=field.name)
    return found


def _read(field: Field, text: str) -> Any:
    if field.form is Form.CHECK:
        return bool(text)
    if not text:
        return None
    if len(text) > max(field.longest, _MOST_LINES * field.longest * (field.form is Form.LINES)):
        raise InputError(f"at most {field.longest} characters", where=field.name)
    readers: dict[Form, Callable[[Field, str], Any]] = {
        Form.NUMBER: _number,
        Form.LEVELS: _levels,
        Form.LINES: lambda _, text: [line.strip() for line in text.splitlines() if line.strip()],
        Form.CODES: lambda _, text: text.replace(",", " ").split(),
        Form.MOMENT: _moment,
    }
    reader = readers.get(field.form)
    return text.replace("\r\n", "\n") if reader is None else reader(field, text)


def _number(field: Field, text: str) -> int:
    digits = "".join(text.split())
    if not digits.isdecimal() or len(digits) > 15:
        raise InputError("this is no whole number", where=field.name)
    return int(digits)


def _moment(field: Field, text: str) -> str:
    """As browsers write it, in UTC, to RFC 3339."""
    try:
        at = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        raise InputError("this is no time", where=field.name) from None
    return at.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")


def _levels(field: Field, text: str) -> dict[str, str]:
    """ "fr C2, en B1" by language."""
    found = {}
    for part in text.replace(";", ",").split(","):
        language, _, level = part.strip().partition(" ")
        if not language or not level.strip():
            raise InputError(
                "a language goes with its level", where=field.name, next_step="as in: fr C2, en B1"
            )
        found[language.lower()] = level.strip().upper()
    return found


def typed_again(fields: Sequence[Field], typed: Mapping[str, Any]) -> dict[str, str]:
    """What somebody typed, to stand in the form again beside the error."""
    names = [name for field in fields for name in _names(field)]
    return {name: str(typed.get(name, ""))[:20_000] for name in names}


def _names(field: Field) -> list[str]:
    """As a form posts them."""
    if field.form is not Form.MANY:
        return [field.name]
    return [f"{field.name}.{one}" for one in field.choices]


def as_typed(fields: Sequence[Field], value: Mapping[str, Any]) -> dict[str, str]:
    """A value as it would be typed, for a form that changes it."""
    return {
        field.name: _typed(field, value[field.name])
        for field in fields
        if value.get(field.name) is not None
    }


def _typed(field: Field, value: Any) -> str:
    match field.form:
        case Form.CHECK:
            return "yes" if value else ""
        case Form.LINES:
            return "\n".join(value)
        case Form.CODES:
            return ", ".join(value)
        case Form.LEVELS:
            return ", ".join(f"{language} {level}" for language, level in value.items())
        case _:
            return str(value)


def converted(fields: dict[str, Any], type: type[T]) -> T:
    """A struct from what was typed. InputError names the field that is wrong."""
    try:
        return msgspec.convert(fields, type)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        where = place.strip("`").removeprefix("$.").partition("[")[0]
        raise InputError(what, where=where) from None
