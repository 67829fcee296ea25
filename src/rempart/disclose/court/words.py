"""The dossier's own words in French and English (`words/*.toml`), and how it writes numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from rempart.cases.evidence.referrals import places
from rempart.cases.harms import harms
from rempart.disclose.plain_csv import Cell
from rempart.errors import InputError

LANGUAGES: Final = ("en", "fr")
_OFFENCE, _AUTHORITY, _RULE = "offence", "authority", "rule"
_RIGHTS, _LAW, _KEPT = "rights", "law", "kept_share"
_PLAIN: Final = frozenset(
    {
        "line", "text", "sha256", "id", "version", "versions", "declared", "reference", "name",
        "rights", "scope", "queue", "law", "reason", "country", "nationality", "spoken",
        "language", "what_is_new", "purpose", "contract", "currency", "published_by", "changed_by",
    }
)  # fmt: skip
"""Columns whose words are shown as they are, but for these."""
_SAID_ANYWHERE: Final = frozenset({"not_declared", "not_recorded", "other", "merged"})


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

    def day(self, day: date) -> str:
        return day.strftime("%d/%m/%Y") if self.language == "fr" else day.isoformat()

    def cell(self, column: str, value: Cell) -> str:
        """As the document shows it; the CSV has it plainly."""
        if value is None:
            return "–"
        if isinstance(value, str):
            return self._said(column, value)
        if column == _KEPT:
            return self._n(100 * value) + ("\xa0%" if self.language == "fr" else "%")
        return str(value) if column in ("version", "terms_version", "hour") else self._n(value)

    def _said(self, column: str, value: str) -> str:
        if column == _OFFENCE and value in harms():
            return harms()[value].label[self.language]
        if column == _AUTHORITY and value in places():
            return places()[value].label[self.language]
        if column == _RIGHTS:
            return ", ".join(self._texts.get(f"right_{one}", one) for one in value.split())
        if column == _LAW:
            return "; ".join(self._duty(one) for one in value.split("; "))
        said = self._texts.get(f"{column}_{value}")
        if said is None:
            plain = column in _PLAIN and value not in _SAID_ANYWHERE
            return value if plain else self._texts.get(f"value_{value}", value)
        return f"{said} ({value})" if column == _RULE else said

    def _duty(self, said: str) -> str:
        """What the law asks for and within what time, as in `decide: 24 h`; an article as it is."""
        what, _, within = said.partition(": ")
        if not within or f"value_{what}" not in self._texts:
            return said
        colon = "\xa0: " if self.language == "fr" else ": "
        return self._texts[f"value_{what}"] + colon + self._texts.get(f"law_{within}", within)

    def _n(self, value: float) -> str:
        return self.number(round(value, 4))


@cache
def texts(language: str) -> Mapping[str, str]:
    found = files(__package__).joinpath(f"words/{language}.toml").read_text("utf-8")
    known: Mapping[str, str] = tomllib.loads(found)
    return known
