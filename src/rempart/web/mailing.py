"""Sends the mails that wait: patiently, one after the other, and never in anybody's way.

Rules kept here:

1. A receipt, a message or an answer is there before its mail is tried; a mail server that is down
   costs nothing but the mail's time.
2. Waits grow as those of measures do (`protect.outbox`). After a week, or when the server says that
   it will never take it, a mail is `failed`; the count is in the metrics.
3. An address is unsealed for the moment of sending only, and stands in no log line and no error.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from rempart.cases.deciding.answers import receipt_message
from rempart.cases.entries import at_time
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.mails import Mail, answer_mail, message_mail, receipt_mail
from rempart.connect.mail import Mailer, MailSettings, Sent
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import StoreError
from rempart.protect.outbox import wait_after
from rempart.store.interface import Tables
from rempart.store.interface.mail import MailAbout, MailRow, MailState

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 2.0
LONGEST_MS = 7 * 86_400_000
AT_ONCE = 20


class _Written(NamedTuple):
    """A mail ready to leave; `to` empty: there is no address."""

    to: str
    mail: Mail


class Mailing:
    """One per service that has a mail server. `status_url`: where a reporter reads more."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        keys: ReportKeys,
        settings: MailSettings,
        folder: Path,
        status_url: str,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._keys = keys
        self._mailer = Mailer(settings, folder)
        self._status_url = status_url
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled. An error of the store is logged and tried again."""
        while True:
            try:
                sent = await self.send_due()
            except Exception:
                _LOG.exception("the mails that wait could not be looked at")
                sent = 0
            if sent < AT_ONCE:
                await asyncio.sleep(LOOK_SECONDS)

    async def send_due(self) -> int:
        """One round; returns how many mails were tried."""
        rows = await asyncio.to_thread(self._due)
        for row in rows:
            await asyncio.to_thread(self._try, row)
        return len(rows)

    def _due(self) -> list[MailRow]:
        with self._engine.read() as tables:
            return tables.mail.due(self._now_ms(), AT_ONCE)

    def _try(self, row: MailRow) -> None:
        """A mail that breaks the sending waits like one that was refused: those behind it go on."""
        try:
            self._send(row)
        except StoreError:
            raise
        except Exception as error:
            what = type(error).__name__  # its words may hold the address
            _LOG.error("mail %s about %s could not be made: %s", row.id, row.report, what)
            self._settle(row, *self._after(row, Sent(ok=False, detail=what, again=True)))

    def _send(self, row: MailRow) -> None:
        with self._engine.read() as tables:
            written = self._write(tables, row)
        if written is None or not written.to:
            self._settle(row, MailState.NONE)
            return
        reference = f"{row.report}.{row.what.value}.{row.about}"
        result = self._mailer.send(
            written.to, written.mail.subject, written.mail.text, reference=reference
        )
        if result.ok:
            self._settle(row, MailState.SENT)
            return
        _LOG.warning("mail %s about %s not sent: %s", row.id, row.report, result.detail)
        self._settle(row, *self._after(row, result))

    def _after(self, row: MailRow, result: Sent) -> tuple[MailState, str, int | None]:
        now = self._now_ms()
        if not result.again or now - row.queued_ms > LONGEST_MS:
            return MailState.FAILED, result.detail, None
        wait = wait_after(f"mail {row.id}", min(row.attempts + 1, 12)) or 3_600.0
        return MailState.PENDING, result.detail, now + int(wait * 1000)

    def _settle(
        self, row: MailRow, state: MailState, detail: str = "", next_at_ms: int | None = None
    ) -> None:
        self._engine.write(
            lambda tables: tables.mail.settle(row.id, state, detail=detail, next_at_ms=next_at_ms)
        ).result()

    def _write(self, tables: Tables, row: MailRow) -> _Written | None:
        report, sealed = tables.cases.report(row.report), tables.cases.sealed_contact(row.report)
        if report is None or sealed is None:
            return None
        try:
            to = self._keys.open_contact(report.id, sealed).email or ""
        except StoreError:
            return None
        language = "fr" if report.language == "fr" else "en"
        if row.what is MailAbout.RECEIPT:
            text = receipt_message(at_time(report.received_ms))[language]
            return _Written(to, receipt_mail(language, text, self._status_url))
        if row.what is MailAbout.MESSAGE:
            return _Written(to, message_mail(language, self._status_url))
        answer = tables.cases.answer(report.id)
        if answer is None:
            return None
        return _Written(to, answer_mail(language, answer.text[language], self._status_url))

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)
