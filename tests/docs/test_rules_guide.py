"""Every example of docs/rules.md is executed: rules, tests, conditions, mistakes, commands.

The guide's tables of fields, functions and measures are held against what there is.
"""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from rempart.cli import main
from rempart.detect.text.fold import fold
from rempart.model import LADDER
from rempart.rules.language import Program, RuleProblemsError
from rempart.rules.language.calls import CALLS, SCORES
from rempart.rules.language.checked import RAIDS
from rempart.rules.language.expression import MESSAGES, Mistake, check
from rempart.rules.language.measures import read_measure
from rempart.rules.language.parts import Parts
from rempart.rules.language.source import _FIELDS, KINDS
from rempart.rules.language.trial import _Written, run_tests
from rempart.rules.language.vocabulary import FIELDS

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text("utf-8")
_FENCE = re.compile(r"^```([a-z]+)\n(.*?)^```", re.M | re.S)
LISTS = {"ads": ["viewbots", "free followers"]}


class Block(NamedTuple):
    kind: str
    text: str

    @property
    def file(self) -> str:
        return self.text.split("\n", 1)[0].removeprefix("# ")


BLOCKS = [Block(kind, text) for kind, text in _FENCE.findall(GUIDE)]
PROSE = _FENCE.sub("", GUIDE)
RULES = [block for block in BLOCKS if block.kind == "toml"]
CONDITIONS = [
    line for block in BLOCKS if block.kind == "condition" for line in block.text.splitlines()
]
RAID_CONDITIONS = [
    line for block in BLOCKS if block.kind == "raid" for line in block.text.splitlines()
]
MISTAKES = [
    (block, after.text)
    for block, after in pairwise(BLOCKS)
    if (block.kind, after.kind) == ("wrong", "text")
]
COMMANDS = [
    line for block in BLOCKS if block.kind == "sh" for line in block.text.splitlines() if line
]


def spans(heading: str, column: int = 0) -> set[str]:
    """What stands in code in one column of the table below a heading."""
    part = PROSE.split(f"\n{heading}\n", 1)[1].split("\n#", 1)[0]
    rows = [line for line in part.splitlines() if line.startswith("| ")][1:]
    cells = [row.strip("|").split("|")[column] for row in rows]
    return {found for cell in cells for found in re.findall(r"`([^`]+)`", cell)}


def test_the_examples_are_found() -> None:
    assert (len(RULES), len(MISTAKES), len(COMMANDS)) == (7, 2, 6)
    assert len(CONDITIONS) >= 20
    assert {block.kind for block in BLOCKS} == {
        "toml",
        "wrong",
        "condition",
        "raid",
        "text",
        "sh",
        "sml",
        "mapping",
    }


@pytest.mark.parametrize("block", RULES, ids=lambda block: block.file)
def test_the_rules_are_right_and_their_tests_hold(block: Block) -> None:
    program = Program({block.file: block.text}, LISTS)
    results = run_tests(program, fold)
    assert {one.rule for one in results} == set(program.by_name), "a rule without a test"
    assert [one for one in results if not one.passed] == []


@pytest.mark.parametrize("condition", CONDITIONS)
def test_each_condition_is_one(condition: str) -> None:
    found = check(condition, MESSAGES, Parts(frozenset(LISTS)))
    assert not isinstance(found, Mistake), found


@pytest.mark.parametrize("condition", RAID_CONDITIONS)
def test_each_condition_over_a_raid_is_one(condition: str) -> None:
    found = check(condition, RAIDS, Parts())
    assert not isinstance(found, Mistake), found


@pytest.mark.parametrize(("block", "told"), MISTAKES, ids=["measure", "function"])
def test_mistakes_are_told_as_it_says(block: Block, told: str) -> None:
    with pytest.raises(RuleProblemsError) as caught:
        Program({block.file: block.text}, LISTS)
    assert f"{caught.value.problems[0]}\n" == told


def test_the_commands_work_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules" / "lists").mkdir(parents=True)
    for block in RULES:
        (tmp_path / "rules" / block.file).write_text(block.text, "utf-8")
    for name, terms in LISTS.items():
        (tmp_path / "rules" / "lists" / f"{name}.txt").write_text("\n".join(terms), "utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chat.ndjson").write_text(
        '{"id": "1", "platform": "irc", "channel": "c", "sent_at": "2026-03-01T20:14:03Z",'
        ' "author": {"id": "u1"}, "text": "buy viewbots here"}\n'
    )
    (tmp_path / "osprey").mkdir()
    for kind, name in (("sml", "main.sml"), ("mapping", "mapping.toml")):
        [block] = [block for block in BLOCKS if block.kind == kind]
        (tmp_path / "osprey" / name).write_text(block.text, "utf-8")
    said: list[str] = []
    for command in ("rempart scan chat.ndjson --rules rules/ --data data", *COMMANDS):
        result = CliRunner().invoke(main, shlex.split(command)[1:])
        assert result.exit_code == 0, f"{command}: {result.output}"
        said.append(result.output)
    assert "is in force" in said[-2] and "1 rules in" in said[-1]
    brought = Program({"imported.toml": Path("rules/imported.toml").read_text("utf-8")}, {})
    assert [rule.state for rule in brought.rules] == ["shadow"]


def test_the_tables_name_all_there_is_and_nothing_else() -> None:
    assert spans("### Fields") - {"none", "notice", "suspect", "attack"} == set(FIELDS)
    named = {name.split("(")[0] for name in spans("### Functions")}
    assert named == set(CALLS)
    assert spans("### Functions", 1) == set(SCORES)
    parts = spans("## A first rule") - {"[[rule.test]]"}
    assert parts | {"test"} == set(_FIELDS)
    assert set(KINDS) <= spans("## A first rule", 1)


def test_the_table_of_measures_says_what_each_may_touch() -> None:
    part = PROSE.split("\n## Measures\n", 1)[1].split("\n#", 1)[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| `")]
    told = {}
    for kinds, touched, example in rows:
        read_measure(re.findall(r"`([^`]+)`", example)[0], "a-rule")
        for kind in re.findall(r"`([^`]+)`", kinds):
            told[kind] = {scope.strip() for scope in touched.split(",")}
    assert {kind: told[kind] for kind in told if "label" not in kind} == {
        kind.value: {scope.value for scope in rung.touches} for kind, rung in LADDER.items()
    }


def test_the_fields_of_a_tests_message_are_all_named() -> None:
    part = PROSE.split("\n## Tests\n", 1)[1].split("\n## ", 1)[0]
    named = set(re.findall(r"`([a-z_]+)`", part)) - {"message", "before", "expect"}
    assert named == set(_Written.__struct_fields__)
