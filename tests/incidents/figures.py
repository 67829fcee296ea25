"""Runs a scenario through the pipeline and compares what was found with the ground truth.

`python -m tests.incidents.figures hate-raid 1 2 3` prints the figures for these seeds, and
`python -m tests.incidents.figures hate-raid:sleepers 1` those of a variant.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

import msgspec

from rempart.engine.pipeline import Pipeline
from rempart.engine.scan import PureEngine, scan
from rempart.ingest import Parsed
from rempart.model import Item, Message, Outcome, Raid, RaidStage, Verdict
from rempart.scenario import Attack, Generated, Truth, generate, load

_encoder = msgspec.json.Encoder()
_outcome = msgspec.json.Decoder(Outcome).decode
_AROUND = timedelta(minutes=1)


class Figures(NamedTuple):
    """What INCIDENTS asks of one attack, and what happened to everybody else. `attacks`: the raids
    at stage attack during it, in its place; `others`: all other raids of the stream."""

    truth: Truth
    attack: Attack
    attacks: list[Raid]
    others: list[Raid]
    seconds: float
    messages_before: int
    named: float
    innocent: float
    attack_after: list[Message]
    let_through: list[Message]
    benign: list[Message]
    benign_held: list[Message]
    outcomes: dict[str, Outcome]

    def line(self) -> str:
        truth, attack = self.truth, self.attack
        stages = [f"{raid.stage}/{raid.kind}" for raid in self.others]
        return (
            f"{truth.scenario} {truth.variant} seed {truth.seed:5} mutation {attack.mutation} "
            f"accounts {len(attack.accounts):2} | attack after {self.seconds:5.1f} s, "
            f"{self.messages_before:3} messages | named {self.named:.3f} innocent "
            f"{self.innocent:.3f} | let through {len(self.let_through)}/{len(self.attack_after)} "
            f"| benign held {len(self.benign_held)}/{len(self.benign)} "
            f"| {[f'{raid.kind}' for raid in self.attacks]} others {stages}"
        )


def run(items: Iterable[Item], chunk: int = 500) -> tuple[list[Raid], dict[str, Outcome]]:
    """All raids and outcomes of one stream."""
    parts = [Parsed(item, _encoder.encode(item)) for item in items]
    lines: list[bytes] = []
    chunks = (parts[at : at + chunk] for at in range(0, len(parts), chunk))
    scanned = scan(chunks, PureEngine(Pipeline()), lines.append, _no_refusal)
    outcomes = [_outcome(line) for line in b"".join(lines).splitlines()]
    return scanned.raids, {outcome.id: outcome for outcome in outcomes}


def figures(scenario: str, seed: int, variant: str = "") -> list[Figures]:
    """The figures of one run, for each of its attacks."""
    generated = generate(scenario, load(scenario, seed, variant))
    raids, outcomes = run(generated.items)
    return [compare(generated, attack, raids, outcomes) for attack in generated.truth.attacks]


def compare(
    generated: Generated, attack: Attack, raids: list[Raid], outcomes: dict[str, Outcome]
) -> Figures:
    truth = generated.truth
    attacks = [raid for raid in raids if raid.stage is RaidStage.ATTACK and _during(raid, attack)]
    accounts, ids = set(attack.accounts), set(attack.messages)
    members = {member.account for raid in attacks for member in raid.members}
    detected = min((r.detected_at for r in attacks if r.detected_at), default=None)
    messages = [item for item in generated.items if isinstance(item, Message)]
    hostile = [message for message in messages if message.id in ids]
    after = [m for m in hostile if detected is not None and m.sent_at > detected]
    all_hostile = {id for one in truth.attacks for id in one.messages}
    benign = [message for message in messages if message.id not in all_hostile]
    return Figures(
        truth=truth,
        attack=attack,
        attacks=attacks,
        others=[raid for raid in raids if raid not in attacks],
        seconds=(detected - attack.begin).total_seconds() if detected else float("inf"),
        messages_before=len(hostile) - len(after),
        named=len(members & accounts) / len(accounts),
        innocent=len(members - accounts) / max(1, len(members)),
        attack_after=after,
        let_through=[m for m in after if outcomes[m.id].verdict is Verdict.ALLOW],
        benign=benign,
        benign_held=[m for m in benign if outcomes[m.id].verdict is not Verdict.ALLOW],
        outcomes=outcomes,
    )


def _during(raid: Raid, attack: Attack) -> bool:
    return (
        raid.platform == attack.platform
        and raid.channel == attack.channel
        and raid.begin <= attack.end
        and raid.end >= attack.begin - _AROUND
    )


def _no_refusal(refusals: object) -> None:
    raise AssertionError(f"a generated item was refused: {refusals}")


if __name__ == "__main__":
    name, _, of = sys.argv[1].partition(":")
    for number in sys.argv[2:]:
        for found in figures(name, int(number), of):
            print(found.line())
            for message in found.benign_held[:5]:
                rules = found.outcomes[message.id].rules
                print(f"    benign held: {message.author.id}: {message.text!r} {rules}")
            for message in found.let_through[:3]:
                print(f"    let through: {message.author.id}: {message.text!r}")
