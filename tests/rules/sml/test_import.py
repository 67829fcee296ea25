"""SML rules brought here give the verdicts they gave there: 61 rules, 20,000 messages.

`tests/data/sml/expected.txt.gz` holds, a line each, what a plain reading of SML (`oracle.py`) gave.
Make it anew with `python -m tests.rules.sml.test_import`.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rempart.ingest import Parsed, parse_one
from rempart.model import MeasureKind, Message
from rempart.rules import Facts
from rempart.rules.language import Program
from rempart.rules.sml import SmlMapping, translate

DATA = Path(__file__).parents[2] / "data" / "sml"
EXPECTED = DATA / "expected.txt.gz"
MESSAGES = 20_000
_VERDICTS = {MeasureKind.HIDE: "reject", MeasureKind.HOLD: "review", MeasureKind.MUTE: "mute"}
_ENTITIES = {"account": "User", "channel": "Channel", "target": "Target"}
_WORDS = (DATA / "words.txt").read_text("utf-8").split()
_BORN = (5, 50, 900, 2_860, 9_000, 99_000, 900_000)
_LINKS = ["https://example.org/a", "https://example.org/b"]


def files() -> dict[str, str]:
    return {str(path.relative_to(DATA)): path.read_text("utf-8") for path in DATA.rglob("*.sml")}


def events(count: int = MESSAGES, seed: int = 5) -> list[dict[str, Any]]:
    """Made-up messages: 1,500 accounts, some without age or name, links, roles, SMS, shouting."""
    rng = Random(seed)
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    found = []
    for number in range(count):
        account = rng.randrange(1_500)
        sent_at = begin + timedelta(seconds=number * 0.9)
        text = " ".join(rng.choices(_WORDS, k=rng.choice((1, 1, 2, 4, 9, 16))))
        if rng.random() < 0.1:
            text = text.upper()
        if rng.random() < 0.05:
            text = f"http://example.org/{text}"
        author: dict[str, Any] = {"id": f"u{account}"}
        if account % 7:
            author["name"] = f"name{account}" if account % 3 else f"Bot_{account * 37}"
        if account % 5:
            born = begin - timedelta(
                minutes=[5, 50, 900, 2_860, 9_000, 99_000, 900_000][account % 7]
            )
            author["created_at"] = born.isoformat()
        if account % 11 == 0:
            author["roles"] = [("moderator", "vip", "subscriber")[account % 3]]
        event: dict[str, Any] = {
            "id": f"m{number}",
            "platform": "twitch",
            "channel": f"channel{account % 9}",
            "sent_at": sent_at.isoformat(),
            "author": author,
            "text": text,
        }
        if rng.random() < 0.08:
            event["links"] = ["https://example.org/a", "https://example.org/b"][
                : rng.choice((1, 2))
            ]
        if rng.random() < 0.05:
            event["kind"] = "sms"
        if rng.random() < 0.1:
            event["targets"] = [f"target{rng.randrange(20)}"]
        found.append(event)
    return found


def message(event: dict[str, Any]) -> Message:
    parsed = parse_one(json.dumps(event).encode())
    assert isinstance(parsed, Parsed) and isinstance(parsed.item, Message)
    return parsed.item


def ours(event: dict[str, Any], program: Program, state: Any) -> str:
    """Verdicts and labels of one message, in the words of the oracle."""
    one = message(event)
    fired = program.run(Facts(one, (), {}, 0.0, None, (), one.text.lower()), state)
    assert fired.errors == []
    verdicts = {_VERDICTS[effect.kind] for effect in fired.effects}
    labels = {
        f"{_ENTITIES[done.thing]} {done.label} {'on' if done.on else 'off'}"
        for name in fired.labelled
        for done in program.by_name[name].labellings
    }
    return told(sorted(verdicts), sorted(labels))


def told(verdicts: list[str], labels: list[str]) -> str:
    return f"{','.join(verdicts)}|{','.join(labels)}"


def imported() -> Program:
    found = translate(files())
    assert found.problems == ()
    live = found.text.replace('state = "shadow"', 'state = "live"')
    return Program({"imported.toml": live}, {})


def test_sixty_rules_and_twenty_thousand_messages_give_identical_verdicts() -> None:
    program = imported()
    assert len(program) >= 60
    expected = gzip.decompress(EXPECTED.read_bytes()).decode().splitlines()
    state = program.new_state()
    found = [ours(event, program, state) for event in events()]
    wrong = [n for n, (one, other) in enumerate(zip(found, expected, strict=True)) if one != other]
    assert wrong == []
    assert len(set(expected)) > 60, "the messages do not try much"
    rare = {part for line in expected for part in line.replace("|", ",").split(",")}
    assert rare >= {"reject", "review", "mute", "User watched on", "User watched off"}


def test_what_was_kept_is_what_the_plain_reading_says() -> None:
    from tests.rules.sml.oracle import Oracle

    oracle = Oracle(files())
    expected = gzip.decompress(EXPECTED.read_bytes()).decode().splitlines()
    assert [told(*oracle.run(event)) for event in events()[:1_500]] == expected[:1_500]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("rules/words.sml", "case_insensitive=True", "case=1"), None),
        (("rules/words.sml", "(ha){3,}", "(?<=a)b"), "RE2"),
        (("rules/words.sml", "verdict='mute'", "verdict='explode'"), "verdict `explode`"),
        (("models/base.sml", "$.text", "$.body"), "what is `$.body`"),
        (("rules/links.sml", "[New]", "[Nwe]"), "did you mean `New`"),
        (("rules/links.sml", "[New]", "[RandomBool(p=0.5)]"), "`RandomBool` is not imported"),
        (("main.sml", "'rules/sms.sml'", "'rules/smss.sml'"), "did you mean `rules/sms.sml`"),
        (("rules/labels.sml", "LabelRemove", "LabelErase"), "`LabelErase` is not imported"),
        (("rules/sms.sml", "Import(", "Import("), None),
        (("models/account.sml", "Age < 604800", "Young"), "depends on itself"),
        (("rules/sms.sml", "WhenRules(", "WhenRules(("), "not SML"),
    ],
)
def test_what_is_not_imported_is_told_with_its_place(
    change: tuple[str, str, str], what: str | None
) -> None:
    file, old, new = change
    altered = files()
    assert old in altered[file]
    altered[file] = altered[file].replace(old, new)
    found = translate(altered)
    if what is None:
        return
    if what == "RE2":
        assert not found.problems, "patterns are checked with the rules themselves"
        with pytest.raises(Exception, match="not a pattern"):
            Program({"imported.toml": found.text}, {})
        return
    assert found.text == ""
    assert any(what in str(problem) for problem in found.problems), found.problems


def test_features_of_features_do_not_grow_without_end() -> None:
    lines = ['F0 = StringLength(s=JsonData(path="$.text")) > 1']
    lines += [f"F{n} = F{n - 1} and F{n - 1}" for n in range(1, 40)]
    lines += ["R = Rule(when_all=[F39])"]
    lines += ['WhenRules(rules_any=[R], then=[DeclareVerdict(verdict="hold")])']
    found = translate({"main.sml": "\n".join(lines)})
    assert any("grows too large" in str(problem) for problem in found.problems), found.problems


def test_paths_and_verdicts_of_ones_own() -> None:
    own = {
        "main.sml": "T: str = JsonData(path='$.data.post.text')\n"
        "R = Rule(when_all=[RegexMatch(target=T, pattern='x')], description='d')\n"
        "WhenRules(rules_any=[R], then=[DeclareVerdict(verdict='boo')])\n"
    }
    mapping = SmlMapping({"$.data.post.text": "message.text"}, {"boo": ("hold message for 1 day",)})
    found = translate(own, mapping)
    assert found.rules == 1 and "matches(message.text, 'x')" in found.text
    Program({"imported.toml": found.text}, {})


if __name__ == "__main__":
    from tests.rules.sml.oracle import Oracle

    reference = Oracle(files())
    lines = "\n".join(told(*reference.run(event)) for event in events())
    EXPECTED.write_bytes(gzip.compress(lines.encode(), 9, mtime=0))
    print(f"{EXPECTED}: {EXPECTED.stat().st_size:,} bytes")
