"""What was wrong is said in French on a French page, with its place, span and hint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.test_rules import RULES
from tests.web.service import Service

from rempart.errors import InputError
from rempart.rules.language import Program, RuleProblemsError
from rempart.web.console.refusals import TEMPLATES, told, told_line
from rempart.web.console.templates import translations


def french(text: str) -> str:
    return told(text, translations("fr").gettext).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("wrong", "what", "hint"),
    [
        (
            RULES.replace("count(", "cuont("),
            "il n’y a pas de fonction `cuont` (règle `many-a-minute`)",
            "vouliez-vous dire `count` ?",
        ),
        (
            RULES.replace("'ads'", "'adds'"),
            "il n’y a pas de liste `adds` (règle `no-viewbots`)",
            "vouliez-vous dire `ads` ?",
        ),
        (
            RULES.replace("mute account for 10 minutes", "mute message for 10 minutes"),
            "mute ne s’applique pas à : message",
            "elle s’applique à : account",
        ),
        (RULES.replace('state = "live"', 'state = "life"'), "`state` ne vaut jamais 'life'", None),
    ],
)
def test_a_mistake_in_a_rule_is_told_in_french(wrong: str, what: str, hint: str | None) -> None:
    with pytest.raises(RuleProblemsError) as refused:
        Program({"house.toml": wrong}, {"ads": ["viewbots"]})
    problem = refused.value.problems[0]
    assert french(problem.what) == what
    assert hint is None or french(problem.hint) == hint


def test_a_refusal_is_told_part_by_part() -> None:
    error = InputError("this needs a reason", where="reason", next_step="say why; the log keeps it")
    said = told_line(error.diagnostics(), translations("fr").gettext).replace("\xa0", " ")
    assert said == "reason: il faut un motif (dites pourquoi ; le journal le garde)"


def test_what_has_no_template_is_shown_as_it_is() -> None:
    assert french("the moon is in the way") == "the moon is in the way"
    assert french("") == ""


def test_every_template_has_its_french_with_the_same_holes() -> None:
    for template in TEMPLATES:
        said = translations("fr").gettext(template)
        assert said != template, template
        holes = set(re.findall(r"%\((\w+)\)s", template))
        assert set(re.findall(r"%\((\w+)\)s", said)) == holes


def test_the_editor_says_it_in_the_readers_language(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        csrf = service.person.headers["x-csrf-token"]
        fields = {
            "csrf": csrf,
            "do": "check",
            "file-name-0": "house.toml",
            "file-text-0": RULES.replace("count(", "cuont("),
            "list-name-0": "ads",
            "list-text-0": "viewbots",
        }
        for language, said in (("fr", "pas de fonction"), ("en", "there is no function")):
            page = service.person.post(
                "/console/rules/edit", data=fields, headers={"accept-language": language}
            )
            assert said in page.text
