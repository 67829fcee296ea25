"""Runs a scenario through the pipeline and compares what was found with the ground truth.

`python -m tests.incidents.figures 1 2 3` prints the figures of `hate-raid` for these seeds.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import msgspec

from rempart.engine.pipeline import Pipeline
from rempart.engine.scan import PureEngine, scan
from rempart.ingest import Parsed
from rempart.model import Message, Outcome, Raid, RaidStage, Verdict
from rempart.scenario import Generated, Truth, generate, load

_encoder = msgspec.json.Encoder()
_outcome = msgspec.json.Decoder(Outcome).decode


class Figures(NamedTuple):
    """What INCIDENTS 1 asks of the first attack, and what happened to everybody else."""

    truth: Truth
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
        truth = self.truth
        stages = [f"{raid.stage}/{raid.kind}" for raid in self.others]
        return (
            f"seed {truth.seed:5} mutation {truth.attack.mutation} "
            f"accounts {len(truth.attack.accounts):2} | attack after {self.seconds:5.1f} s, "
            f"{self.messages_before:3} messages | named {self.named:.3f} innocent "
            f"{self.innocent:.3f} | let through {len(self.let_through)}/{len(self.attack_after)} "
            f"| benign held {len(self.benign_held)}/{len(self.benign)} | others {stages}"
        )


def run(generated: Generated, chunk: int = 500) -> tuple[list[Raid], dict[str, Outcome]]:
    """All raids and outcomes of one stream."""
    parts = [Parsed(item, _encoder.encode(item)) for item in generated.items]
    lines: list[bytes] = []
    chunks = (parts[at : at + chunk] for at in range(0, len(parts), chunk))
    scanned = scan(chunks, PureEngine(Pipeline()), lines.append, _no_refusal)
    outcomes = [_outcome(line) for line in b"".join(lines).splitlines()]
    return scanned.raids, {outcome.id: outcome for outcome in outcomes}


def hate_raid(seed: int) -> Figures:
    """The figures of one run."""
    generated = generate("hate-raid", load("hate-raid", seed))
    raids, outcomes = run(generated)
    return compare(generated, raids, outcomes)


def compare(generated: Generated, raids: list[Raid], outcomes: dict[str, Outcome]) -> Figures:
    truth = generated.truth
    attacks = [raid for raid in raids if raid.stage is RaidStage.ATTACK]
    accounts, ids = set(truth.attack.accounts), set(truth.attack.messages)
    members = {member.account for raid in attacks for member in raid.members}
    detected = min((r.detected_at for r in attacks if r.detected_at), default=None)
    messages = [item for item in generated.items if isinstance(item, Message)]
    hostile = [message for message in messages if message.id in ids]
    after = [m for m in hostile if detected is not None and m.sent_at > detected]
    benign = [message for message in messages if message.id not in ids]
    return Figures(
        truth=truth,
        attacks=attacks,
        others=[raid for raid in raids if raid.stage is not RaidStage.ATTACK],
        seconds=(detected - truth.attack.begin).total_seconds() if detected else float("inf"),
        messages_before=len(hostile) - len(after),
        named=len(members & accounts) / len(accounts),
        innocent=len(members - accounts) / max(1, len(members)),
        attack_after=after,
        let_through=[m for m in after if outcomes[m.id].verdict is Verdict.ALLOW],
        benign=benign,
        benign_held=[m for m in benign if outcomes[m.id].verdict is not Verdict.ALLOW],
        outcomes=outcomes,
    )


def _no_refusal(refusals: object) -> None:
    raise AssertionError(f"a generated item was refused: {refusals}")


if __name__ == "__main__":
    for number in sys.argv[1:]:
        figures = hate_raid(int(number))
        print(figures.line())
        for message in figures.benign_held[:5]:
            outcome = figures.outcomes[message.id]
            print(f"    benign held: {message.author.name}: {message.text!r} {outcome.rules}")
        for message in figures.let_through[:3]:
            print(f"    let through: {message.author.name}: {message.text!r}")
