"""What is remembered of one target: who writes, what they share, what is usual, which raids are on.

Rules of this module:

1. Everything is bounded: tables have two generations and the older one is dropped when the younger
   is full, so a flood of new authors or signatures pushes out only what is as young as itself.
2. Authors who stay are kept apart in a compact table that a flood cannot push out.
3. The bytes of a dump depend only on what was seen, in the order in which it was seen.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from rempart.detect.text.fold import fold_one

PEOPLE_PER_GENERATION: Final = 224
PEOPLE_BYTES_PER_GENERATION: Final = 9_000
KNOWN_PER_GENERATION: Final = 1_024
SIGNATURES_PER_GENERATION: Final = 832
SHARED_SIGNATURES: Final = 192
AUTHORS_PER_SIGNATURE: Final = 48
ACTS: Final = 256
MEMBERS: Final = 400
MEMBER_BYTES: Final = 12_000
HOT_KEYS: Final = 512
BANNED_KEYS: Final = 256
BANNED_DAYS: Final = 30

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
YOUNG_DAYS: Final = 14
RECENT_DAYS: Final = 100
VISIT_GAP_MS: Final = 30 * MINUTE_MS
ARRIVAL_MS: Final = 10 * MINUTE_MS
REGULAR_MESSAGES: Final = 8
RUDE_ACTS: Final = 128
TELLING_LETTERS: Final = 12
"""A shorter text is shared by chance: its fingerprints count only among abusive ones."""


class Person(msgspec.Struct, array_like=True, gc=False):
    """An author who wrote lately. Times in ms of the target's clock; `created` in ms or -1.

    A visit ends when somebody was silent for half an hour. Of the visit: `said`, all messages;
    `acts`, those that others sent too or that are hostile; `links`, those with a link;
    `again`, those that repeat an own one; `rude`, those hostile to a person.
    `poses`: came under a name that looks like a regular's. `hid_at`: when they last hid from
    filters what they wrote (see `hiding`), asked of what newcomers share."""

    id: str
    name: str | None
    serial: int
    created: int
    first: int
    last: int
    day: int
    days: int = 1
    messages: int = 1
    flagged: int = 0
    flagged_at: int = -1
    visit: int = -1
    said: int = 0
    acts: int = 0
    links: int = 0
    again: int = 0
    rude: int = 0
    rude_at: int = -1
    poses: bool = False
    hid_at: int = -1

    def is_regular(self, now: int) -> bool:
        """Trust is graded and never an exemption: a regular is somebody who had said enough here
        before this visit, or has had own things to say for a while, and is not mostly abusive."""
        if self.flagged * 3 > self.messages:
            return False
        if self.messages - self.said >= REGULAR_MESSAGES:
            return True
        own = self.messages - self.again - self.flagged
        return own >= REGULAR_MESSAGES and now - self.first >= 30 * MINUTE_MS

    def is_arrival(self, now: int) -> bool:
        """First seen within the last ten minutes, and not known from another day."""
        return self.days == 1 and now - self.first <= ARRIVAL_MS

    def is_coming(self, now: int) -> bool:
        """Began to write within the last ten minutes, seen here earlier or not, and no regular."""
        return now - self.visit <= ARRIVAL_MS and not self.is_regular(now)


_READ: Final = str.maketrans("0134579|$l", "oieastgisi")
_READ_BYTES: Final = bytes.maketrans(b"0134579|$l", b"oieastgisi")
_SIGNS: Final = bytes(
    code for code in range(128) if not chr(code).isalnum() and chr(code) not in "|$"
)


@lru_cache(maxsize=4_096)
def looks_of(name: str) -> str:
    """How a name looks: without case, accents, look-alike letters and signs."""
    if name.isascii():
        return name.lower().encode().translate(_READ_BYTES, _SIGNS).decode()
    return "".join(filter(str.isalnum, fold_one(name).translate(_READ)))


def size_of(account: str, name: str | None) -> int:
    """Bytes an account's texts take in a dump."""
    return len(account.encode("utf-8", "replace")) + len((name or "").encode("utf-8", "replace"))


class MemberState(msgspec.Struct, array_like=True, gc=False):
    """One member of a raid; `because` is a set of bits (see `reasons`)."""

    name: str | None
    created: int
    first: int
    messages: int = 0
    flagged: int = 0
    core: bool = False
    because: int = 0
    companions: int = 0


class RaidState(msgspec.Struct, array_like=True, gc=False):
    """One raid that has not ended; times in ms of the target's clock, -1 for not (yet)."""

    id: str
    stage: str
    kind: str
    platform: str
    channel: str
    begin: int
    last: int
    until: int
    suspect_at: int = -1
    detected_at: int = -1
    detected_after: int = 0
    messages: int = 0
    flagged: int = 0
    crowd: int = 0
    confidence: float = 0.0
    evidence: list[tuple[str, list[float]]] = []
    members: dict[str, MemberState] = {}
    hot: dict[int, int] = {}
    cohort_day: int = -1
    family: int = -1
    pruned_at: int = -1
    member_bytes: int = 0
    told_members: int = 0
    told_messages: int = 0
    told_at: int = -1
    open_list: bool = False
    young: bool = False
    shares: int = 0
    """Which reason tells what its members share; 0: text, or a link in a link raid."""
    more: bytearray = msgspec.field(default_factory=bytearray)


