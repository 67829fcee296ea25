"""Rule files and term lists from a folder: `*.toml` are rules, `lists/*.txt` a term a line.

Terms are folded as messages are, so that a list finds what hides. Lines with `#` are remarks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rempart.detect.text.fold import fold
from rempart.errors import InputError
from rempart.rules.language import Program, RuleProblemsError

MAX_FILE_BYTES: Final = 4 << 20
LISTS: Final = "lists"


class RulesRefusedError(InputError):
    """The rule files are refused whole; `problems` says all that is wrong, with places."""

    exit_code = 1

    def __init__(self, error: RuleProblemsError, where: str) -> None:
        count = len(error.problems)
        super().__init__(
            f"{count} mistake{'s' if count != 1 else ''} in the rules: {error.problems[0]}",
            where=where,
            next_step="rempart rules check shows all of them",
        )
        self.problems = error.problems


def read_folder(folder: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Rule files and lists by name. InputError: no such folder, or a file that cannot be read."""
    if not folder.is_dir():
        raise InputError(
            "there is no such folder of rules",
            where=str(folder),
            next_step="name a folder with .toml files",
        )
    files = {path.name: _read(path) for path in sorted(folder.glob("*.toml"))}
    if not files:
        raise InputError(
            "no rule file is in this folder", where=str(folder), next_step="rules are .toml files"
        )
    lists = {path.stem: terms_of(_read(path)) for path in sorted((folder / LISTS).glob("*.txt"))}
    return files, lists


def terms_of(text: str) -> list[str]:
    """The terms of a list in folded form, each once, in the order of the file."""
    lines = [line.strip() for line in text.splitlines()]
    return list(dict.fromkeys(fold([line for line in lines if line and line[0] != "#"])))


def load_program(folder: Path) -> Program:
    """The compiled rules of a folder. RulesRefusedError: all that is wrong with them."""
    files, lists = read_folder(folder)
    try:
        return Program(files, lists)
    except RuleProblemsError as error:
        raise RulesRefusedError(error, str(folder)) from error


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError(f"larger than {MAX_FILE_BYTES >> 20} MB", where=str(path))
        return path.read_text("utf-8")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text", where=str(path)) from error
