"""The pure step: the same however it is cut, sharded or restarted; nothing passes unseen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from random import Random
from zlib import crc32

import msgspec
import pytest

from rempart.detect.interface import Batch, Detector, EventObservation, Observation
from rempart.detect.registry import default_detectors
from rempart.engine.pipeline import Analysis, Pipeline, PipelineSettings, target_keys
from rempart.model import Item, Label, Measure, Message, Outcome, Raid, RaidStage, Signal, Verdict
from rempart.scenario.catalogue import generate, load

INSULT = "you are an idiot and a loser"


@cache
def stream() -> tuple[Item, ...]:
    """A short raid: from a minute before the attack to two minutes into it."""
    generated = generate("hate-raid", load("hate-raid", seed=5))
    begin = generated.truth.attack.begin
    return tuple(
        item
        for item in generated.items
        if -600
        <= ((item.sent_at if isinstance(item, Message) else item.at) - begin).total_seconds()
        <= 120
    )


@dataclass
class Story:
    outcomes: list[Outcome | None]
    raids: list[bytes]
    measures: list[Measure]


def tell(cuts: Sequence[int], *, restart: bool = False) -> Story:
    pipeline = Pipeline()
    state = pipeline.new_state()
    story = Story([], [], [])
    edges = [0, *sorted(set(cuts)), len(stream())]
    for start, end in pairwise(edges):
        if restart:
            fresh = pipeline.new_state()
            for key in list(state.targets.keys()):
                blob = state.targets.dump(key)
                assert blob is not None
                fresh.targets.restore(key, blob)
            for key in list(state.spread.keys()):
                blob = state.spread.dump(key)
                assert blob is not None
                fresh.spread.restore(key, blob)
            for measure in story.measures:
                if measure.scope.kind != "message":
                    fresh.book.remember(measure)
            fresh.book.spoke = state.book.spoke
            state = fresh
        state, result = pipeline.step(state, stream()[start:end])
        story.outcomes += result.outcomes
        story.raids += [msgspec.json.encode(change.raid) for change in result.raids]
        story.measures += result.measures
    return story


def test_how_the_stream_is_cut_changes_nothing() -> None:
    whole = tell([])
    assert any(outcome and outcome.raid for outcome in whole.outcomes)
    random = Random(3)
    size = len(stream())
    assert tell(range(size)) == whole, "one by one"
    assert tell([random.randrange(size) for _ in range(40)]) == whole, "at random"


def test_a_restart_in_the_middle_of_a_raid_changes_no_outcome() -> None:
    cuts = range(0, len(stream()), 97)
    assert tell(cuts, restart=True) == tell(cuts)


def test_shards_together_find_what_one_process_finds() -> None:
    """Targets over three shards, merged: the same analysis as in one go."""
    base = [item for item in stream() if isinstance(item, Message)]
    items = [
        msgspec.structs.replace(
            item, channel=f"channel{number % 7}", targets=("lea", "zoe")[: number % 3]
        )
        for number, item in enumerate(base)
    ]
    pipeline = Pipeline()
    whole = pipeline.analyse(pipeline.new_state().targets, items)
    merged = Analysis.empty()
    for shard in range(3):
        part = pipeline.analyse(
            pipeline.new_state().targets, items, lambda key, s=shard: crc32(key.encode()) % 3 == s
        )
        merged.signals.update(part.signals)
        for position, touches in part.touches.items():
            merged.touches.setdefault(position, []).extend(touches)
        merged.changes.extend(part.changes)
        merged.keys |= part.keys
    assert merged.signals == whole.signals
    assert merged.keys == whole.keys == {key for item in items for key in target_keys(item)}
    assert {p: sorted(t) for p, t in merged.touches.items()} == {
        p: sorted(t) for p, t in whole.touches.items()
    }
    assert sorted(merged.changes, key=_order) == sorted(whole.changes, key=_order)


def _order(change: tuple[int, Raid]) -> tuple[int, str, bytes]:
    return change[0], change[1].id, msgspec.json.encode(change[1])


def message(text: str = INSULT, **changes: object) -> Message:
    one = next(item for item in stream() if isinstance(item, Message))
    return msgspec.structs.replace(one, text=text, id="probe", targets=(), **changes)


def verdict(pipeline: Pipeline, item: Message) -> Outcome:
    _, result = pipeline.step(pipeline.new_state(), [item])
    (outcome,) = result.outcomes
    assert outcome is not None
    return outcome


def test_a_private_message_runs_no_detector() -> None:
    assert verdict(Pipeline(), message()).verdict is Verdict.HOLD
    private = verdict(Pipeline(), message(private=True))
    assert (private.verdict, private.signals) == (Verdict.ALLOW, ())


def test_unless_its_recipient_switched_it_on() -> None:
    channel = message().channel
    pipeline = Pipeline(PipelineSettings(private_for=frozenset({channel})))
    assert verdict(pipeline, message(private=True)).verdict is Verdict.HOLD


class Fragile(Detector):
    name = "fragile"
    version = "1"
    labels = frozenset({Label.INSULT})
    examples = ()

    def detect(self, batch: Batch) -> Iterable[tuple[int, Signal]]:
        for index, message in enumerate(batch.messages):
            if "break" in message.text:
                raise ValueError("cannot read this")
            yield index, Signal(self.name, self.version, Label.INSULT, 0.1)


def test_a_failing_detector_holds_what_it_could_not_see_and_costs_nobody_else() -> None:
    pipeline = Pipeline(detectors=[*default_detectors(), Fragile()])
    texts = {"a": "good evening", "b": "break this", "c": INSULT}
    items = [msgspec.structs.replace(message(text), id=name) for name, text in texts.items()]
    _, result = pipeline.step(pipeline.new_state(), items)
    held = {o.id: o for o in result.outcomes if o is not None and o.verdict is Verdict.HOLD}
    assert set(held) == {"b", "c"}
    assert held["b"].rules == ("hold-on-failure",)
    assert held["c"].rules == ("hold-abuse",)
    assert {"alarm"} <= {measure.kind for measure in result.measures}


@pytest.mark.parametrize("text", ["", " ", "\x00", "\u200b" * 300, "a" * 65_536, "🙂" * 16_000])
def test_odd_texts_are_ordinary_messages(text: str) -> None:
    assert verdict(Pipeline(), message(text)).verdict is Verdict.ALLOW


def test_a_lifted_raid_no_longer_holds_anyone() -> None:
    pipeline = Pipeline()
    state, result = pipeline.step(pipeline.new_state(), stream()[:-60])
    raids = {change.raid.id for change in result.raids if change.raid.stage is RaidStage.ATTACK}
    assert raids
    for raid in raids:
        state.book.lift(raid)
    _, after = pipeline.step(state, stream()[-60:])
    assert not any(outcome and outcome.raid in raids for outcome in after.outcomes)
    assert not any(measure.raid in raids for measure in after.measures)


def test_a_message_to_hundreds_of_people_touches_few_states() -> None:
    """What a mention bot sends in one line must not cost as much as hundreds of lines."""
    targets = tuple(f"t{number}" for number in range(256))
    item = msgspec.structs.replace(message(), targets=targets)
    assert target_keys(item) == [f"{item.platform}/t{number}" for number in range(16)]


def test_fingerprints_of_the_step_are_those_the_operator_would_make(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are computed for all targets at once; the result is the one without that."""
    seen: list[object] = []

    def states(*, keep: bool) -> list[bytes | None]:
        pipeline = Pipeline()
        step = pipeline.target_operator.step

        def stepping(state: object, batch: Sequence[Observation | EventObservation]) -> object:
            rows = [row for row in batch if isinstance(row, Observation)]
            seen.extend(row.prints for row in rows)
            if keep:
                return step(state, batch)
            return step(
                state,
                [
                    row._replace(prints=None) if isinstance(row, Observation) else row
                    for row in batch
                ],
            )

        monkeypatch.setattr(pipeline.target_operator, "step", stepping)
        state, _ = pipeline.step(pipeline.new_state(), stream())
        return [state.targets.dump(key) for key in sorted(state.targets.keys())]

    assert states(keep=True) == states(keep=False)
    assert seen
    assert None not in seen