class Baseline(msgspec.Struct, array_like=True, gc=False):
    """What is usual here, per minute, as slowly moving averages; `minutes` seen so far, capped."""

    minute: int = -1
    minutes: int = 0
    messages: float = 0.0
    arrivals: float = 0.0
    flagged_share: float = 0.02
    young_share: float = 0.05
    recent_share: float = 0.1
    rude: float = 0.0
    now_messages: int = 0
    now_arrivals: int = 0
    now_aged: int = 0
    now_young: int = 0
    now_recent: int = 0
    now_rude: int = 0


class Pulse(msgspec.Struct, array_like=True, gc=False):
    """Ten seconds of the channel: what those wrote who do not (yet) belong here, and the regulars,
    who are the control group."""

    bucket: int
    messages: int = 0
    flagged: int = 0
    regular_messages: int = 0
    regular_flagged: int = 0
    aside: int = 0
    """Abusive messages about things, by whomever."""


class Ahead(msgspec.Struct, array_like=True, gc=False):
    """A time far ahead that is not confirmed yet; `by`: digest of who claimed it first."""

    at: int
    by: int
    count: int


class Lesson(msgspec.Struct, array_like=True, gc=False):
    """What a person said was fine: wording, and a kind of crowd. `youngest`: days; four in five of
    its accounts were older. `identity`: how made-up they looked. `new`: share never seen before."""

    at: int
    keys: list[int]
    youngest: int
    identity: float
    new: float


class TargetData(msgspec.Struct, array_like=True, gc=False):
    """The whole state of one target, as it is dumped."""

    version: int
    key: str
    clock: int = -1
    skew: int = 0
    late: int = 0
    serial: int = 0
    people_bytes: int = 0
    announced_until: int = -1
    shares: int = 0
    look_at: int = 0
    look_after: int = -1
    unlooked: int = 0
    looked: int = -1
    people: dict[str, Person] = {}
    older_people: dict[str, Person] = {}
    known: dict[int, int] = {}
    older_known: dict[int, int] = {}
    signatures: dict[int, int] = {}
    older_signatures: dict[int, int] = {}
    shared: dict[int, dict[int, int]] = {}
    regular_keys: dict[int, int] = {}
    older_regular_keys: dict[int, int] = {}
    common: dict[int, int] = {}
    older_common: dict[int, int] = {}
    banned: dict[int, int] = {}
    acts: list[tuple[int, int]] = []
    rude: list[tuple[int, int]] = []
    pulses: list[Pulse] = []
    baseline: Baseline = msgspec.field(default_factory=Baseline)
    raids: list[RaidState] = []
    lessons: list[Lesson] = []
    doubt_until: int = -1
    ahead: Ahead | None = None


class SharedKey(NamedTuple):
    """A signature that several people used lately, and how many of them abusively."""

    key: int
    people: list[Person]
    flagged: int


class TargetState:
    """The dumped data and what can be derived from it."""

    __slots__ = ("_names", "by_serial", "data", "lately", "newest", "taught")

    def __init__(self, data: TargetData) -> None:
        self.data = data
        self.by_serial: dict[int, Person] = {}
        self.lately: dict[int, list[SharedKey]] = {}
        """What one message's judgement asks several times (see `evidence.shared_keys`)."""
        self.newest = {key: next(reversed(uses.values())) for key, uses in data.shared.items()}
        """The last use of each shared signature, in the same order: most were used too long ago."""
        self._names: dict[str, list[Person]] | None = None
        self.taught: list[frozenset[int]] = []
        self.index_lessons()
        self.index_people()

    def index_lessons(self) -> None:
        """The wording of each lesson, to be looked up."""
        self.taught = [frozenset(lesson.keys) for lesson in self.data.lessons]

    def index_people(self) -> None:
        """Serial number to person, for the people still remembered."""
        data = self.data
        self.by_serial = {
            person.serial: person
            for people in (data.older_people, data.people)
            for person in people.values()
        }
        self._names = None

    def note_name(self, person: Person) -> None:
        """Somebody new is remembered."""
        if self._names is not None:
            self._names.setdefault(looks_of(person.name or person.id), []).append(person)

    def names_alike(self, person: Person) -> list[Person]:
        """Everybody remembered whose name looks like this person's. Names are read only when this
        is first asked, so that a state that is merely loaded costs nothing."""
        if self._names is None:
            self._names = {}
            for known in self.by_serial.values():
                self.note_name(known)
        return self._names.get(looks_of(person.name or person.id), [])


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(TargetData)


def dump(state: TargetState) -> bytes:
    return _ENCODER.encode(state.data)


def load(blob: bytes) -> TargetState:
    return TargetState(_DECODER.decode(blob))
