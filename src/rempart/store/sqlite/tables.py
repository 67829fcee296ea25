"""All tables of one transaction, or of one moment of reading, over one connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import apsw

from rempart.errors import StoreFullError, StoreReadOnlyError
from rempart.log.tiles import Edge
from rempart.store.interface import Tables
from rempart.store.sqlite.access import SqliteAccessTables
from rempart.store.sqlite.access_log import SqliteAccessLogTables
from rempart.store.sqlite.attested import SqliteAttestedTables
from rempart.store.sqlite.bans import SqliteBanTables
from rempart.store.sqlite.campaigns import SqliteCampaignTables
from rempart.store.sqlite.captures import SqliteCaptureTables
from rempart.store.sqlite.care import SqliteCareTables
from rempart.store.sqlite.cases import SqliteCaseTables
from rempart.store.sqlite.child_named import SqliteChildNamedTables
from rempart.store.sqlite.court import SqliteCourtTables
from rempart.store.sqlite.dated import SqliteDatedTables
from rempart.store.sqlite.deadlines import SqliteDeadlineTables
from rempart.store.sqlite.erasure import SqliteErasureTables
from rempart.store.sqlite.evidence import SqliteEvidenceTables
from rempart.store.sqlite.factors import SqliteFactorTables
from rempart.store.sqlite.facts import SqliteFactTables
from rempart.store.sqlite.failures import failure_of
from rempart.store.sqlite.feed import SqliteFeedTables
from rempart.store.sqlite.figures import SqliteFigureTables
from rempart.store.sqlite.folder import SqliteFolderTables
from rempart.store.sqlite.given_out import SqliteGivenOutTables
from rempart.store.sqlite.history import SqliteHistoryTables
from rempart.store.sqlite.incidents import SqliteIncidentTables
from rempart.store.sqlite.invitations import SqliteInvitationTables
from rempart.store.sqlite.keys import SqliteKeyTables
from rempart.store.sqlite.log import SqliteLogTables
from rempart.store.sqlite.looks import SqliteLookTables
from rempart.store.sqlite.mail import SqliteMailTables
from rempart.store.sqlite.misuse import SqliteMisuseTables
from rempart.store.sqlite.orders import SqliteOrderTables
from rempart.store.sqlite.referrals import SqliteReferralTables
from rempart.store.sqlite.refused_links import SqliteRefusedLinkTables
from rempart.store.sqlite.replies import SqliteReplyTables
from rempart.store.sqlite.retention import SqliteRetentionTables
from rempart.store.sqlite.sealing import Sealer
from rempart.store.sqlite.sponsors import SqliteSponsorTables
from rempart.store.sqlite.statements import SqliteStatementTables
from rempart.store.sqlite.stream import SqliteStreamTables
from rempart.store.sqlite.taken import SqliteTakenTables
from rempart.store.sqlite.terms import SqliteTermsTables
from rempart.store.sqlite.threads import SqliteThreadTables
from rempart.store.sqlite.vault import Vault
from rempart.store.sqlite.versions import SqliteVersionTables


class SqliteTables(Tables):
    log: SqliteLogTables
    stream: SqliteStreamTables
    deadlines: SqliteDeadlineTables

    def __init__(self, connection: apsw.Connection, vault: Vault, used: int = 0) -> None:
        self.sealer = Sealer(connection, vault, used)
        self.connection = connection
        self.where = connection.filename
        self.log = SqliteLogTables(connection, vault, self.sealer)
        self.attested = SqliteAttestedTables(connection)
        self.keys = SqliteKeyTables(connection, vault, self.sealer)
        self.stream = SqliteStreamTables(connection, vault)
        self.cases = SqliteCaseTables(connection, self.stream)
        self.access = SqliteAccessTables(connection)
        self.access_log = SqliteAccessLogTables(connection)
        self.captures = SqliteCaptureTables(connection)
        self.care = SqliteCareTables(connection)
        self.evidence = SqliteEvidenceTables(connection)
        self.factors = SqliteFactorTables(connection)
        self.invitations = SqliteInvitationTables(connection)
        self.campaigns = SqliteCampaignTables(connection)
        self.deadlines = SqliteDeadlineTables(connection)
        self.erasure = SqliteErasureTables(connection)
        self.retention = SqliteRetentionTables(connection)
        self.facts = SqliteFactTables(connection)
        self.figures = SqliteFigureTables(connection)
        self.folder = SqliteFolderTables(connection)
        self.court = SqliteCourtTables(connection)
        self.history = SqliteHistoryTables(connection)
        self.given_out = SqliteGivenOutTables(connection)
        self.replies = SqliteReplyTables(connection)
        self.versions = SqliteVersionTables(connection)
        self.threads = SqliteThreadTables(connection)
        self.mail = SqliteMailTables(connection)
        self.incidents = SqliteIncidentTables(connection)
        self.referrals = SqliteReferralTables(connection)
        self.refused_links = SqliteRefusedLinkTables(connection)
        self.child_named = SqliteChildNamedTables(connection)
        self.taken = SqliteTakenTables(connection)
        self.sponsors = SqliteSponsorTables(connection)
        self.statements = SqliteStatementTables(connection)
        self.feed = SqliteFeedTables(connection)
        self.looks = SqliteLookTables(connection)
        self.dated = SqliteDatedTables(connection)
        self.misuse = SqliteMisuseTables(connection)
        self.orders = SqliteOrderTables(connection)
        self.bans = SqliteBanTables(connection)
        self.terms = SqliteTermsTables(connection)
        self.announced: list[tuple[str, dict[str, Any]]] = []

    def announce(self, kind: str, data: dict[str, Any]) -> None:
        self.announced.append((kind, data))

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction that may fail alone: what it wrote, told and remembered is
        taken back, and what came before stays. When SQLite gave up the whole transaction, so
        does this (StoreFullError, StoreReadOnlyError)."""
        mark = self._mark()
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException as error:
            told = failure_of(error, self.where) if isinstance(error, apsw.Error) else None
            if not self.connection.in_transaction and told is None:
                told = StoreReadOnlyError("the transaction was given up", where=self.where)
            if isinstance(told, StoreFullError | StoreReadOnlyError):
                raise told from error
            self.connection.execute("ROLLBACK TO part")
            self.connection.execute("RELEASE part")
            self._restore(mark)
            if told is None:
                raise
            raise told from error
        self.connection.execute("RELEASE part")

    def _mark(self) -> tuple[Edge | None, int, tuple[int, ...], int]:
        return self.log.mark(), len(self.announced), self.stream.mark(), self.sealer.used

    def _restore(self, mark: tuple[Edge | None, int, tuple[int, ...], int]) -> None:
        edge, announced, known, used = mark
        if self.sealer.used != used:
            self.sealer.forget()
        self.log.restore(edge)
        del self.announced[announced:]
        self.stream.restore(known)
