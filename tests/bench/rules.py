"""The rules stage alone: decode, detection and commit excluded.

Messages per CPU-second at 20 and at 100 rules of the usual kinds (patterns, lists, account age,
links, labels, counters), with types, error isolation and counters on; and the memory of a million
live counter keys; and how soon a deployed version answers. Beside it, in the same run, the time to
look once at each message's text.
"""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from rempart.cases.versions import go_live, propose_rules
from rempart.detect.text.fold import fold
from rempart.engine.embedded import EmbeddedEngine, Source
from rempart.ingest import Parsed
from rempart.model import Account, Message
from rempart.rules import Facts
from rempart.rules.language import Program
from rempart.rules.language.counters import Counter
from rempart.store.interface.versions import VersionKind

MESSAGES = 20_000
KINDS = (
    "account.age < days(2) and len(message.links) > 0",
    "matches(message.fold, 'fr[e3]+ *foll?owers {n}')",
    "in_list(message.fold, 'list{n}') and not ('moderator' in account.roles)",
    "count(by=account, over=minutes({n})) > 20",
    "score('insult') >= 0.8 and default(account.age, days(100)) < days({n})",
    "contains(message.fold, 'word{n}') and capitals(message.text) > 0.7",
    "labelled(account, 'newcomer') and count(by=(account, target), over=hours(1)) > {n}",
    "crossed({n} + 30, by=target, over=minutes(10), where=score('insult') >= 0.5)",
    "matches(message.text, '(?i)discord[.]gg/[a-z0-9]{{{n},}}')",
    "distinct(account, by=target, over=minutes(5)) > 500 and abuse > 0.5",
)


def rule_file(rules: int) -> str:
    """The same kinds of rules, with other words and numbers each time round."""
    parts = []
    for number in range(rules):
        kind = KINDS[number % len(KINDS)]
        when = kind.replace("crossed({n} + 30", f"crossed({number + 30}").format(n=number + 2)
        parts.append(
            f'[[rule]]\nname = "rule-{number}"\nstate = "live"\n'
            'description = { en = "Measured.", fr = "Mesurée." }\n'
            'reason = { en = "Measured.", fr = "Mesurée." }\n'
            f"when = '''{when}'''\nmeasures = [\"hold message for 1 day\"]\n"
        )
    return "\n".join(parts)


def stream(count: int, seed: int = 1) -> list[Facts]:
    """Made-up chat: 4,000 accounts, one in ten new, a few links and insults."""
    rng = Random(seed)
    words = [f"word{n}" for n in range(400)] + [
        "hello",
        "the",
        "game",
        "is",
        "on",
        "tonight",
        "gg",
        "nice",
        "one",
    ] * 60
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    found = []
    for number in range(count):
        account = rng.randrange(4_000)
        sent_at = begin + timedelta(seconds=number * 0.2)
        age = timedelta(hours=rng.randrange(48)) if account % 10 == 0 else timedelta(days=300)
        text = " ".join(rng.choices(words, k=rng.randrange(2, 12)))
        links = ("https://example.org/x",) if rng.random() < 0.03 else ()
        insult = 0.9 if rng.random() < 0.02 else 0.0
        author = Account(f"u{account}", f"name{account}", sent_at - age)
        message = Message(
            f"m{number}", "twitch", f"channel{account % 20}", sent_at, author, text, links=links
        )
        labels = {"insult": insult} if insult else {}
        found.append(Facts(message, (), labels, insult, None, (), text))
    return found


def measure() -> list[str]:
    facts = stream(MESSAGES)
    begin = time.process_time()
    fold([one.message.text for one in facts])
    once = time.process_time() - begin
    lines = []
    lists = {f"list{n}": [f"term{n}x{k}" for k in range(200)] for n in range(200)}
    for rules, goal in ((20, 20_000), (100, 8_000)):
        program = Program({"bench.toml": rule_file(rules)}, lists)
        state = program.new_state()
        begin = time.process_time()
        hits = sum(bool(program.run(one, state).effects) for one in facts)
        spent = time.process_time() - begin
        lines.append(
            f"rules stage, {rules:3} rules: {MESSAGES / spent:9,.0f} messages per CPU-second "
            f"(goal {goal:,}), {spent / once:.1f} x folding the texts, {hits} hits"
        )
    lines.append(_keys())
    lines.append(_deploy(Program({"bench.toml": rule_file(100)}, lists)))
    return lines


def _deploy(program: Program) -> str:
    """From the decision to put a version in force to the first message answered under it."""
    with tempfile.TemporaryDirectory() as place:
        engine = EmbeddedEngine.open(Path(place), sweep=False)
        engine.start()
        try:
            who: dict[str, Any] = {"reason": "measured", "at_ms": 1_000}
            engine.write(lambda t: propose_rules(t, program, author="bench", **who)).result()
            begin = time.perf_counter()
            engine.write(
                lambda t: go_live(t, VersionKind.RULES, program.hash, by="bench", **who)
            ).result()
            item = stream(1)[0].message
            parsed = Parsed(item, msgspec.json.encode(item))
            engine.submit([parsed], Source("file", "bench")).result()
            spent = time.perf_counter() - begin
            assert engine.pipeline.rules.program is not None
        finally:
            engine.stop()
    return f"100 rules in force, and a message answered under them: {spent:.2f} s (goal 1)"


def _keys(keys: int = 1_000_000) -> str:
    before = _memory()
    counter = Counter(3_600.0)
    for number in range(keys):
        counter.add(f"twitch\x1fu{number:09}", 1_000.0)
    return f"{len(counter):,} live counter keys: {_memory() - before:.0f} MiB (goal 400)"


def _memory() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print("\n".join(measure()))
