"""Codes of statements: how an account without any account here reads what was decided of it.

A code is the statement's number and a keyed hash of it (128 bits), in letters and digits that
cannot be mistaken for one another. Nothing of it is stored: whoever copies the database alone can
neither make nor test one. It is understood whatever its case and spacing.
"""

from __future__ import annotations

import hmac

from rempart.cases.reports.keys import ReportKeys
from rempart.errors import InputError, NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.statements import StatementRow

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)} | {"o": 0, "i": 1, "l": 1}
_NUMBER_BYTES = 6
_MAC_BYTES = 16
_LENGTH = 36
_GROUP = 6
LONGEST = 120


def statement_code(number: int, keys: ReportKeys) -> str:
    """Thirty-six letters in six groups."""
    data = number.to_bytes(_NUMBER_BYTES, "big") + keys.statement_mac(number)
    value = int.from_bytes(data, "big")
    letters = "".join(_LETTERS[value >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def read_code(tables: Tables, code: str, keys: ReportKeys) -> StatementRow:
    """The statement that a code opens. InputError: this is no code; NotFoundError: it opens
    none."""
    typed = [c for c in code[:LONGEST].casefold() if c.isalnum()]
    if len(typed) != _LENGTH or any(c not in _VALUES for c in typed):
        raise InputError(
            "a code has thirty-six letters and digits",
            where="code",
            next_step="copy all of it, as it was given to you",
        )
    value = 0
    for letter in typed:
        value = value << 5 | _VALUES[letter]
    if value >> 8 * (_NUMBER_BYTES + _MAC_BYTES):
        raise _unknown()
    data = value.to_bytes(_NUMBER_BYTES + _MAC_BYTES, "big")
    number = int.from_bytes(data[:_NUMBER_BYTES], "big")
    row = tables.statements.by_number(number)
    if row is None or not hmac.compare_digest(data[_NUMBER_BYTES:], keys.statement_mac(number)):
        raise _unknown()
    return row


def _unknown() -> NotFoundError:
    return NotFoundError(
        "no statement has this code",
        where="code",
        next_step="check that you are on the site that gave it to you",
    )
