"""The dossier's own words in French and English (`words/*.toml`), and how it writes numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from rempart.cases.evidence.referrals import places
from rempart.cases.harms import harms
from rempart.disclose.plain_csv import Cell
from rempart.errors import InputError

LANGUAGES: Final = ("en", "fr")
_OFFENCE, _AUTHORITY = "offence", "authority"
_PLAIN: Final = frozenset(
    {
        "line", "text", "sha256", "id", "version", "versions", "declared", "reference", "name",
        "rights", "scope", "queue", "law", "reason", "country", "nationality", "spoken",
        "language", "what_is_new", "purpose", "contract", "currency", "published_by", "changed_by",
    }
)  # fmt: skip
"""Columns whose words are shown as they are."""


class Words:
    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise InputError("a dossier is in French or in English", where=language)
        self.language = language
        self._texts = texts(language)

    def __call__(self, key: str, **values: object) -> str:
        text = self._texts[key]
        return text.format(**values) if values else text

    def key(self, kind: str, name: str) -> str:
        """The words of a section, a table or a column."""
        return self._texts[f"{kind}_{name.replace('.', '_')}"]

    def number(self, count: float) -> str:
        text = f"{count:,}"
        return text.replace(",", "\xa0").replace(".", ",") if self.language == "fr" else text

    def cell(self, column: str, value: Cell) -> str:
        """As the document shows it; the CSV has it plainly."""
        if value is None:
            return "–"
        if not isinstance(value, str):
            return str(value) if column in ("version", "terms_version", "hour") else self._n(value)
        if column == _OFFENCE and value in harms():
            return harms()[value].label[self.language]
        if column == _AUTHORITY and value in places():
            return places()[value].label[self.language]
        known = self._texts.get(f"value_{value}", value)
        if column in _PLAIN and value not in ("not_declared", "not_recorded"):
            known = value
        return known

    def _n(self, value: float) -> str:
        return self.number(round(value, 4))


@cache
def texts(language: str) -> Mapping[str, str]:
    found = files(__package__).joinpath(f"words/{language}.toml").read_text("utf-8")
    known: Mapping[str, str] = tomllib.loads(found)
    return known
