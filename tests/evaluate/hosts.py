"""Benign chat to inject into: the two real files, and smaller channels derived from them.

Rules of this module:

1. The texts are read from the folder beside the checkout (or REMPART_SHARED), held in memory, and
   go nowhere else.
2. A smaller channel keeps a share of the *authors* (by a hash of the id), so that whoever is left
   still writes as before; the share is named in the channel's name.
3. `irc` is the file as it is, months between some days. `irc-run` has the same days one after the
   other, for attacks that need yesterday or the last three weeks.
4. Each message goes through the real detectors once; who runs an operator reuses what they found.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
from tests.evaluate.people import age_of

from rempart.detect.interface import Batch, Detector, Observation
from rempart.detect.text.fold import fold
from rempart.model import ABUSE_LABELS, Account, Label, Message

NO_LABELS: frozenset[Label] = frozenset()
_BATCH = 5_000
FIRST_DAY = datetime(2020, 3, 2, tzinfo=UTC)


class Judged(NamedTuple):
    """A message with what the detectors made of it."""

    message: Message
    fold: str
    abuse: float
    labels: frozenset[Label]


class Checkpoint(NamedTuple):
    """The operator's state (bytes) before the message at `place`, and the long memory."""

    place: int
    at: float
    state: bytes
    long: bytes = b""


class Host:
    """A benign channel in time order. `first[author]` is the place of their first message."""

    def __init__(self, name: str, rows: Sequence[Judged]) -> None:
        self.name = name
        self.rows = rows
        self.times = [row.message.sent_at.timestamp() for row in rows]
        self.platform = rows[0].message.platform
        self.channel = rows[0].message.channel
        self.first: dict[str, int] = {}
        for index, row in enumerate(rows):
            self.first.setdefault(row.message.author.id, index)
        self.checkpoints: list[Checkpoint] = []

    @property
    def key(self) -> str:
        return f"{self.platform}/{self.channel}"

    @property
    def hours(self) -> int:
        """Channel-hours: clock hours in which anybody wrote."""
        return len({int(time // 3600) for time in self.times})


def chat_folder() -> Path | None:
    """The folder with the real chat, or None where it is not to be had."""
    root = Path(__file__).resolve().parents[2]
    place = Path(os.environ.get("REMPART_SHARED", root.parent / "shared")) / "data" / "chat"
    return place if place.is_dir() else None


def read_messages(path: Path) -> list[Message]:
    """One file of chat in time order."""
    decode = msgspec.json.Decoder(Message).decode
    with gzip.open(path, "rb") as lines:
        messages = [decode(line) for line in lines if line.strip()]
    messages.sort(key=lambda message: message.sent_at)
    return messages


def judge(messages: Sequence[Message], detectors: Sequence[Detector]) -> list[Judged]:
    """What fold and detectors say, as the pipeline would hand it to the operators."""
    judged: list[Judged] = []
    for start in range(0, len(messages), _BATCH):
        part = messages[start : start + _BATCH]
        folds = fold([message.text for message in part])
        found: dict[int, tuple[float, frozenset[Label]]] = {}
        for detector in detectors:
            for index, signal in detector.detect(Batch(part, folds)):
                abuse, labels = found.get(index, (0.0, NO_LABELS))
                if signal.label in ABUSE_LABELS:
                    abuse = max(abuse, signal.score)
                found[index] = (abuse, labels | {signal.label})
        for index, message in enumerate(part):
            abuse, labels = found.get(index, (0.0, NO_LABELS))
            judged.append(Judged(message, folds[index], abuse, labels))
    return judged


def observed(rows: Iterable[Judged]) -> list[Observation]:
    """One batch for an operator: positions are places in it."""
    return [Observation(place, *row) for place, row in enumerate(rows)]


def aged(rows: Sequence[Judged], *, ages: bool) -> list[Judged]:
    """The same rows with simulated creation dates, or as they are."""
    if not ages:
        return list(rows)
    known: dict[str, Account] = {}
    made: list[Judged] = []
    for row in rows:
        old = row.message.author
        author = known.get(old.id)
        if author is None:
            born = age_of(old.id, row.message.sent_at)
            author = known[old.id] = msgspec.structs.replace(old, created_at=born)
        made.append(row._replace(message=msgspec.structs.replace(row.message, author=author)))
    return made


def thinned(rows: Sequence[Judged], per_cent: int, channel: str) -> list[Judged]:
    """A smaller channel: the messages of a share of the authors."""
    return [
        row._replace(message=msgspec.structs.replace(row.message, channel=channel))
        for row in rows
        if zlib.crc32(row.message.author.id.encode(), 7) % 100 < per_cent
    ]


def one_after_the_other(rows: Sequence[Judged], channel: str) -> list[Judged]:
    """The same days, dated so that each follows the one before."""
    made: list[Judged] = []
    day, shift = None, timedelta()
    number = -1
    for row in rows:
        today = row.message.sent_at.date()
        if today != day:
            day, number = today, number + 1
            midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
            shift = FIRST_DAY + timedelta(days=number) - midnight
        moved = msgspec.structs.replace(
            row.message, sent_at=row.message.sent_at + shift, channel=channel
        )
        made.append(row._replace(message=moved))
    return made


def benign(rows: dict[str, list[Judged]]) -> dict[str, list[Judged]]:
    """Every channel of the evaluation from the two files, judged but without ages."""
    stream, irc = rows["stream_chat"], rows["ubuntu_irc"]
    run = one_after_the_other(irc, "run")
    return {
        "stream": stream,
        "stream-30": thinned(stream, 30, "stream30"),
        "stream-6": thinned(stream, 6, "stream6"),
        "irc": irc,
        "irc-run": run,
        "irc-run-25": thinned(run, 25, "run25"),
    }


def read_all(detectors: Sequence[Detector]) -> dict[str, list[Judged]]:
    """The two files, judged once; raises FileNotFoundError where there is no chat."""
    folder = chat_folder()
    if folder is None:
        raise FileNotFoundError(
            "the real chat is not on this machine: set REMPART_SHARED to the folder that has "
            "data/chat/stream_chat.ndjson.gz and ubuntu_irc.ndjson.gz"
        )
    names = ("stream_chat", "ubuntu_irc")
    return {name: judge(read_messages(folder / f"{name}.ndjson.gz"), detectors) for name in names}
