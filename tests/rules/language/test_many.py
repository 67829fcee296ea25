"""Many messages looked at together get the answers that they get one by one."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from tests.rules.language.conftest import facts, message, rule

from rempart.model import RaidStage
from rempart.rules import Facts, RaidTouch
from rempart.rules.language import Program
from rempart.rules.language.counters import Counter
from rempart.rules.language.distinct import EXACT, Distinct
from rempart.rules.language.matching import Patterns, Terms
from rempart.rules.language.slots import KeyColumn

CONDITIONS = {
    "plain": "count(by=account, over=minutes(1)) > 2",
    "joined": "count(by=(account, target), over=minutes(10)) == 3",
    "by-name": "count(by=account.name, over=hours(1)) >= 2",
    "asked-of": "count(by=channel, over=minutes(2), where=labelled(account, 'seller')) > 1",
    "again": "count(by=channel, over=minutes(2), where=abuse >= 0.5) >= 2",
    "once": "crossed(5, by=target, over=minutes(3))",
    "once-of": "crossed(3, by=target, over=minutes(3), where=score('insult') >= 0.5)",
    "usual": "ratio(by=channel, over=minutes(1), baseline=minutes(20)) > 2",
    "often": "rate(by=channel, over=minutes(1)) > 20",
    "bucket": "over_budget(by=account, size=2, every=minutes(1))",
    "many": "distinct(account, by=channel, over=minutes(5)) > 30",
    "same": "distinct(message.fold, by=account, over=minutes(5)) == 1 and len(message.text) > 9",
    "seller": "labelled(account, 'seller') and len(message.links) > 0",
    "young": "account.age < days(2)",
    "words": "in_list(message.fold, 'ads') or matches(message.fold, '^hey .*s$')",
    "begins": r"matches(message.text, '\\AHey')",
    "lines": "matches(message.text, '(?i)free$')",
    "raid": "raid.stage == 'attack' and raid.member",
}
LISTS = {"ads": ["viewbots", "free followers"]}


def rules() -> str:
    parts = [rule(when, name=name, unknown="alarm") for name, when in CONDITIONS.items()]
    label = ["label account seller for 2 minutes"]
    parts.append(rule("contains(message.fold, 'viewbots')", name="marks", measures=label))
    return "".join(parts)


def stream(seed: int, count: int = 900) -> list[Facts]:
    """Four channels; some messages late by seconds, a few by minutes or hours, a pause of an hour;
    accounts without a name or an age; links, insults, a raid, a failed detector."""
    rng = Random(seed)
    words = ["hey", "you", "all", "viewbots", "free", "followers", "games", "Hey", "é́clair", "x\ny"]
    now, found = 0.0, []
    for number in range(count):
        now += rng.choice([0.1, 0.5, 2.0, 2.0]) if number != count // 2 else 3_600.0
        late = rng.choice([0.0] * 40 + [3.0, 10.0, 200.0, 7_000.0])
        account = rng.randrange(40)
        text = " ".join(rng.choices(words, k=rng.randrange(1, 6)))
        one = message(
            text,
            at=now - late,
            id=f"m{number}",
            account=f"u{account}",
            channel=f"c{rng.randrange(4)}",
            age_days=None if account % 3 == 0 else account / 10,
            name=None if account % 4 == 0 else f"name{account % 5}",
            kind=rng.choice(["chat"] * 60 + ["post"]),
            links=("https://shop.example",) if rng.random() < 0.2 else (),
        )
        labels = {"insult": 0.9} if rng.random() < 0.1 else {}
        touch = RaidTouch("r-1", RaidStage.ATTACK, True, ()) if rng.random() < 0.1 else None
        failed = ("text",) if rng.random() < 0.05 else ()
        found.append(facts(one, labels=labels, raid=touch, failed=failed))
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("cut", [70, 333, 900])
def test_answers_do_not_depend_on_the_cut(seed: int, cut: int) -> None:
    program = Program({"rules.toml": rules()}, LISTS)
    single, many = program.new_state(), program.new_state()
    messages = stream(seed)
    expected = [program.run(one, single) for one in messages]
    for start in range(0, len(messages), cut):
        part = messages[start : start + cut]
        found = program.run_all(part, many)
        for place, answer in enumerate(expected[start : start + cut]):
            told = found.get(place)
            if told is None:
                assert not any(answer)
            else:
                assert told == answer, (start + place, messages[start + place])
    names = {effect.rule for answer in expected for effect in answer.effects}
    assert names >= set(CONDITIONS) - {"many", "often"}, set(CONDITIONS) - names
    assert many.errors == single.errors


@pytest.mark.parametrize("over", [5.0, 60.0, 3_600.0])
@pytest.mark.parametrize("disorder", [0.0, 1.0, 30.0, 4_000.0])
def test_counting_at_once_is_counting_one_by_one(over: float, disorder: float) -> None:
    rng = Random(over * 7 + disorder)
    keys = [f"u{int(rng.expovariate(0.2))}" for _ in range(4_000)]
    times = [1_000_000 + n * 0.7 - rng.random() * disorder for n in range(4_000)]
    single, many = Counter(over), Counter(over)
    expected = [single.add(key, now) for key, now in zip(keys, times, strict=True)]
    found: list[int] = []
    for start in range(0, 4_000, 512):
        end = start + 512
        found += many.add_all(KeyColumn.of(keys[start:end]), np.array(times[start:end]))
    assert found == expected
    assert [many.peek(key, times[-1]) for key in set(keys)] == [
        single.peek(key, times[-1]) for key in set(keys)
    ]


@pytest.mark.parametrize("disorder", [0.0, 90.0])
def test_different_values_at_once_are_those_one_by_one(disorder: float) -> None:
    rng = Random(disorder)
    keys = [f"c{int(rng.expovariate(0.5))}" for _ in range(4_000)]
    values = [f"u{rng.randrange(400)}" for _ in range(4_000)]
    times = [1e6 + n * 0.7 + n // 2_000 * 900 - rng.random() * disorder for n in range(4_000)]
    single, many = Distinct(60.0), Distinct(60.0)
    expected = [single.add(*one) for one in zip(keys, times, values, strict=True)]
    found: list[int] = []
    for start in range(0, 4_000, 512):
        part = slice(start, start + 512)
        found += many.add_all(keys[part], np.array(times[part]), KeyColumn.of(values[part]))
    assert found == expected
    assert many.picture() == single.picture()
    assert max(found) > EXACT > min(found), "counted, and estimated"


def test_a_counter_goes_on_after_it_was_saved() -> None:
    counter, again = Counter(60.0), Counter(60.0)
    keys, times = ["a", "b", "a", "a"], [100.0, 101.0, 102.0, 170.0]
    counter.add_all(KeyColumn.of(keys), np.array(times))
    again.restore(counter.picture())
    assert again.picture() == counter.picture()
    assert again.add("a", 171.0) == counter.add("a", 171.0) == 2


PATTERNS = ["^you$", r"\bfoo", "(?s)a.b", r"x\z", "(?i)Straße", "", "[^a-z]{3}", "o$|^p"]


@pytest.mark.parametrize("left_out", [(), (r"x\z",)])
def test_patterns_are_found_where_they_are(left_out: tuple[str, ...]) -> None:
    rng = Random(3)
    pieces = ["you", "foo", "a", "b", "\n", "x", "STRASSE", "straße", " ", "o", "p", "é", "77!"]
    texts = ["".join(rng.choices(pieces, k=rng.randrange(0, 5))) for _ in range(400)]
    patterns = [one for one in PATTERNS if one not in left_out and one]
    together = Patterns(patterns)
    found = [sorted(one) for one in together.of_all(texts)]
    assert found == [sorted(together.of_all([text])[0]) for text in texts]
    assert any(found) and not all(found)


def test_terms_are_found_where_they_are() -> None:
    rng = Random(4)
    words = ["free", "followers", "viewbots", "é", "hello", "free followers", "a\nb"]
    terms = Terms([["viewbots"], ["free followers", "hello free"]])
    for pieces in (words[:-1], words):
        folds = [" ".join(rng.choices(pieces, k=rng.randrange(0, 6))) for _ in range(300)]
        found = terms.of_all(folds)
        assert found == [terms.of_all([fold])[0] for fold in folds]
        assert any(found) and not all(found)
