"""One plug-in at work: what waits for it, whether it may be asked now, what it said.

Rules kept here:

1. Nothing waits for a plug-in: a message has its outcome before it comes here. What is not asked
   (sure already, other language, no budget, breaker open, too old, too many) keeps that outcome.
2. Only the text goes out: no name, no id, no channel; personal data that was found in it stays
   here, and a private message goes nowhere unless its recipient and the operator both said so.
   What is sealed as child safety by the time it would be asked about goes out no more.
3. Whatever a plug-in does wrong is counted, and never more than that.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from rempart.connect.opinion.interface import (
    OPINION_LABELS,
    Answer,
    OpinionSource,
    on_scale,
)
from rempart.connect.opinion.limits import Breaker, Budget, Remembered
from rempart.connect.opinion.settings import OpinionSettings
from rempart.detect.text.fold import fold
from rempart.detect.text.scoring import TextScorer
from rempart.engine.embedded.step import Arrived
from rempart.engine.opinions import MOST_CHARACTERS
from rempart.errors import OutboundError
from rempart.model import THRESHOLD, Label, Opinion

_LOG = logging.getLogger(__name__)
MOST_WAITING = 10_000
AT_ONCE = 256
HIDDEN = "[…]"
"""Stands for personal data in a text that goes out."""
UNDETERMINED = "other"


class Waiting(NamedTuple):
    """`text` is what would be sent, `fold` that text folded; `since` on the clock of the seat."""

    sequence: int
    text: str
    abuse: float
    since: float
    fold: str = ""


class Seat:
    """`clock`: seconds that never jump back. `unavailable_since`: when the breaker opened."""

    def __init__(
        self,
        name: str,
        settings: OpinionSettings,
        source: OpinionSource,
        *,
        private_for: frozenset[str],
        scorer: Callable[[], TextScorer],
        clock: Callable[[], float],
        sealed: Callable[[Sequence[int]], frozenset[int]] = lambda _: frozenset(),
    ) -> None:
        """`sealed`: which of these messages nobody is shown."""
        self.name = name
        self.settings = settings
        self.source = source
        self.breaker = Breaker()
        self.budget = Budget(settings.budget_per_minute, clock())
        self.remembered = Remembered()
        self.counts: Counter[str] = Counter()
        self.seconds = 0.0
        self.unavailable_since: datetime | None = None
        self.last_error = ""
        self._private_for = private_for
        self._scorer = scorer
        self._clock = clock
        self._sealed = sealed
        self._waiting: deque[Waiting] = deque()
        self._uncertain: deque[Waiting] = deque()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._uncertain)

    # -- what comes --------------------------------------------------------------------------

    def wants(self, one: Arrived) -> bool:
        """Whether this message may be asked about at all; cheap, for the engine's thread."""
        message = one.message
        if not message.text or not self.settings.takes(message.platform, message.channel):
            return False
        if not message.private:
            return True
        return self.settings.private and any(hit in self._private_for for hit in message.hit)

    def put(self, arrived: Iterable[Arrived]) -> None:
        now = self._clock()
        for one in arrived:
            self._waiting.append(Waiting(one.sequence, outgoing(one), _abuse(one), now))
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popleft()
            self.counts["too_many"] += 1

    # -- what goes out -----------------------------------------------------------------------

    async def work(self) -> list[Opinion]:
        """At most one request about the next messages that wait; the opinions on them. Empty when
        nothing waits, or when nobody was asked."""
        if not self._uncertain:
            batch = self._next()
            if batch:
                self._uncertain.extend(await asyncio.to_thread(self._sort_out, batch))
        opinions: list[Opinion] = []
        unknown: dict[str, list[Waiting]] = {}
        size, now = min(self.settings.batch, self.source.most), self._clock()
        while self._uncertain and len(unknown) < size:
            one = self._uncertain.popleft()
            answer = self.remembered.get(one.fold, now)
            if answer is None:
                unknown.setdefault(one.fold, []).append(one)
            else:
                self.counts["cached"] += 1
                opinions.append(self._opinion(one, answer, cached=True))
        for (_, same), answer in await self._ask(list(unknown.items())) if unknown else []:
            opinions.extend(
                self._opinion(one, answer, cached=place > 0) for place, one in enumerate(same)
            )
        return sorted(opinions, key=lambda opinion: opinion.of)

    def _next(self) -> list[Waiting]:
        oldest = self._clock() - self.settings.max_age
        batch: list[Waiting] = []
        while self._waiting and len(batch) < AT_ONCE:
            one = self._waiting.popleft()
            if one.since < oldest:
                self.counts["too_old"] += 1
            else:
                batch.append(one)
        return batch

    def _sort_out(self, batch: Sequence[Waiting]) -> list[Waiting]:
        """Those in the band and in a language of the plug-in, folded; none that is sealed."""
        sealed = self._sealed([one.sequence for one in batch])
        self.counts["sealed"] += len(sealed)
        batch = [one for one in batch if one.sequence not in sealed]
        folds = fold([one.text for one in batch])
        scored = self._scorer().score(folds)
        scores = scored.labels.max(axis=1).tolist()
        low, high = self.settings.band
        found: list[Waiting] = []
        for one, folded, score, language in zip(
            batch, folds, scores, scored.languages, strict=True
        ):
            if not low <= max(one.abuse, score) < high:
                self.counts["sure"] += 1
            elif language not in (*self.settings.languages, UNDETERMINED):
                self.counts["other_language"] += 1
            else:
                found.append(one._replace(fold=folded))
        return found

    async def _ask(
        self, texts: Sequence[tuple[str, list[Waiting]]]
    ) -> list[tuple[tuple[str, list[Waiting]], Answer]]:
        """The answers of one request; none when it failed or nobody may be asked."""
        now = self._clock()
        if self.budget.left(now) and not self.breaker.allows(now):
            self.counts["breaker_open"] += len(texts)
            return []
        granted = self.budget.take(len(texts), now)
        self.counts["no_budget"] += len(texts) - granted
        texts = texts[:granted]
        if not texts:
            return []
        self.counts["asked"] += len(texts)
        self.counts["calls"] += 1
        try:
            async with asyncio.timeout(self.settings.timeout + 1):
                answers = await self.source.ask([same[0].text for _, same in texts])
        except (OutboundError, TimeoutError) as error:
            self._failed(error)
            return []
        except Exception as error:
            _LOG.exception("the plug-in %s raised", self.name)
            self._failed(error)
            return []
        finally:
            self.seconds += self._clock() - now
        if self.breaker.good():
            self.unavailable_since = None
        self.counts["answered"] += len(answers)
        now = self._clock()
        for (folded, _), answer in zip(texts, answers, strict=True):
            self.remembered.put(folded, answer, now)
        return list(zip(texts, answers, strict=True))

    def _failed(self, error: Exception) -> None:
        self.counts["errors"] += 1
        told = error.diagnostics() if isinstance(error, OutboundError) else type(error).__name__
        self.last_error = told[:300]
        _LOG.warning("the plug-in %s gave no opinion: %s", self.name, self.last_error)
        if self.breaker.bad(self._clock()):
            self.unavailable_since = datetime.now(UTC)

    def _opinion(self, one: Waiting, answer: Answer, *, cached: bool) -> Opinion:
        labels = {
            label.value: on_scale(value, self.settings.thresholds.get(label, THRESHOLD))
            for label, value in sorted(answer.probabilities.items())
        }
        return Opinion(one.sequence, self.name, answer.model, labels, datetime.now(UTC), cached)


def outgoing(one: Arrived) -> str:
    """The text as a plug-in may see it: personal data hidden, bounded."""
    text = one.message.text
    spans = sorted(
        signal.span
        for signal in (one.outcome.signals if one.outcome is not None else ())
        if signal.label is Label.PERSONAL_DATA and signal.span is not None
    )
    parts: list[str] = []
    place = 0
    for start, end in spans:
        if start >= place:
            parts += [text[place:start], HIDDEN]
        place = max(place, end)
    return "".join((*parts, text[place:]))[:MOST_CHARACTERS]


def _abuse(one: Arrived) -> float:
    """What the embedded model was told to say of it already."""
    if one.outcome is None:
        return 0.0
    labels = one.outcome.labels
    return max((score for label, score in labels.items() if label in OPINION_LABELS), default=0.0)
