"""The document's own words, in French and in English (`words/*.toml`), and how it writes times.

Rules kept here: both languages have the same keys with the same places to fill in (a test says
so); a number of things is said by `n`, with the language's own rule for one and many.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Final

from rempart.disclose.dossier.document.content import moment
from rempart.errors import InputError
from rempart.model.moments import zone_named

LANGUAGES: Final = ("en", "fr")


class Words:
    """`zone`: where local times are told of; None when this machine does not know it."""

    def __init__(self, language: str, timezone: str) -> None:
        if language not in LANGUAGES:
            raise InputError("a document is in French or in English", where=language)
        self.language = language
        self.texts = texts(language)
        self.zone = None if timezone == "UTC" else zone_named(timezone)

    def __call__(self, key: str, **values: object) -> str:
        text = self.texts[key]
        return text.format(**values) if values else text

    def either(self, key: str, otherwise: str) -> str:
        """The words of `key`, or those of `otherwise` when there are none: a name from the log."""
        return self.texts.get(key) or self.texts[otherwise]

    def n(self, what: str, count: int) -> str:
        one = count == 1 or (self.language == "fr" and count == 0)
        return self(f"{what}_1" if one else f"{what}_n", n=self.number(count))

    def number(self, count: float) -> str:
        text = f"{count:,}"
        return text.replace(",", "\xa0").replace(".", ",") if self.language == "fr" else text

    def span(self, seconds: int) -> str:
        for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
            if seconds == size:
                return self(name.removesuffix("s"))
            if seconds % size == 0:
                return self(name, n=self.number(seconds // size))
        return self("seconds", n=self.number(seconds))

    def utc(self, at: datetime | None) -> str:
        if at is None:
            return self("unknown")
        return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")

    def utc_of(self, text: str) -> str:
        """Of a time as the log or a manifest writes it."""
        return self.utc(moment(text))

    def both(self, at: datetime | None) -> str:
        """UTC, then the local time: without its day where that is the same."""
        utc, local = self.utc(at), self.local(at)
        return f"{utc}   {local[11:] if local[:10] == utc[:10] else local}".rstrip()

    def local(self, at: datetime | None) -> str:
        """With its distance from UTC; empty without a time or a zone."""
        if at is None or self.zone is None:
            return ""
        moved = at.astimezone(self.zone)
        return f"{moved:%Y-%m-%d %H:%M:%S} {moved:%z}"[:-2] + ":" + f"{moved:%z}"[-2:]


@lru_cache(maxsize=4)
def texts(language: str) -> Mapping[str, str]:
    found = tomllib.loads((files(__package__) / "words" / f"{language}.toml").read_text("utf-8"))
    return {key: str(text) for key, text in found.items()}
