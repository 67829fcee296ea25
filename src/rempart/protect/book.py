"""What the planner remembers: the measures in force, the uses of limits, what people took back.

Rules kept here:

1. Bounded by time: what has ended is forgotten at the next sweep. The clock of the sweep only
   strolls after the messages' times: one message dated years ahead must not end what holds.
2. All of it follows from `standing`, `uses`, `spoke` and what people said; the indexes by account
   and by channel are made from them, so that a message costs two look-ups and no search.
3. What a person undid stays undone: a raid that was lifted causes nothing any more, one whose
   measure was undone does not bring that one back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final, TypeVar

import msgspec

from rempart.model import Measure, MeasureKind, Message, Scope, ScopeKind
from rempart.model.moments import ms_of
from rempart.protect.corrections import Corrections
from rempart.protect.limits import DAY_MS

_REFUSED_MS: Final = 86_400_000
"""So long after its lease a measure that a person undid is still refused to its raid."""
_NEVER: Final = 1 << 60
_BETWEEN: Final = "\x1f"

ON_ACCOUNTS: Final = frozenset(
    {
        MeasureKind.HOLD,
        MeasureKind.MUTE,
        MeasureKind.TIME_OUT,
        MeasureKind.SUSPEND,
        MeasureKind.LOCK_OUT,
    }
)
ON_PLACES: Final = frozenset(
    {
        MeasureKind.SLOW_MODE,
        MeasureKind.MEMBERS_ONLY,
        MeasureKind.LINK_BLOCK,
        MeasureKind.HOLD,
        MeasureKind.LOCK_OUT,
    }
)
"""What is carried out message by message, by what it stands on."""

K = TypeVar("K")
AccountKey = tuple[str, str, str]
Place = tuple[str, str]


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """A measure in force, as the planner remembers it (event time, ms). `target`: for whom alone a
    lock-out holds."""

    measure: str
    from_ms: int
    until_ms: int
    raid: str | None
    kind: MeasureKind = MeasureKind.HOLD
    ref: str = ""
    target: str | None = None

    def is_renewable(self, at_ms: int) -> bool:
        """Whether half of the lease is over, so that a new measure may take over."""
        return at_ms >= (self.from_ms + self.until_ms) // 2

    def stands_for(self, other: Standing) -> bool:
        """Whether it takes the other's place on the same account or in the same channel."""
        same = self.kind is other.kind and self.ref == other.ref
        return same and self.target == other.target


