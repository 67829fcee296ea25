"""The nouns of DESIGN: typed, immutable, with no behaviour that needs anything else."""

from rempart.model.campaign import Campaign, CampaignMember
from rempart.model.case import (
    NO_ACTION,
    SECOND_KINDS,
    Again,
    Case,
    CaseKind,
    CaseState,
    Decision,
    DecisionOutcome,
    Ground,
    Report,
    ReportContact,
    ReportRequest,
    ReportState,
)
from rempart.model.identity import message_key, stable_id
from rempart.model.ladder import LADDER, LegalForm, Rung
from rempart.model.measure import (
    Because,
    Bundle,
    Measure,
    MeasureKind,
    MeasureState,
    Scope,
    ScopeKind,
)
from rempart.model.message import Account, Event, EventKind, Item, Media, Message, MessageKind
from rempart.model.opinion import Opinion
from rempart.model.outcome import ItemRefusal, Outcome, Verdict
from rempart.model.raid import Member, Raid, RaidKind, RaidStage
from rempart.model.second_look import Appellant, LookState, SecondLook
from rempart.model.signal import ABUSE_LABELS, THRESHOLD, Label, Signal
from rempart.model.statement import AutomatedDecision, Statement, StatementSource

__all__ = [
    "ABUSE_LABELS",
    "LADDER",
    "NO_ACTION",
    "SECOND_KINDS",
    "THRESHOLD",
    "Account",
    "Again",
    "Appellant",
    "AutomatedDecision",
    "Because",
    "Bundle",
    "Campaign",
    "CampaignMember",
    "Case",
    "CaseKind",
    "CaseState",
    "Decision",
    "DecisionOutcome",
    "Event",
    "EventKind",
    "Ground",
    "Item",
    "ItemRefusal",
    "Label",
    "LegalForm",
    "LookState",
    "Measure",
    "MeasureKind",
    "MeasureState",
    "Media",
    "Member",
    "Message",
    "MessageKind",
    "Opinion",
    "Outcome",
    "Raid",
    "RaidKind",
    "RaidStage",
    "Report",
    "ReportContact",
    "ReportRequest",
    "ReportState",
    "Rung",
    "Scope",
    "ScopeKind",
    "SecondLook",
    "Signal",
    "Statement",
    "StatementSource",
    "Verdict",
    "message_key",
    "stable_id",
]
