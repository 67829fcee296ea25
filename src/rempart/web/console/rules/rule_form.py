"""The editor's form: files and lists in fields, and back; the starter rule.

Fields: `file-name-0`, `file-text-0` and so on, `list-name-0`, `list-text-0` …; a part without text
is left out. `do` is the pressed button.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from rempart.engine.rule_files import terms_of
from rempart.errors import InputError
from rempart.rules.language import Problem, Program
from rempart.web.console.rules.rule_screens import Editor, Written

MOST_PARTS: Final = 40
MESSAGES: Final = (1_000, 20_000, 100_000)
ASKED: Final = ("check", "test", "compare", "propose")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

STARTER: Final = '''[[rule]]
name = "newcomers-in-a-hurry"
state = "shadow"
description = { en = "Four messages within a minute from an account younger than three days.", \
fr = "Quatre messages en une minute d’un compte de moins de trois jours." }
reason = { en = "Many messages within a minute from a very new account.", \
fr = "Beaucoup de messages en une minute depuis un compte tout neuf." }
when = """
account.age < days(3)
and count(by=account, over=minutes(1)) >= 4
"""
unknown = "skip"
measures = ["hold message for 1 day"]

[[rule.test]]
name = "the fourth message within a minute"
before = [
  { at = 0, account_age = "2 hours" },
  { at = 10, account_age = "2 hours" },
  { at = 20, account_age = "2 hours" },
]
message = { at = 30, account_age = "2 hours" }
expect = ["hold message"]

[[rule.test]]
name = "an old account may be quick"
before = [{ at = 0 }, { at = 1 }, { at = 2 }]
message = { at = 3, account_age = "400 days" }
expect = []

[[rule]]
name = "shouting"
state = "shadow"
description = { en = "Messages of twelve letters and more, mostly in capitals.", \
fr = "Messages de douze lettres et plus, presque tout en majuscules." }
reason = { en = "A message mostly in capitals.", fr = "Un message presque tout en majuscules." }
when = "len(message.text) >= 12 and capitals(message.text) > 0.7"
measures = ["hold message for 1 hour"]

[[rule.test]]
message = { text = "STOP THAT RIGHT NOW" }
expect = ["hold message"]

[[rule.test]]
message = { text = "LOL" }
expect = []
'''


def starter(now: datetime) -> Editor:
    """Rules one can try at once; they are on trial and hold nothing."""
    return Editor(now=now, base="", files=[Written("house.toml", STARTER)], lists=[])


def read(form: Mapping[str, str], now: datetime) -> Editor:
    """What the form holds; line ends as files have them."""
    asked = form.get("do", "")
    try:
        wanted = int(form.get("messages", ""))
    except ValueError:
        wanted = 0
    return Editor(
        now=now,
        base=form.get("base", "")[:64],
        files=_parts(form, "file"),
        lists=_parts(form, "list"),
        asked=asked if asked in ASKED else "check",
        reason=form.get("reason", "").strip()[:1_000],
        messages=wanted if wanted in MESSAGES else MESSAGES[1],
    )


def program(editor: Editor) -> Program:
    """RuleProblemsError: all that is wrong with the rules. InputError: with the form itself."""
    files: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    for parts, take in ((editor.files, files), (editor.lists, lists)):
        for part in parts:
            if not _NAME.fullmatch(part.name):
                raise InputError(
                    "a file needs a name",
                    where=part.name,
                    next_step="letters, digits, dot, - and _, at most 64",
                )
            if part.name in take:
                raise InputError("two files have this name", where=part.name)
            if take is files:
                files[part.name] = part.text
            else:
                lists[part.name] = terms_of(part.text)
    if not files:
        raise InputError("there is no rule", next_step="write one, or begin with the starter rule")
    return Program(files, lists)


def marked(editor: Editor, problems: Sequence[Problem]) -> Editor:
    """With each problem beside the file it is in."""
    files = [
        msgspec.structs.replace(
            file, problems=[problem for problem in problems if problem.file == file.name]
        )
        for file in editor.files
    ]
    return msgspec.structs.replace(editor, files=files, problems=list(problems))


def _parts(form: Mapping[str, str], kind: str) -> list[Written]:
    found = []
    for number in range(MOST_PARTS):
        text = form.get(f"{kind}-text-{number}", "").replace("\r\n", "\n").replace("\r", "\n")
        name = form.get(f"{kind}-name-{number}", "").strip()
        if text.strip():
            found.append(Written(name, text))
    return found
