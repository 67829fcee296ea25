"""What was wrong, in the reader's language: texts of errors and of mistakes in rules, by templates.

Errors are written in English where they arise, in rooms that know no language. `.ci/reasons.py`
reads from the code every text that a page can show, with a lettered hole for what is put in, and
`.ci/catalogues` brings them with their French into a catalogue of their own (`refusals`). A text
that fits a template of it is said in the reader's language with the same parts; a part that is
such a text itself is said in that language too. Any other text is shown as it is.
"""

from __future__ import annotations

import gettext
import re
import struct
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from rempart.web.console.words import colon
from rempart.web.failures import Problem

BESIDES: Final = (
    # what a form holds, as msgspec says it
    "Object missing required field `%(a)s`",
    "Object contains unknown field `%(a)s`",
    "Expected `%(a)s`, got `%(b)s`",
    "Expected `str` of length <= %(a)s",
    "Expected `str` of length >= %(a)s",
    "Expected `array` of length <= %(a)s",
    "Expected `array` of length >= %(a)s",
    "Expected `int` <= %(a)s",
    "Expected `int` >= %(a)s",
    "Expected `str` matching regex %(a)s",
    "Invalid enum value %(a)s",
    "Invalid RFC3339 encoded date",
    "Invalid RFC3339 encoded datetime",
    # mistakes in the measures of rules
    "there is no measure `%(a)s`",
    "%(a)s is not a measure",
    "%(a)s is not a length of time",
    "a raid is no message",
    "a label needs an end",
    "write it like `hold message for 7 days`",
    "rule `%(a)s`",
    # captured pages, the full check of the log
    "its address was erased",
    "it broke: %(a)s",
    "%(a)s entries are missing in %(b)s to %(c)s",
    "the first %(a)s entries do not give the root that was signed",
    "no checkpoint was ever signed, or it was removed: rempart log checkpoint",
    "a checkpoint: %(a)s",
    "a checkpoint of %(a)s entries is kept as of %(b)s",
    "the log has %(a)s entries, but %(b)s were signed: it was cut, or is old",
    "entry %(a)s: its text does not open with its key",
    "entry %(a)s: not a leaf of this log",
    "entry %(a)s: %(b)s",
    "%(a)s does not hold the hashes of its entries",
    # what is drawn aside
    "the court dossier",
    "the yearly report",
    "learning",
    "a comparison with history",
    "%(a)s could not be drawn",
    # warnings of the yearly report
    "the name of the provider is empty: set it as [community] name",
    "no tier is declared for this period: filled as for an online platform",
    "reports have this form from July 2025 on: an earlier one is not owed",
    "a micro or small enterprise owes no such report (art. 15(2)); it may publish one",
    "a very large platform reports by half-years: ask for half 1 and half 2",
    "a text of sheet 11 holds what looks like personal data: everybody reads it",
    "a draft: the day of publication is empty until it is published",
)
"""Templates of texts that no error of ours carries."""

LOCALE: Final = Path(__file__).resolve().parent.parent / "locale"
CATALOGUE: Final = "refusals"
_RULE: Final = re.compile(r"(?P<text>.*) \((?P<rule>rule `[a-z0-9-]+`)\)", re.S)
_WHERE: Final = re.compile(r"(?P<where>[^:() ]+(?::\d+)*): (?P<rest>.+)", re.S)
_HOLE: Final = re.compile(r"%\((\w+)\)s")


class _Form(NamedTuple):
    words: int
    """How many characters of its own it has: the more, the earlier it is tried."""
    pattern: re.Pattern[str]
    said: str


class _Catalogue(NamedTuple):
    whole: dict[str, str]
    """Texts without a hole."""
    forms: tuple[_Form, ...]


def told(text: str, language: str) -> str:
    """One text of an error or a mistake, in the reader's language."""
    return text if language == "en" else _told(text, language)


def told_line(line: str, language: str) -> str:
    """`RempartError.diagnostics()`, part by part: `where: what (next step)`."""
    return line if language == "en" else _told_line(line, language)


def told_problem(problem: Problem, language: str) -> Problem:
    """The body of a refusal whose reader is a page's script. The API itself speaks English."""
    return replace(
        problem,
        reason=told(problem.reason, language),
        next_step=told(problem.next_step, language) if problem.next_step else None,
        details=tuple(replace(one, reason=told(one.reason, language)) for one in problem.details),
    )


@lru_cache(maxsize=1_024)
def _told(text: str, language: str) -> str:
    catalogue = _catalogue(language)
    whole = catalogue.whole.get(text)
    if whole is not None:
        return whole
    if of_a_rule := _RULE.fullmatch(text):
        what, rule = of_a_rule["text"], of_a_rule["rule"]
        return f"{_told(what, language)} ({_told(rule, language)})"
    for form in catalogue.forms:
        found = form.pattern.fullmatch(text)
        if found is not None:
            holes = {name: _told(value, language) for name, value in found.groupdict().items()}
            return form.said % holes
    return text


@lru_cache(maxsize=1_024)
def _told_line(line: str, language: str) -> str:
    if (said := _told(line, language)) != line:
        return said
    placed = _WHERE.fullmatch(line)
    place, rest = (_place(placed["where"], language), placed["rest"]) if placed else ("", line)
    for before, text in ((place, rest), ("", line)):
        for what, step in _splits(text):
            said, then = _told(what, language), _told(step, language)
            if said != what:
                return f"{before}{said}" + (f" ({then})" if step else "")
    return place + rest


def _place(where: str, language: str) -> str:
    """The name of a field has its word; a name, a day or a number stays as it is."""
    said = _told(f"{where}:", language)
    return f"{said} " if said != f"{where}:" else where + colon(language)


def _splits(text: str) -> list[tuple[str, str]]:
    """The ways to read a text as `what (next step)`: brackets may stand in both."""
    found = [(text, "")]
    if text.endswith(")"):
        found += [(text[: at.start()], text[at.end() : -1]) for at in re.finditer(r" \(", text)]
    return found


@cache
def _catalogue(language: str) -> _Catalogue:
    """A language without such a catalogue has no templates: nothing is said otherwise."""
    file = gettext.find(CATALOGUE, LOCALE, [language])
    pairs = {} if file is None else _pairs(Path(file).read_bytes())
    whole = {
        text.replace("%%", "%"): said.replace("%%", "%")
        for text, said in pairs.items()
        if not _HOLE.search(text)
    }
    forms = [_form(text, said) for text, said in pairs.items() if _HOLE.search(text)]
    return _Catalogue(whole, tuple(sorted(forms, key=lambda form: -form.words)))


def _form(template: str, said: str) -> _Form:
    parts = _HOLE.split(template)
    own = [part.replace("%%", "%") for part in parts[::2]]
    pattern = re.escape(own[0]) + "".join(
        f"(?P<{name}>.*?){re.escape(after)}"
        for name, after in zip(parts[1::2], own[1:], strict=True)
    )
    return _Form(sum(map(len, own)), re.compile(pattern, re.S), said)


def _pairs(compiled: bytes) -> dict[str, str]:
    """Message ids and what they are in the language, from a compiled catalogue (the format of GNU
    gettext: a table of lengths and places for each)."""
    order = "<" if compiled[:4] == b"\xde\x12\x04\x95" else ">"
    count, ids, said = struct.unpack_from(f"{order}3I", compiled, 8)

    def text(table: int, number: int) -> str:
        length, at = struct.unpack_from(f"{order}2I", compiled, table + 8 * number)
        return compiled[at : at + length].decode()

    pairs = {text(ids, number): text(said, number) for number in range(count)}
    pairs.pop("", None)
    return pairs