class MeasureBook:
    """The planner's state. Serialisable (`standing`, `uses`, `spoke`, `lifted`, `refused`), and
    rebuilt from the stored measures (`remember`)."""

    SWEEP_MS = 60_000
    STEP_MS = 30_000

    def __init__(self) -> None:
        self.standing: dict[str, Standing] = {}
        self.accounts: dict[AccountKey, tuple[Standing, ...]] = {}
        self.places: dict[Place, tuple[Standing, ...]] = {}
        self.uses: dict[str, deque[int]] = {}
        self.spoke: dict[Place, dict[str, int]] = {}
        """In channels under slow mode: when each account last wrote."""
        self.lifted: set[str] = set()
        self.refused: dict[tuple[str, str], int] = {}
        self.corrections = Corrections()
        self._swept_ms = 0
        self._clock_ms = 0
        self._ends_ms = _NEVER
        """Nothing in force ends before: until then a sweep looks at no measure."""

    def copy(self) -> MeasureBook:
        """A book to plan in without consequence. What only people change is shared; the clock of
        its sweep begins anew."""
        copied = MeasureBook()
        copied.standing = dict(self.standing)
        copied.accounts = dict(self.accounts)
        copied.places = dict(self.places)
        copied.uses = {key: deque(uses) for key, uses in self.uses.items()}
        copied.spoke = {place: dict(spoke) for place, spoke in self.spoke.items()}
        copied.refused = dict(self.refused)
        copied.lifted = self.lifted
        copied._ends_ms = self._ends_ms
        copied.corrections = self.corrections
        return copied

    def use(self, standing: dict[str, Standing]) -> None:
        """These measures are in force, and no others."""
        self.standing = standing
        self._ends_ms = min((one.until_ms for one in standing.values()), default=_NEVER)
        self.accounts, self.places = {}, {}
        for key, one in standing.items():
            self._index(key, one)

    def concerns(self, message: Message) -> bool:
        """Whether anything in force may touch this message: two look-ups."""
        place = (message.platform, message.channel)
        return place in self.places or (*place, message.author.id) in self.accounts

    # -- taken and taken back ----------------------------------------------------------------

    def remember(self, measure: Measure) -> None:
        """Takes in a measure that is in force (after a restart, or just planned)."""
        scope = measure.scope
        standing = Standing(
            measure.id,
            ms_of(measure.from_at),
            ms_of(measure.until) if measure.until else _NEVER,
            measure.raid,
            measure.kind,
            scope.ref,
            measure.target,
        )
        key = key_of(measure)
        self.standing[key] = standing
        self._ends_ms = min(self._ends_ms, standing.until_ms)
        self._index(key, standing)

    def forget(self, measure: Measure) -> None:
        """A person undid it: it holds nothing any more, and its raid does not cause it again. A
        newer one on the same scope stays."""
        key = key_of(measure)
        standing = self.standing.get(key)
        if standing is None or standing.measure != measure.id:
            return
        if standing.raid is not None:
            self.refused[standing.raid, key] = standing.until_ms + _REFUSED_MS
        del self.standing[key]
        self._drop(key, standing)

    def is_refused(self, raid: str, key: str) -> bool:
        """Whether a person undid this for the raid, or for the one that it was split off from."""
        of: str | None = raid
        while of is not None:
            if (of, key) in self.refused:
                return True
            of = self.corrections.origin_of(of)
        return False

    def lift(self, raid: str) -> None:
        """A person said of this raid that it was fine; it causes nothing any more."""
        self.lifted.add(raid)
        self.use({k: s for k, s in self.standing.items() if s.raid != raid})

    def spare(self, raid: str, account: str) -> None:
        """A person lifted this account out of the raid: it is not held for it again. What held it
        is undone measure by measure (`forget`)."""
        self.corrections.spare(raid, account)

    def split(self, raid: str, part: str, accounts: Iterable[str]) -> None:
        """From now on these accounts count to a part of the raid, a raid of its own: so do the
        measures that are in force on them."""
        names = frozenset(accounts)
        self.corrections.split(raid, part, names)
        moved = {
            key: msgspec.structs.replace(standing, raid=part)
            for key, standing in self.standing.items()
            if standing.raid == raid
            and standing.ref in names
            and key.split(_BETWEEN)[1] == ScopeKind.ACCOUNT
        }
        for key, standing in moved.items():
            self.standing[key] = standing
            self._index(key, standing)

    def put_back(self, raid: str, account: str) -> None:
        """A correction was taken back: the account counts as the machine says."""
        self.corrections.put_back(raid, account)

    def sweep(self, at_ms: int) -> None:
        """Forgets what has ended."""
        if self._clock_ms:
            ahead = at_ms - self._clock_ms
            at_ms = self._clock_ms + max(-self.STEP_MS, min(self.STEP_MS, ahead))
        self._clock_ms = at_ms
        if abs(at_ms - self._swept_ms) < self.SWEEP_MS:
            return
        self._swept_ms = at_ms
        if self._ends_ms <= at_ms:
            self.use({k: s for k, s in self.standing.items() if s.until_ms > at_ms})
        horizon = at_ms - DAY_MS
        self.uses = {k: uses for k, uses in self.uses.items() if uses and uses[-1] > horizon}
        self.refused = {k: until for k, until in self.refused.items() if until > at_ms}
        self.spoke = {
            place: {author: ms for author, ms in spoke.items() if ms > at_ms - self.SWEEP_MS}
            for place, spoke in self.spoke.items()
            if place in self.places
        }

    # -- indexes -----------------------------------------------------------------------------

    def _index(self, key: str, standing: Standing) -> None:
        kind, scope, platform, channel, ref = key.split(_BETWEEN)[:5]
        if scope == ScopeKind.ACCOUNT:
            if kind in ON_ACCOUNTS:
                account = (platform, channel, ref)
                others = (s for s in self.accounts.get(account, ()) if not s.stands_for(standing))
                self.accounts[account] = (*others, standing)
        elif kind in ON_PLACES:
            place = (platform, channel)
            others = (s for s in self.places.get(place, ()) if not s.stands_for(standing))
            self.places[place] = (*others, standing)

    def _drop(self, key: str, standing: Standing) -> None:
        _, scope, platform, channel, ref = key.split(_BETWEEN)[:5]
        if scope == ScopeKind.ACCOUNT:
            _without(self.accounts, (platform, channel, ref), standing)
        else:
            _without(self.places, (platform, channel), standing)


def _without(index: dict[K, tuple[Standing, ...]], key: K, standing: Standing) -> None:
    rest = tuple(s for s in index.get(key, ()) if s.measure != standing.measure)
    if rest:
        index[key] = rest
    else:
        index.pop(key, None)


def scope_key(kind: MeasureKind, scope: Scope, more: str = "") -> str:
    """One measure of a kind, on a scope, is in force at a time. `more`: for whom alone it holds, or
    why a person is asked."""
    found = _BETWEEN.join((kind, scope.kind, scope.platform, scope.channel, scope.ref))
    return f"{found}{_BETWEEN}{more}" if more else found


def key_of(measure: Measure) -> str:
    return scope_key(measure.kind, measure.scope, measure.target or measure.because or "")
