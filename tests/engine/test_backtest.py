"""A look back over the store is what reading every message whole, one by one, would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from tests.faults.traffic import SOURCE, hate_raid, line, parsed
from tests.rules.language.conftest import rule

from rempart.detect.text.fold import fold_one
from rempart.engine import backtest as looking_back
from rempart.engine.backtest import backtest
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import logged_message
from rempart.model import Outcome
from rempart.rules import Facts, RaidTouch
from rempart.rules.language import Program
from rempart.rules.language.types import Type
from rempart.rules.language.vocabulary import FIELDS, Field
from rempart.store.interface import Tables

RULES = (
    rule("abuse >= 0.5", name="abuse")
    + rule("raid.stage == 'attack' and raid.member", name="raid")
    + rule("account.age < days(3)", name="young", unknown="alarm")
    + rule("count(by=account, over=minutes(1)) > 1", name="quick", state="shadow")
    + rule("crossed(20, by=target, over=minutes(1))", name="crowd")
    + rule("distinct(account, by=channel, over=minutes(1)) > 12", name="many")
    + rule("matches(message.text, '(?i)number [0-9]*7 ')", name="sevens")
    + rule("in_list(message.fold, 'words')", name="words", measures=["label account w for 1 hour"])
    + rule("labelled(account, 'w') and not message.private", name="again", state="off")
    + rule("message.media > 0 or hour == 3", name="unusual")
    + rule("message.broken > 2", name="broken", error="hold")
)
LISTS = {"words": ["something else", "clown"]}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """An evening with a raid, and messages that are out of the ordinary."""
    engine = EmbeddedEngine.open(tmp_path_factory.mktemp("look") / "data", sweep=False)
    engine.start()
    items = hate_raid()
    for start in range(0, len(items), 500):
        engine.submit(items[start : start + 500], SOURCE).result()
    engine.submit([line_ for n in range(300) for line_ in parsed(line(n))], SOURCE).result()
    odd: list[dict[str, Any]] = [
        {"private": True},
        {"media": [{"id": "p1", "sha256": "0" * 64}]},
        {"sent_at": "2026-03-01T05:10:00+02:00"},
        {"mood": "merry"},
        {"text": "half a \ud800 pair"},
        {"links": ["https://shop.example"], "targets": ["lea", "zoe"]},
    ]
    lines = [line(900 + n, **{"text": f"odd {n}", **fields}) for n, fields in enumerate(odd)]
    results = engine.submit(parsed(*lines), SOURCE).result()
    engine.submit(parsed(line(950, text="soon forgotten")), SOURCE).result()
    gone = results[-1].sequence + 1
    engine.write(lambda tables: tables.log.erase([gone])).result()
    yield engine
    engine.stop()


def by_hand(tables: Tables, program: Program) -> tuple[int, dict[str, list[Any]]]:
    """How many messages, and for each rule its hits with what the report says of them."""
    trial = program.all_live()
    state = trial.new_state()
    looked = 0
    told: dict[str, list[Any]] = {rule.name: [[], 0, 0, Counter()] for rule in program.rules}
    for seq in range(tables.log.size()):
        rows = tables.stream.messages([seq])
        message = logged_message(tables.log.bodies(seq)) if rows else None
        if message is None or message.private:
            continue
        looked += 1
        row = rows[0]
        then = msgspec.json.decode(row.outcome or b'{"id":"","verdict":"allow","abuse":0.0}')
        outcome = msgspec.convert(then, Outcome)
        raid = tables.stream.raid(outcome.raid) if outcome.raid else None
        touch = RaidTouch(raid.raid.id, raid.raid.stage, True, ()) if raid else None
        labels, abuse = outcome.labels, outcome.abuse
        facts = Facts(message, (), labels, abuse, touch, fold=fold_one(message.text))
        fired = trial.run(facts, state)
        for name in fired.unknown:
            told[name][1] += 1
        for name, _ in fired.errors:
            told[name][2] += 1
        hit = {effect.rule for effect in fired.effects} | set(fired.labelled)
        for name in hit:
            told[name][0].append((seq, row.author, row.channel, row.sent_at_ms, row.held))
            told[name][3].update((hit | set(outcome.rules)) - {name})
    return looked, told


@pytest.mark.parametrize("chunk", [97, 1_000, 8_192])
def test_the_quick_look_is_the_slow_one(
    engine: EmbeddedEngine, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Field(Type.NUMBER, "10 // len(m.targets)", False, "raises where nobody is named")
    monkeypatch.setitem(FIELDS, "message.broken", broken)
    monkeypatch.setattr(looking_back, "CHUNK", chunk)
    program = Program({"rules.toml": RULES}, LISTS)
    with engine.read() as tables:
        found = backtest(tables, program)
        looked, told = by_hand(tables, program)
    assert found.messages == looked > 600
    for one in found.rules:
        hits, unknown, errors, overlap = told[one.rule]
        assert (one.hits, one.unknown, one.errors) == (len(hits), unknown, errors), one.rule
        assert one.accounts == len({hit[1] for hit in hits}), one.rule
        assert one.channels == len({hit[2] for hit in hits})
        assert one.already == sum(hit[4] for hit in hits)
        assert one.examples == [hit[0] for hit in hits[:20]]
        assert one.overlap.items() <= overlap.items()
        assert sum(one.series) == len(hits)
    counts = {one.rule: one for one in found.rules}
    for name in ("abuse", "raid", "young", "quick", "crowd", "many", "sevens", "words", "unusual"):
        assert counts[name].hits, name
    assert counts["young"].unknown and counts["broken"].errors > 300
    assert found.begin_ms < found.end_ms


def test_only_channels_with_rights_are_looked_at(engine: EmbeddedEngine) -> None:
    program = Program({"rules.toml": RULES.replace("message.broken", "message.media")}, LISTS)
    with engine.read() as tables:
        found = backtest(tables, program, sees=lambda channel, platform: channel == "channel-1")
    assert found.messages == 100 + 2
    assert all(one.channels <= 1 for one in found.rules)
