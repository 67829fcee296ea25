"""Screens: what each page of the console shows, as plain data.

The JSON twin of a page is exactly its screen. Times are aware datetimes in UTC; series are lists of
integers with a begin and a step, so that a chart and a test read the same thing.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from rempart.cases.evidence.provenance import Proof
from rempart.cases.raids.campaigns import CampaignSummary, CampaignView
from rempart.cases.raids.families import Family
from rempart.cases.raids.member_graph import Graph
from rempart.model import (
    Case,
    Decision,
    Measure,
    MeasureKind,
    Member,
    Raid,
    Report,
    ScopeKind,
    Verdict,
)
from rempart.web.api.reports.reports import SaidView
from rempart.web.console.case.deciding_part import DecidingPart
from rempart.web.console.case.ladder import Choices
from rempart.web.console.queue.desk_screens import DeskPart, QueueName, Turn


class ChannelRate(msgspec.Struct, frozen=True):
    """Messages per step in one channel; `flagged` are those that were held, hidden or removed."""

    platform: str
    channel: str
    counts: list[int]
    flagged: list[int]


class Rate(msgspec.Struct, frozen=True):
    """The channels in steps of `step_s` seconds, from `begin` for `span_s` seconds of event time:
    the last hour, or less when there is less to see."""

    begin: datetime
    step_s: int
    span_s: int
    channels: list[ChannelRate]


class RaidBar(msgspec.Struct, frozen=True):
    """One raid on the timeline; `case` is where a click leads. `under_way`: an attack whose stage
    has not ended and that nobody lifted."""

    raid: Raid
    case: str | None
    under_way: bool = False
    lifted: bool = False


class MeasureRow(msgspec.Struct, frozen=True):
    """A measure that is on, where it came from, and whether it can be undone now."""

    measure: Measure
    case: str | None
    undoable: bool
    delivery: str | None = None


class LogState(msgspec.Struct, frozen=True):
    """The log: how many entries, its root, and the newest signed checkpoint."""

    size: int
    root: str
    checkpoint_size: int | None
    checkpoint_at: datetime | None


class QueueSummary(msgspec.Struct, frozen=True):
    """How much waits, how much of it is urgent, and since when the oldest waits."""

    open: int
    urgent: int
    oldest_at: datetime | None
    by_kind: dict[str, int]
    reports_open: int = 0


class Happening(msgspec.Struct, frozen=True):
    """One thing that happened, told as a sentence by the template: kind and its facts."""

    at: datetime
    kind: str
    facts: dict[str, str]
    case: str | None = None


class Alarm(msgspec.Struct, frozen=True):
    """What calls a person now. `what`: `threat`, `failure` (a detector), `limit`, `not_applied`
    (a measure that did not reach the platform), `list_over`, `list_refused` (a list of links),
    `opinion` (a plug-in that does not answer), `rule` (one of the community's own calls a person),
    `rule_error` (one of them fails), `rule_without_signals`, `rule_without_counters`,
    `rule_without_labels` (what one of them asks failed), `rule_fell_back` (one of them stopped
    biting by itself), `cost` (a line has used `detail` percent of a cost cap), `connector` (one has
    not read its platform for a while; `channel` is its name), `first_aid` (more is reported than
    may be hidden on reports alone),
    `second_decision`, `second_unseal`, `second_export` (what somebody proposed in a case, `case`
    being the oldest, waits for whoever looks),
    `erasure_asked` (an erasure waits for a second person),
    `erasure_failed` (one is overdue), `file_asked` (an incident file waits
    for two people), `log_stopped` (nothing is signed any more), `log_damaged` (a full check
    failed), `log_changed` (the entries `detail` do not hold what was committed to),
    `log_refused` (we did not cosign the log `detail`), `look_ups` (one person looked at
    very many cases), `second_person` (somebody let in lately agreed as one); `count` of the
    same."""

    what: str
    channel: str
    at: datetime
    count: int = 1
    case: str | None = None
    detail: str = ""


class Overview(msgspec.Struct, frozen=True):
    now: datetime
    rate: Rate
    raids: list[RaidBar]
    shields: list[MeasureRow]
    queue: QueueSummary
    log: LogState
    lately: list[Happening]
    messages: int
    alarms: list[Alarm] = []


class QueueRow(msgspec.Struct, frozen=True):
    case: Case
    stage: str | None = None
    members: int = 0
    raid_kind: str | None = None
    turn: Turn | None = None


class Queue(msgspec.Struct, frozen=True):
    now: datetime
    rows: list[QueueRow]
    urgent_from: int
    state: str
    kind: str | None
    total: int
    queues: list[QueueName] = []
    queue: str | None = None


class SignalSeen(msgspec.Struct, frozen=True):
    """One signal of one message; `quote` is the part of the text it speaks of."""

    detector: str
    version: str
    label: str
    score: float
    span: tuple[int, int] | None
    why: str | None


class Said(msgspec.Struct, frozen=True):
    """One message as it was received. `text` is None when its body was erased, or when it is of
    child safety (`sealed`): then links, hashes and times are all there is."""

    seq: int
    id: str
    at: datetime
    author: str
    author_name: str | None
    author_created_at: datetime | None
    text: str | None
    verdict: Verdict
    abuse: float
    labels: dict[str, float]
    signals: list[SignalSeen]
    raid: str | None = None
    released: bool = False
    links: list[str] = []
    media: int = 0
    sealed: bool = False
    hashes: list[str] = []
    proof: Proof | None = None
    """How far it is proven that the platform sent it; None: not looked at here, or erased."""


class Timeline(msgspec.Struct, frozen=True):
    """Messages per step around the raid: of the raid, and of everybody else (the baseline)."""

    begin: datetime
    step_s: int
    attack: list[int]
    others: list[int]
    raid_begin: datetime | None = None
    detected_at: datetime | None = None
    raid_end: datetime | None = None


class SignalSum(msgspec.Struct, frozen=True):
    """What one detector said over all messages of the case."""

    detector: str
    version: str
    label: str
    messages: int
    highest: float


class Evidence(msgspec.Struct, frozen=True):
    """State of the evidence: entries of this case, the newest checkpoint that covers them."""

    entries: int
    first: int | None
    last: int | None
    log: LogState
    covered: bool


class Shared(msgspec.Struct, frozen=True):
    """One thing that members share, for the list beside the graph."""

    kind: str
    name: str
    members: int


class OtherRaid(msgspec.Struct, frozen=True):
    """Another open case of a raid in this channel, with which this one may be merged."""

    raid: str
    case: str
    kind: str
    begin: datetime
    members: int


class LiftedOut(msgspec.Struct, frozen=True):
    account: str
    name: str


class ReasonCount(msgspec.Struct, frozen=True):
    """A reason of members, and how many of them have it."""

    sentence: str
    members: int


class RaidPart(msgspec.Struct, frozen=True):
    """`shares`: for each account what it shares, as places in `shared`; `undecided`: the case is
    open, so that it can still be split and merged."""

    raids: list[str]
    families: list[Family]
    shared: list[Shared]
    shares: dict[str, list[int]]
    graph: Graph | None
    lifted_out: list[LiftedOut]
    others: list[OtherRaid]
    undecided: bool
    member_reasons: list[ReasonCount] = []
    may_correct: bool = False


class MeasureGroup(msgspec.Struct, frozen=True):
    """Measures of one kind on one kind of thing. `active` of them are in force, the last of these
    until `until` (None: until somebody undoes it). `parts`: what a shield consists of."""

    kind: MeasureKind
    scope: ScopeKind
    rows: list[MeasureRow]
    active: int
    undoable: bool
    until: datetime | None
    parts: list[MeasureKind] = []


class CaseScreen(msgspec.Struct, frozen=True):
    now: datetime
    case: Case
    raid: Raid | None
    lifted: bool
    members: list[Member]
    said: list[Said]
    said_total: int
    signals: list[SignalSum]
    measures: list[MeasureRow]
    timeline: Timeline | None
    reports: list[Report]
    decisions: list[Decision]
    evidence: Evidence
    next_case: str | None = None
    groups: list[MeasureGroup] = []
    of_raid: RaidPart | None = None
    campaign: CampaignView | None = None
    deciding: DecidingPart = DecidingPart()
    desk: DeskPart | None = None
    brigade: str | None = None
    """The case of the arranged reports on the thing of this one."""
    ladder: list[Choices] = []
    """What can be taken by hand, for who may."""
    conversations: dict[str, list[SaidView]] = {}
    """What was said since, by report."""


class CampaignScreen(msgspec.Struct, frozen=True):
    """One campaign, and the others against the same target."""

    now: datetime
    campaign: CampaignView
    others: list[CampaignSummary]


class Campaigns(msgspec.Struct, frozen=True):
    now: datetime
    campaigns: list[CampaignSummary]
    target: str | None


class ChannelSummary(msgspec.Struct, frozen=True):
    platform: str
    channel: str
    messages: int
    flagged: int
    last_at: datetime | None
    shield: MeasureRow | None


class Channels(msgspec.Struct, frozen=True):
    now: datetime
    channels: list[ChannelSummary]


class ChannelScreen(msgspec.Struct, frozen=True):
    """The chat of one channel as it flows: newest last. Private messages are left out."""

    now: datetime
    platform: str
    channel: str
    said: list[Said]
    last_seq: int
    raids: list[RaidBar]
    shield: MeasureRow | None
