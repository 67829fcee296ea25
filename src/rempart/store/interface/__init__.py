"""The interface of the store: one durable writer, many consistent readers, tables by room."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any

from rempart.store.interface.access import AccessTables
from rempart.store.interface.access_log import AccessLogTables
from rempart.store.interface.attested import AttestedTables
from rempart.store.interface.bans import BanTables
from rempart.store.interface.campaigns import CampaignTables
from rempart.store.interface.captures import CaptureTables
from rempart.store.interface.care import CareTables
from rempart.store.interface.cases import CaseTables
from rempart.store.interface.child_named import ChildNamedTables
from rempart.store.interface.court import CourtTables
from rempart.store.interface.dated import DatedTables
from rempart.store.interface.deadlines import DeadlineTables
from rempart.store.interface.erasure import ErasureTables
from rempart.store.interface.evidence import EvidenceTables
from rempart.store.interface.factors import FactorTables
from rempart.store.interface.facts import FactTables
from rempart.store.interface.feed import FeedTables
from rempart.store.interface.figures import FigureTables
from rempart.store.interface.folder import FolderTables
from rempart.store.interface.given_out import GivenOutTables
from rempart.store.interface.history import HistoryTables
from rempart.store.interface.incidents import IncidentTables
from rempart.store.interface.invitations import InvitationTables
from rempart.store.interface.keys import KeyTables
from rempart.store.interface.log import LogTables
from rempart.store.interface.looks import LookTables
from rempart.store.interface.mail import MailTables
from rempart.store.interface.misuse import MisuseTables
from rempart.store.interface.orders import OrderTables
from rempart.store.interface.referrals import ReferralTables
from rempart.store.interface.refused_links import RefusedLinkTables
from rempart.store.interface.replies import ReplyTables
from rempart.store.interface.retention import RetentionTables
from rempart.store.interface.sponsors import SponsorTables
from rempart.store.interface.statements import StatementTables
from rempart.store.interface.stream import StreamTables
from rempart.store.interface.taken import TakenTables
from rempart.store.interface.terms import TermsTables
from rempart.store.interface.threads import ThreadTables
from rempart.store.interface.versions import VersionTables

__all__ = [
    "AccessLogTables",
    "AccessTables",
    "AttestedTables",
    "BanTables",
    "CampaignTables",
    "CaptureTables",
    "CareTables",
    "CaseTables",
    "ChildNamedTables",
    "CourtTables",
    "DatedTables",
    "DeadlineTables",
    "ErasureTables",
    "EvidenceTables",
    "FactTables",
    "FactorTables",
    "FeedTables",
    "FigureTables",
    "HistoryTables",
    "IncidentTables",
    "InvitationTables",
    "KeyTables",
    "LogTables",
    "LookTables",
    "MailTables",
    "MisuseTables",
    "OrderTables",
    "ReferralTables",
    "RefusedLinkTables",
    "ReplyTables",
    "RetentionTables",
    "SponsorTables",
    "StatementTables",
    "Store",
    "StreamTables",
    "Tables",
    "TakenTables",
    "TermsTables",
    "ThreadTables",
    "VersionTables",
]


class Tables(ABC):
    """One transaction's (or one read moment's) view of all tables."""

    log: LogTables
    attested: AttestedTables
    keys: KeyTables
    stream: StreamTables
    cases: CaseTables
    access: AccessTables
    access_log: AccessLogTables
    invitations: InvitationTables
    factors: FactorTables
    care: CareTables
    bans: BanTables
    campaigns: CampaignTables
    court: CourtTables
    dated: DatedTables
    captures: CaptureTables
    deadlines: DeadlineTables
    evidence: EvidenceTables
    erasure: ErasureTables
    retention: RetentionTables
    facts: FactTables
    figures: FigureTables
    folder: FolderTables
    history: HistoryTables
    given_out: GivenOutTables
    replies: ReplyTables
    versions: VersionTables
    threads: ThreadTables
    mail: MailTables
    incidents: IncidentTables
    referrals: ReferralTables
    refused_links: RefusedLinkTables
    child_named: ChildNamedTables
    taken: TakenTables
    sponsors: SponsorTables
    statements: StatementTables
    feed: FeedTables
    looks: LookTables
    misuse: MisuseTables
    orders: OrderTables
    terms: TermsTables

    @abstractmethod
    def announce(self, kind: str, data: dict[str, Any]) -> None:
        """Tells the live hub (`engine.live`) once this transaction has committed; never before,
        and not at all when it fails. `kind`: `case`, `report`, `raid`, `measure`, `alarm` …"""

    @abstractmethod
    def part(self) -> AbstractContextManager[None]:
        """A part of the transaction that may fail alone: what it wrote and announced is taken back,
        what came before stays."""


class Store(ABC):
    """`begin` is the one write transaction: it commits durably on leaving, or nothing happened.

    Only one thread may write at a time. After a failed commit see `errors.StoreFullError` (what was
    acknowledged stays; try again later) and `errors.StoreReadOnlyError` (outcome unknown).
    """

    @abstractmethod
    def begin(self) -> AbstractContextManager[Tables]: ...

    @abstractmethod
    def read(self) -> AbstractContextManager[Tables]:
        """A consistent moment, from any thread; writing through it raises StoreError."""

    @abstractmethod
    def tidy(self, *, force: bool = False) -> bool:
        """Housekeeping between transactions; `force` after erasing, so that nothing is left."""

    @abstractmethod
    def close(self) -> None: ...
