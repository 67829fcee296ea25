"""Numbers of the service for `/metrics`, in Prometheus text form.

Counted in plain integers on the hot path and turned into samples only when somebody asks. What the
log and the tables know is read from them, not counted a second time. No label names a person, a
channel or a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import ItemResult
from rempart.model import CaseState
from rempart.model.moments import ms_of
from rempart.store.interface.cases import CaseQuery
from rempart.web.auth.caller import Caller
from rempart.web.connectors.board import Connectors
from rempart.web.connectors.metrics import told_of_connectors
from rempart.web.console.queue.figures_page import FigureShelf, figures
from rempart.web.feed.desk import FeedDesk
from rempart.web.feed.metrics import told_of as told_of_feed
from rempart.web.lines import metrics as line_metrics
from rempart.web.lines.desk import LineDesk
from rempart.web.opinions.desk import OpinionDesk
from rempart.web.opinions.metrics import told_of

MOST_COUNTED = 10_000


class Numbers(Collector):
    """Counted by the routes, read by `/metrics`."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self.items: Counter[str] = Counter()
        self.turned: Counter[int] = Counter()
        self.answers: Counter[int] = Counter()
        self.listeners = 0
        self.figures = FigureShelf()
        self.perspective: Counter[str] = Counter()
        self.opinions: OpinionDesk | None = None
        self.lines: Mapping[str, LineDesk] = {}
        self.connectors: Connectors | None = None
        self.feed: FeedDesk | None = None
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def taken(self, results: Sequence[ItemResult], refused: int) -> None:
        for result in results:
            self.items[result.status] += 1
        if refused:
            self.items["refused"] += refused

    def turned_away(self, status: int) -> None:
        self.turned[status] += 1

    def text(self, caller: Caller) -> bytes:
        """All of it for who has rights everywhere; else what lies in the caller's channels."""
        if caller.channels is None:
            return generate_latest(self._registry)
        within = CollectorRegistry(auto_describe=False)
        within.register(_Within(self._engine, caller))
        return generate_latest(within)

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        items = CounterMetricFamily(
            "rempart_items",
            "Messages and events over HTTP, by what came of them",
            labels=["result"],
        )
        for result, count in sorted(self.items.items()):
            items.add_metric([result], count)
        yield items
        turned = CounterMetricFamily(
            "rempart_deliveries_turned_away", "Requests to deliver, turned away", labels=["status"]
        )
        for status, count in sorted(self.turned.items()):
            turned.add_metric([str(status)], count)
        yield turned
        answers = CounterMetricFamily(
            "rempart_http_answers", "Answers of the other routes", labels=["status"]
        )
        for status, count in sorted(self.answers.items()):
            answers.add_metric([str(status)], count)
        yield answers
        if self.perspective:
            compatible = CounterMetricFamily(
                "rempart_perspective_answers",
                "Answers of the Perspective-compatible endpoint, by what they said",
                labels=["result"],
            )
            for said, count in sorted(self.perspective.items()):
                compatible.add_metric([said], count)
            yield compatible
        if self.opinions is not None:
            yield from told_of(self.opinions)
        if self.feed is not None and self.feed.database is not None:
            yield from told_of_feed(self._engine, self.feed)
        if self.connectors is not None:
            yield from told_of_connectors(self.connectors)
        yield GaugeMetricFamily("rempart_listeners", "Open streams of events", value=self.listeners)
        failing = CounterMetricFamily(
            "rempart_rule_errors",
            "Errors of the community's own rules since they are in force",
            labels=["rule"],
        )
        for rule, count in sorted(self._engine.rule_errors().items()):
            failing.add_metric([rule], count)
        yield failing
        without = CounterMetricFamily(
            "rempart_rule_failures",
            "How often something that a rule asked failed: signals, counters, labels",
            labels=["rule", "dependency"],
        )
        for (rule, dependency), count in sorted(self._engine.rule_failures().items()):
            without.add_metric([rule, dependency], count)
        yield without
        fallen = GaugeMetricFamily(
            "rempart_rules_fallen_back",
            "Rules that fell back to shadow because people undid too much of what they did",
            labels=["rule"],
        )
        program = self._engine.pipeline.rules.program
        for rule in sorted(program.fallen if program is not None else ()):
            fallen.add_metric([rule], 1)
        yield fallen
        yield from self._waiting()
        yield from self._links()
        yield from self._stored()

    def _waiting(self) -> Iterator[Metric]:
        """How long people wait, with those who still do; counted anew at most once a minute."""
        at_ms = ms_of(datetime.now(UTC))
        with self._engine.read() as tables:
            found = self.figures.get((90, None), lambda: figures(tables, None, 90, at_ms))
        waited = GaugeMetricFamily(
            "rempart_wait_seconds",
            "After so long so many no longer wait (90 days); -1: not reached yet",
            labels=["until", "share"],
        )
        late = GaugeMetricFamily(
            "rempart_past_deadline_share", "Share past a deadline (90 days)", labels=["until"]
        )
        still = GaugeMetricFamily("rempart_waiting", "Waiting now (90 days)", labels=["until"])
        for until, part in (("first_action", found.first_action), ("answer", found.answer)):
            for share, minutes in (("0.5", part.whole.half), ("0.9", part.whole.most)):
                waited.add_metric([until, share], -1 if minutes is None else minutes * 60)
            late.add_metric([until], part.whole.late.share or 0.0)
            still.add_metric([until], part.whole.open)
        yield waited
        yield late
        yield still
        classes = GaugeMetricFamily(
            "rempart_open_cases_by_class", "Open cases: 0 life and children", labels=["class"]
        )
        for rank, count in sorted(found.open_by_rank.items()):
            classes.add_metric([rank], count)
        yield classes

    def _links(self) -> Iterator[Metric]:
        rules, now = self._engine.pipeline.link_rules, datetime.now(UTC)
        lists = GaugeMetricFamily(
            "rempart_link_lists", "Lists of links, by what becomes of them", labels=["state"]
        )
        good = sum(one.is_good(now) for one in rules.lists)
        lists.add_metric(["used"], good)
        lists.add_metric(["expired"], len(rules.lists) - good)
        lists.add_metric(["refused"], len(rules.refused))
        yield lists

    def _stored(self) -> Iterator[Metric]:
        with self._engine.read() as tables:
            size = tables.log.size()
            counters = tables.stream.counters()
            checkpoint = tables.log.last_checkpoint()
            posted = tables.mail.counts()
            refused = tables.stream.not_applied()
            if self.lines:
                yield from line_metrics.told_of(tables, self.lines.values())
        not_applied = GaugeMetricFamily(
            "rempart_measures_not_applied",
            "Measures in force that a platform refused or never answered",
            labels=["connector"],
        )
        for connector, count in sorted(refused.items()):
            not_applied.add_metric([connector], count)
        yield not_applied
        yield GaugeMetricFamily("rempart_log_entries", "Entries of the log", value=size)
        if checkpoint is not None:
            yield GaugeMetricFamily(
                "rempart_log_checkpoint_entries", "Entries under the last checkpoint", checkpoint[0]
            )
        stored = CounterMetricFamily(
            "rempart_stored", "What the store counts, since its first day", labels=["what"]
        )
        for name, value in sorted(counters.items()):
            stored.add_metric([name], value)
        yield stored
        mails = GaugeMetricFamily(
            "rempart_mails", "Mails to reporters who left an address", labels=["state"]
        )
        for state, count in sorted(posted.items()):
            mails.add_metric([state.value], count)
        yield mails


