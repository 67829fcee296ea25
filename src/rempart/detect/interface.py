"""What a detector is, and what a keyed operator is.

Rules of this room:

1. Pure: no clock, no database, no network, no globals that change. Event time comes with the data.
2. Batch-wise: one call per batch; work that can be done once per batch is done once.
3. How a stream is cut into batches never changes a result: `step` over ten messages, or ten times
   over one, gives the same detections and the same state bytes.
4. The keyed state is serialisable (`dump`/`load`) and bounded per key by time and by a hard cap.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from rempart.detect.raid.fingerprint import Fingerprint
from rempart.model import Event, Label, Message, Raid, RaidStage, Signal


class Example(NamedTuple):
    """A text that ships with the detector; the test suite runs every one of them."""

    text: str
    label: Label | None
    """The label that must reach 0.5, or None when no label may."""


class Batch(NamedTuple):
    """The messages of one step in input order; `folds[i]` is the folded text of `messages[i]`:
    what the eye reads, after evasions are undone (see `detect.text.fold`)."""

    messages: Sequence[Message]
    folds: Sequence[str]


class Detector(ABC):
    """Looks at each message on its own.

    `detect` yields `(index, signal)` only where something was found, in rising index order. Spans
    point into the original text. Subclasses set `name`, `version`, `labels` and ship `examples`.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    labels: ClassVar[frozenset[Label]]
    examples: ClassVar[tuple[Example, ...]]

    @abstractmethod
    def detect(self, batch: Batch) -> Iterable[tuple[int, Signal]]: ...


class Observation(NamedTuple):
    """One message as a keyed operator sees it. `position` is its place in the step's batch;
    `abuse` the highest abuse score in [0, 1]; `prints` the fingerprints of `fold`, computed for
    the whole step at once, or None: whoever needs them computes them."""

    position: int
    message: Message
    fold: str
    abuse: float
    labels: frozenset[Label]
    prints: Fingerprint | None = None


class EventObservation(NamedTuple):
    position: int
    event: Event


class Touch(NamedTuple):
    """This message belongs to that raid, at that stage. `member`: the author shares a signature
    with others and may be acted on alone; otherwise it is the crowd (short holds only)."""

    position: int
    raid: str
    stage: RaidStage
    member: bool
    reasons: tuple[str, ...]


class RaidChange(NamedTuple):
    """After the message at `position` the raid is known to be this (whole picture, not a delta).
    Emitted when a raid opens, changes stage, gains members, or ends.

    Of a raid over several channels also `places` (`platform/channel`), and how many of the `seen`
    latest messages were `flagged`: what several such raids are told as one by."""

    position: int
    raid: Raid
    places: tuple[str, ...] = ()
    flagged: int = 0
    seen: int = 0


class Candidate(NamedTuple):
    """A message offered to the operator that works across channels, under each signature."""

    position: int
    signatures: tuple[int, ...]


class Detections(NamedTuple):
    touches: list[Touch]
    changes: list[RaidChange]
    candidates: list[Candidate]


StateT = TypeVar("StateT")


class KeyedOperator(ABC, Generic[StateT]):
    """`step(state, batch) -> (state, detections)` for one key (a target, or a signature).

    The state given to `step` is consumed: use the one returned. Late and duplicate messages are
    tolerated and the clock of a key never runs back. `dump(load(blob)) == blob`.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    max_state_bytes: ClassVar[int]

    @abstractmethod
    def fresh(self, key: str) -> StateT: ...

    @abstractmethod
    def load(self, blob: bytes) -> StateT: ...

    @abstractmethod
    def dump(self, state: StateT) -> bytes: ...

    @abstractmethod
    def step(
        self, state: StateT, batch: Sequence[Observation | EventObservation]
    ) -> tuple[StateT, Detections]: ...

    @abstractmethod
    def open_raids(self, state: StateT) -> list[Raid]:
        """The raids of this state that have not ended, whole; for summaries and restarts."""

    def teach(self, state: StateT, raid: Raid, folds: Sequence[str]) -> StateT:
        """A person said of this raid that it was fine: the same wording by the same kind of crowd
        is to give a *notice* here next time, and causes no measure.

        `raid`: its picture when it was lifted, as people corrected it (it may have ended long ago,
        and `state` may know nothing of it any more). `folds`: folded texts of its messages in the
        order in which they came, each text once, at most `LESSON_TEXTS`; those whose words were
        erased are missing. Called once per lifted raid, between two steps, on the state of the
        raid's own target; `open_raids` may still have the raid.

        What it keeps: pure and deterministic, no clock but the state's; the lesson is bounded and
        fades by event time; it never makes anybody exempt (other wording, a threat, a link or an
        account that is known to be harmful is judged as before); the state given is consumed, and
        `dump(load(blob)) == blob` holds with lessons in it. The default learns nothing.
        """
        del raid, folds
        return state


LESSON_TEXTS = 200
"""So many distinct texts of a raid go into one lesson."""
