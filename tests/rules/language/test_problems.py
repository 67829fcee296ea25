"""A rule file that is wrong is refused whole, with file, line, span and a hint."""

from __future__ import annotations

import pytest

from rempart.rules.language import Program, RuleProblemsError

from .conftest import facts, message, rule


def problems(text: str, **lists: list[str]) -> list[str]:
    with pytest.raises(RuleProblemsError) as caught:
        Program({"house.toml": text}, lists)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("when", "what", "hint", "marked"),
    [
        ("acount.age < days(2)", "there is no field `acount.age`", "`account.age`", "acount.age"),
        ("account.age < 2", "duration cannot be compared with a number", "days(2)", "2"),
        ("message.text", "this is a text", "compare it", "message.text"),
        ("abuse > 0.5 and account.name", "this is a text", "compare it", "account.name"),
        ("cuont(by=account, over=hours(1)) > 2", "no function `cuont`", "`count`", "cuont"),
        ("count(by=account, oer=hours(1)) > 2", "no argument `oer`", "`over`", "hours(1)"),
        ("count(over=hours(1)) > 2", "count needs `by`", "", "count(over=hours(1))"),
        ("count(by=account, over=days(200)) > 2", "90 days", "", "days(200)"),
        ("matches(message.text, '(a')", "not a pattern", "RE2", "'(a'"),
        ("in_list(message.fold, 'adds')", "no list `adds`", "`ads`", "'adds'"),
        ("score('hat') > 0.5", "no label `hat`", "`hate`", "'hat'"),
        ("raid.stage == 'atack'", "never 'atack'", "`attack`", "'atack'"),
        ("message.kind is 'chat'", "`is` has no place", "==", "'chat'"),
        ("__import__('os').system('x')", "no function", "", "__import__('os').system"),
        ("[x for x in message.links]", "a comprehension has no place", "", ""),
        ("(lambda: True)()", "no function", "", ""),
        ("message.text.__class__ == 'x'", "there is no field", "", ""),
        ("message.text < 'x'", "no order", "", "'x'"),
        ("count(by=message.text, over=hours(1)) > 1", "never end", "account", "message.text"),
        ("'part' in message.fold", "finds a text in a list", "contains", "message.fold"),
        ("1 < 2 <", "not an expression", "", ""),
        ("(" * 80 + "True" + ")" * 80 + " and " + "not " * 90 + "True", "nested", "", ""),
    ],
)
def test_mistakes_in_a_condition(when: str, what: str, hint: str, marked: str) -> None:
    (told,) = problems(rule(when), ads=["viewbot"])
    first, *rest = told.splitlines()
    assert first.startswith("house.toml:6:") and what in first
    if hint:
        assert hint in rest[-1]
    if marked:
        source, mark = rest[0], rest[1]
        begin = mark.index("^")
        assert source[begin : begin + len(mark.strip())] == marked


def test_a_mistake_on_a_later_line_of_a_condition_has_its_line() -> None:
    text = rule("\nabuse > 0.5\nand acount.id == 'x'\n")
    (told,) = problems(text)
    assert told.startswith("house.toml:8:5:")
    assert text.splitlines()[7] == "and acount.id == 'x'"


@pytest.mark.parametrize(
    ("measure", "what"),
    [
        ("hodl message for 1 day", "did you mean `hold`?"),
        ("hold message", "needs an end"),
        ("hold message for ever", "not a length of time"),
        ("shield channel for 1 hour", "it touches: target"),
        ("mute account for 400 days", "a year"),
        ("label account for 1 day", "which label?"),
        ("nonsense", "not a measure"),
        (f"hold message for {'9' * 5_000} days", "not a measure"),
        (f"hold message for 1 day, priority {'9' * 5_000}", "not a measure"),
    ],
)
def test_mistakes_in_measures(measure: str, what: str) -> None:
    (told,) = problems(rule("abuse > 0.5", measures=[measure]))
    assert "house.toml:7:" in told and what in told


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = (
        rule("abuse >", name="one")
        + rule("abuse > 0.5", name="Two!")
        + rule("abuse > 0.5", name="three", state="life")
        + rule("abuse > 0.5", name="four").replace("reason", "raeson")
    )
    told = "\n".join(problems(text))
    for part in ("not an expression", "is no name", "`live`", "`reason`", "needs `reason`"):
        assert part in told


def test_two_rules_of_one_name_in_two_files() -> None:
    with pytest.raises(RuleProblemsError, match=r"b\.toml:1.*taken by a\.toml:1"):
        Program({"a.toml": rule("abuse > 0.5"), "b.toml": rule("abuse > 0.6")}, {})


def test_broken_toml_has_its_line() -> None:
    (told,) = problems('[[rule]]\nname = "a\n')
    assert told.startswith("house.toml:2:")


def test_a_description_in_one_language_is_refused() -> None:
    text = rule("abuse > 0.5").replace(', fr = "À l’essai."', "", 1)
    (told,) = problems(text)
    assert "missing in `fr`" in told


def test_the_hash_names_the_text() -> None:
    first = Program({"a.toml": rule("abuse > 0.5")}, {"ads": ["x"]})
    assert first.hash == Program({"a.toml": rule("abuse > 0.5")}, {"ads": ["x"]}).hash
    assert first.hash != Program({"a.toml": rule("abuse > 0.6")}, {"ads": ["x"]}).hash
    assert first.hash != Program({"a.toml": rule("abuse > 0.5")}, {"ads": ["y"]}).hash


def test_chains_inside_chains_do_not_grow_without_end() -> None:
    when = "True"
    for _ in range(25):
        when = f"(True == {when} == True)"
    assert "grows too large" in problems(rule(when))[0]


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 50_000 + "]" * 50_000, "a = " + "1" * 5_000], ids=["deep", "long"]
)
def test_what_the_reader_of_toml_cannot_take_is_a_problem_too(text: str) -> None:
    assert "not TOML" in problems(text)[0]


def test_half_a_character_in_a_pattern_is_a_mistake() -> None:
    assert "half a character" in problems(rule(r"matches(message.text, '\ud800')"))[0]


def test_patterns_for_which_there_is_no_room_together_are_a_problem() -> None:
    text = "".join(
        rule(f"matches(message.text, '(?:a|b|c)*{n}(?:[a-d]{{0,200}}x){{3}}')", name=f"rule-{n}")
        for n in range(200)
    )
    assert "too large together" in problems(text)[0]


def test_a_text_that_is_called_like_our_own_names_is_a_text() -> None:
    for name in ("p_text", "p_fold", "t_hits", "c0"):
        program = Program({"house.toml": rule(f"message.text == '{name}'")}, {})
        fired = program.run(facts(message(name)), program.new_state())
        assert not fired.errors
        assert [effect.rule for effect in fired.effects] == ["tried"]
