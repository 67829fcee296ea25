"""What was wrong is said in French on a French page, with its place, span and hint."""

from __future__ import annotations

import gettext
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po
from tests.cli.test_rules import RULES
from tests.web.service import Service

from rempart.errors import InputError
from rempart.rules.language import Program, RuleProblemsError
from rempart.web.console.refusals import BESIDES, LOCALE, told, told_line

ROOT = Path(__file__).resolve().parents[3]


def french(text: str) -> str:
    return told(text, "fr").replace("\xa0", " ")


def read_from_the_code() -> ModuleType:
    """`.ci/reasons.py`: what collects the templates."""
    spec = importlib.util.spec_from_file_location("reasons", ROOT / ".ci/reasons.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["reasons"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


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
    said = told_line(error.diagnostics(), "fr").replace("\xa0", " ")
    assert said == "motif : il faut un motif (dites pourquoi ; le journal le garde)"


def test_what_has_no_template_is_shown_as_it_is() -> None:
    assert french("the moon is in the way") == "the moon is in the way"
    assert french("") == ""


def test_brackets_of_a_text_are_not_taken_for_its_next_step() -> None:
    error = InputError(
        "a contact point for users is not only automated (art. 12(1))",
        where="automated",
        next_step="ask for it again",
    )
    said = told_line(error.diagnostics(), "fr").replace("\xa0", " ")
    assert said == (
        "automated : un point de contact pour les utilisateurs n’est pas seulement automatisé"
        " (art. 12, § 1) (demandez-le à nouveau)"
    )


def test_what_is_put_into_a_text_is_told_too() -> None:
    assert french("the court dossier is being drawn") == (
        "en cours de préparation : le dossier pour le juge"
    )
    assert french("a PDF needs the extra `documents`") == (
        "il manque l’extension `documents` pour : un PDF"
    )


def test_what_nobody_can_know_beforehand_stays_and_its_place_is_told() -> None:
    said = told_line("sql: Parser Error: syntax error", "fr").replace("\xa0", " ")
    assert said == "requête : Parser Error: syntax error"


def test_in_english_a_text_is_as_it_was_written() -> None:
    assert told("this needs a reason", "en") == "this needs a reason"
    assert told_line("a: this needs a reason (try again)", "en") == (
        "a: this needs a reason (try again)"
    )


def test_every_text_that_a_page_can_show_has_its_french() -> None:
    """Read anew from the code: an error nobody has put into French fails here."""
    with (LOCALE / "fr/LC_MESSAGES/refusals.po").open("rb") as file:
        written = {message.id: message.string for message in read_po(file) if message.id}
    assert set(written) == {*read_from_the_code().reasons(), *BESIDES}
    shipped = gettext.translation("refusals", LOCALE, ["fr"])
    for template, said in written.items():
        assert said, template
        assert shipped.gettext(template) == said
        holes = sorted(re.findall(r"%\((\w+)\)s", template))
        assert sorted(re.findall(r"%\((\w+)\)s", said)) == holes, template


def test_a_new_refusal_is_found_wherever_its_words_come_from(tmp_path: Path) -> None:
    (tmp_path / "errors.py").write_text("class RempartError(Exception):\n    pass\n")
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli/told.py").write_text('raise RempartError("only on the command line")')
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/moon.py").write_text(
        """
class MoonError(RempartError):
    def __init__(self, phase):
        super().__init__(f"the moon is {phase}", next_step=STEP)

STEP = "wait for the sun"

def why(night):
    return "it is night" if night else None

def refuse(what, where):
    raise MoonError(what)

def look(night, names):
    refuse("the tide is 100% high", where="sea")
    said = why(night)
    if said:
        raise RempartError(said, next_step="one of: " + ", ".join(names))
"""
    )
    assert set(read_from_the_code().reasons(tmp_path)) == {
        "the moon is %(a)s",
        "wait for the sun",
        "it is night",
        "the tide is 100%% high",
        "one of: %(a)s",
    }


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


def test_a_form_sent_by_a_script_is_refused_in_the_readers_language(tmp_path: Path) -> None:
    """The API keeps its English, whatever the reader's language."""
    french_script = {"accept": "application/json", "accept-language": "fr"}
    with Service.running(tmp_path) as service:
        refused = service.person.get("/api/v1/cases/nothing", headers=french_script)
        assert refused.json()["error"]["reason"].startswith("there is no such")
        refused = service.person.get("/console/cases/nothing", headers=french_script)
        assert refused.json()["error"]["reason"] == (
            "ce dossier n’est dans aucun canal sur lequel vous avez des droits"
        )
