"""Random evenings over the turn of a year, by the service's own acts: messages, raids, reports,
decisions, appeals, orders, exemptions. What is refused is refused; what is done is in the log."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from tests.cases.conftest import START, Community, ms

from rempart.cases.authority import orders
from rempart.cases.deciding.appeals import appeal_by_account, appeal_by_reporter, look_again
from rempart.cases.deciding.codes import statement_code
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.measures.by_hand import Wish, take
from rempart.cases.measures.taking import Reach, Wanted
from rempart.cases.measures.undo import undo_measures
from rempart.cases.queue.policy import shipped
from rempart.cases.reports.receiving import receive
from rempart.disclose.transparency_database import outbox
from rempart.disclose.transparency_database.reading import Gate
from rempart.errors import RempartError
from rempart.log.commit import strict_json
from rempart.model import (
    AuthorityOrder,
    DecisionOutcome,
    Effect,
    ExemptionReason,
    Ground,
    LookState,
    MeasureKind,
    OrderKind,
    ReportRequest,
    Scope,
    ScopeKind,
)
from rempart.protect import Shields
from rempart.store.interface import Tables
from rempart.store.interface.feed import OPEN_TO_CHANGE, Database

BEGIN_MS = ms(datetime(2026, 12, 31, 20, 0, tzinfo=UTC))
STEPS_MS = (60_000, 600_000, 3_600_000)
HARMS = ("harassment", "hate", "threat", "doxxing", "spam", "other", "defamation", "child_safety")
WORDS = {"en": "Third insult of the evening.", "fr": "Troisième insulte de la soirée."}
REASON = "Insulte répétée après un avertissement."
PEOPLE = tuple(f"moderator-{number}" for number in range(5))


def nowhere(platform: str, channel: str) -> Reach:
    return Reach()


@dataclass
class Evening:
    """A community whose next act is drawn by `random`."""

    folder: Path
    random: Random
    now: int = BEGIN_MS
    said: int = 0
    receipts: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.community = Community(self.folder)
        self.gate = Gate(self.community.keys.puid, "fr")

    def goes_on(self, acts: int) -> None:
        choices: list[Callable[[], Any]] = [
            *(3 * [self.speak]), self.raid, *(3 * [self.report]), *(3 * [self.judge]),
            self.by_hand, self.undo, self.appeal, self.look_again, self.order, self.exempt,
            self.gather,
        ]  # fmt: skip
        for _ in range(acts):
            self.now += self.random.choice(STEPS_MS)
            act = self.random.choice(choices)
            with suppress(RempartError, IndexError):
                act()
                self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
            self.community.step_messages, self.community.step_measures = [], []
        while self.gather():
            pass

    # -- what happens ----------------------------------------------------------------------------

    def speak(self, raid: str | None = None) -> None:
        seconds = (self.now - ms(START)) / 1000
        for _ in range(self.random.randint(1, 4)):
            self.said += 1
            label = self.random.choice(("hate", "insult", "threat", "spam", ""))
            self.community.says(
                f"m{self.said}",
                author=self._account(),
                seconds=seconds,
                labels={label: 0.9} if label and raid is None else None,
                raid=raid,
            )
        raids = () if raid is None else (self.community.raid(raid, members=("u1", "u2")),)
        self.community.step(*raids, seconds=seconds)

    def raid(self) -> None:
        self.speak(f"r-{self.random.randint(1, 2)}")

    def report(self) -> None:
        ids = {f"m{self.random.randint(1, max(1, self.said))}" for _ in range(3)}
        request = ReportRequest(
            category=self.random.choice(HARMS),
            explanation="Encore lui.",
            message_ids=tuple(sorted(ids)),
            good_faith=True,
        )
        reporter = f"viewer{self.random.randint(1, 5)}"
        receipt = self._write(
            lambda tables: receive(tables, request, self.community.keys, self.now, reporter)
        )
        self.receipts.append(receipt.words)

    def judge(self) -> None:
        outcome = self.random.choice(list(DecisionOutcome))
        acting = outcome in (DecisionOutcome.UPHOLD, DecisionOutcome.ACT, DecisionOutcome.PARTIAL)
        law = self.random.random() < 0.3
        ground = (Ground.LAW if law else Ground.TERMS) if acting else Ground.NONE
        kind = self.random.choice((MeasureKind.HIDE, MeasureKind.MUTE))

        def act(tables: Tables) -> None:
            decide(
                tables,
                self.random.choice(tables.cases.find("", 500)),
                outcome,
                ground,
                REASON,
                self._person(),
                self.now,
                harm=self.random.choice((None, "hate", "threat")),
                measures=(Wanted(kind),) if outcome is DecisionOutcome.ACT else (),
            )

        self._write(act)

    def by_hand(self) -> None:
        scope = Scope(ScopeKind.ACCOUNT, "twitch", "lea", self._account())
        wish = Wish(MeasureKind.MUTE, scope, 3_600, WORDS)
        by = self._person().id
        self._write(lambda tables: take(tables, [wish], Shields(), by, self.now))

    def undo(self) -> None:
        def act(tables: Tables) -> None:
            rows = tables.stream.measures(limit=500)
            chosen = self.random.choice(rows).measure.id
            undo_measures(tables, [chosen], self._person().id, self.now)

        self._write(act)

    def appeal(self) -> None:
        keys = self.community.keys

        def by_account(tables: Tables) -> None:
            told = self.random.choice(tables.statements.after(0, 500)).statement
            code = statement_code(told.number, keys)
            appeal_by_account(tables, code, "Ce n’est pas moi.", keys, self.now)

        def by_reporter(tables: Tables) -> None:
            words = self.random.choice(self.receipts)
            appeal_by_reporter(tables, words, "Regardez encore.", keys, self.now)

        self._write(self.random.choice((by_account, by_reporter)))

    def look_again(self) -> None:
        def act(tables: Tables) -> None:
            look = self.random.choice(tables.looks.page(LookState.OPEN, 100))
            look_again(
                tables,
                look,
                granted=self.random.random() < 0.5,
                reason=REASON,
                by=self._person(),
                at_ms=self.now,
            )

        self._write(act)

    def order(self) -> None:
        kind = self.random.choice(list(OrderKind))
        order = AuthorityOrder(
            kind,
            "Tribunal judiciaire de Paris",
            self.random.choice(("FR", "GR", "DE", "CH")),
            f"26/{self.now}",
            "greffe@example.org",
            "fr",
            harm=self.random.choice((*HARMS, None)),
            reasons="Propos haineux visant une personne.",
            links=(f"m{self.random.randint(1, max(1, self.said))}",),
            silent=self.random.random() < 0.3,
        )
        outcome = self.random.choice(("waits", "refused", "hidden"))

        def act(tables: Tables) -> None:
            row = orders.take_in(tables, order, self.now, ["fr"], shipped(), PEOPLE[0], self.now)
            if outcome == "refused":
                orders.answer(tables, row.id, Effect.REFUSED, REASON, PEOPLE[1], self.now + 1)
            elif outcome == "hidden" and kind is OrderKind.CONTENT:
                hide = MeasureKind.HIDE
                at = self.now + 1
                orders.carry_out(
                    tables, row.id, order.links, [], hide, "", PEOPLE[1], at, reach=nowhere
                )

        self._write(act)

    def exempt(self) -> None:
        reason = self.random.choice((ExemptionReason.ORDER, ExemptionReason.COMMERCIAL))

        def act(tables: Tables) -> None:
            rows = tables.feed.page(Database.SANDBOX, sorted(OPEN_TO_CHANGE), 500)
            puid = self.random.choice(rows).puid
            by = self._person().id
            outbox.exempt(tables, Database.SANDBOX, puid, reason, REASON, by, self.now)

        self._write(act)

    def gather(self) -> int:
        moved: int = self._write(
            lambda tables: outbox.gather(tables, self.gate, Database.SANDBOX, 0)
        )
        return moved

    # -- looking ---------------------------------------------------------------------------------

    def opened(self) -> list[Any]:
        """Every value that the log discloses, in its order."""
        with self.community.store.read() as tables:
            bodies = tables.log.bodies_between(0, tables.log.size())
            return [strict_json(body)[2] for _, opened in bodies for body in opened]

    def _write(self, act: Callable[[Tables], Any]) -> Any:
        with self.community.store.begin() as tables:
            return act(tables)

    def _person(self) -> Decider:
        return Decider(self.random.choice(PEOPLE), person=True)

    def _account(self) -> str:
        return f"u{self.random.randint(1, 6)}"