class _Within(Collector):
    """Counts over the channels of one caller; of the service as a whole they are told nothing."""

    def __init__(self, engine: EmbeddedEngine, caller: Caller) -> None:
        self._engine = engine
        self._caller = caller

    def collect(self) -> Iterator[Metric]:
        sees, names = self._caller.sees, tuple(sorted(self._caller.channels or ()))
        with self._engine.read() as tables:
            rows = [row for row in tables.stream.channels() if sees(row.channel, row.platform)]
            open_cases = sum(
                sees(case.channel, case.platform)
                for case in tables.cases.page(
                    CaseQuery(CaseState.OPEN, None, channels_of(names), limit=MOST_COUNTED)
                ).cases
            )
        stored = CounterMetricFamily(
            "rempart_stored",
            "What the store counts in the channels of this token",
            labels=["what"],
        )
        for what in ("flagged", "held", "messages"):
            stored.add_metric([what], sum(getattr(row, what) for row in rows))
        yield stored
        yield GaugeMetricFamily(
            "rempart_open_cases", "Open cases in the channels of this token", value=open_cases
        )


def channels_of(entries: Sequence[str]) -> tuple[str, ...]:
    """Names of channels, for queries: an entry may be `platform/channel`."""
    return tuple(sorted({entry.partition("/")[2] or entry for entry in entries} | set(entries)))
