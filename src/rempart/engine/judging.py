"""From what was found to what the rules are asked: labels, the raid that counts, corrections."""

from __future__ import annotations

from collections.abc import Sequence

from rempart.detect.interface import RaidChange, Touch
from rempart.detect.text.fold import fold
from rempart.model import Item, Message, Signal
from rempart.protect import MeasureBook
from rempart.rules import RaidTouch
from rempart.rules.language import Program


def folds_for(program: Program | None, items: Sequence[Item]) -> list[str] | None:
    """The folds of all items (empty for events), when rules look at them."""
    if program is None or not program.needs_fold:
        return None
    return fold([item.text if isinstance(item, Message) else "" for item in items])


def corrected(
    book: MeasureBook,
    items: Sequence[Item],
    touches: dict[int, list[Touch]],
    changes: list[RaidChange],
) -> tuple[dict[int, list[Touch]], list[RaidChange]]:
    """What detectors say, as people corrected it (see `protect.corrections`)."""
    said = book.corrections
    named: dict[int, list[Touch]] = {}
    for position, found in touches.items():
        item = items[position]
        author = item.author.id if isinstance(item, Message) else ""
        pairs = [(touch, said.raid_of(touch.raid, author)) for touch in found]
        named[position] = [touch._replace(raid=raid) for touch, raid in pairs if raid is not None]
    pictures = [
        RaidChange(change.position, raid)
        for change in changes
        for raid in said.pictures(change.raid)
    ]
    return named, pictures


def labels_of(signals: list[Signal] | None) -> dict[str, float]:
    labels: dict[str, float] = {}
    for signal in signals or ():
        label = signal.label.value
        if signal.score > labels.get(label, 0.0):
            labels[label] = signal.score
    return dict(sorted(labels.items()))


def furthest(touched: list[Touch] | None, book: MeasureBook) -> RaidTouch | None:
    """The touch that goes furthest; raids that a person lifted no longer count. Between equals the
    raid's id decides, because the order of touches depends on how the stream was cut."""
    standing = [touch for touch in touched or () if touch.raid not in book.lifted]
    if not standing:
        return None
    best = max(standing, key=lambda touch: (touch.stage.rank, touch.member, touch.raid))
    return RaidTouch(best.raid, best.stage, best.member, best.reasons)
