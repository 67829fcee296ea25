"""The history and the published yearly reports in SQLite; see `store.interface.history`."""

from __future__ import annotations

from collections.abc import Mapping

import apsw

from rempart.errors import ConflictError
from rempart.store.interface.history import (
    Columns,
    Details,
    HistoryTables,
    ReportDetails,
    WithdrawalRow,
    YearlyRow,
)
from rempart.store.sqlite import history_details, history_reading

_YEARLY = "period, version, at_ms, by, reason, as_of, template, seq, language"


class SqliteHistoryTables(HistoryTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def queries(self) -> Mapping[str, str]:
        return {**history_reading.QUERIES, **history_details.QUERIES}

    def read(self, as_of: int) -> Columns:
        return history_reading.Reading(self._db, as_of).columns()

    def report_details(self, as_of: int) -> ReportDetails:
        return history_details.read_report_details(self._db, as_of)

    def details(self, as_of: int) -> Details:
        return history_details.read_details(self._db, as_of)

    def put_yearly(self, row: YearlyRow, files: bytes) -> None:
        try:
            self._db.execute(
                f"INSERT INTO yearly_report ({_YEARLY}, files)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, files),
            )
        except apsw.ConstraintError as error:
            raise ConflictError(
                "this version of the report is published already, or its reason is missing",
                where=f"{row.period} version {row.version}",
            ) from error

    def yearly(self, period: str | None = None) -> list[YearlyRow]:
        rows = self._db.execute(
            f"SELECT {_YEARLY} FROM yearly_report WHERE ?1 IS NULL OR period = ?1"
            " ORDER BY period DESC, version",
            (period,),
        )
        return [YearlyRow(*row) for row in rows]

    def yearly_files(self, period: str, version: int) -> bytes | None:
        found: bytes | None = self._db.execute(
            "SELECT files FROM yearly_report WHERE period = ? AND version = ?", (period, version)
        ).get
        return found

    def put_withdrawal(self, row: WithdrawalRow) -> None:
        self._db.execute(
            "INSERT INTO yearly_withdrawal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms, until_ms = excluded.until_ms,"
            " confirmed_by = excluded.confirmed_by, restored_ms = excluded.restored_ms",
            row,
        )

    def withdrawals(self) -> list[WithdrawalRow]:
        rows = self._db.execute("SELECT * FROM yearly_withdrawal ORDER BY at_ms, id")
        return [WithdrawalRow(*row) for row in rows]
