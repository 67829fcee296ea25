"""A target and a reporter are forgotten, and who asked for an erasure before."""

from __future__ import annotations

from rempart.store.sqlite.forgetting.opened import SqliteOpened


class SqliteForgettingPeople(SqliteOpened):
    def forget_requests(self, kind: str, subject: str, pseudonym: str) -> None:
        self._db.execute(
            "UPDATE erasure SET subject = ?, reason = '' WHERE kind = ? AND subject = ?"
            " AND state IN ('refused', 'cancelled')",
            (pseudonym, kind, subject),
        )
        self._db.execute(
            "UPDATE hold SET subject = ?, reason = ? WHERE covers = ? AND subject = ?",
            (pseudonym, "[erased]", kind, subject),
        )

    def entries_of_target(self, platform: str, name: str) -> list[int]:
        found = self._db.execute(
            "SELECT seq FROM incident_item WHERE kind = 'act' AND target IN (?, ?)",
            _names(platform, name),
        )
        return [seq for (seq,) in found]

    def forget_target(self, platform: str, name: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for what, table in (
            ("folders", "locked_out"),
            ("helpers", "folder_helper"),
            ("matches", "fact_match"),
            ("incident files", "incident_item"),
            ("incident files", "incident_request"),
            ("sessions", "target_session"),
        ):
            self._run(
                counts, what, f"DELETE FROM {table} WHERE target IN (?, ?)", _names(platform, name)
            )
        return counts

    def entries_of_report(self, report: str) -> list[int]:
        found = self._db.execute(
            "SELECT seq FROM report WHERE id = ?1"
            " UNION SELECT seq FROM report_message WHERE report_id = ?1"
            " UNION SELECT seq FROM report_withdrawn WHERE report_id = ?1"
            " UNION SELECT l.seq FROM second_look l WHERE l.report_id = ?1"
            " UNION SELECT seq FROM waiting_notice WHERE id = ?1"
            " UNION SELECT seq FROM waiting_appeal WHERE report_id = ?1",
            (report,),
        )
        return [seq for (seq,) in found]

    def forget_reporter(self, report: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        with self._erasing():
            source = self._db.execute(
                "SELECT reporter FROM report WHERE id = ? AND reporter IS NOT NULL", (report,)
            ).get
            for what, sql in (
                ("contacts", "DELETE FROM report_contact WHERE report_id = ?"),
                ("mails", "DELETE FROM mail WHERE report_id = ?"),
                ("receipts", "DELETE FROM receipt WHERE report_id = ?"),
                ("waiting notices", "DELETE FROM waiting_notice WHERE id = ?"),
                ("waiting appeals", "DELETE FROM waiting_appeal WHERE report_id = ?"),
                ("appeals", "UPDATE second_look SET source = NULL WHERE report_id = ?"),
                (
                    "reports",
                    "UPDATE report SET reporter = NULL, content = randomblob(16), wish = NULL"
                    " WHERE id = ?",
                ),
            ):
                self._run(counts, what, sql, (report,))
            if source is not None:
                self._run(
                    counts,
                    "sources",
                    "DELETE FROM report_source WHERE reporter = ?1"
                    " AND NOT EXISTS (SELECT 1 FROM report WHERE reporter = ?1)",
                    (source,),
                )
                self._run(
                    counts,
                    "sources",
                    "DELETE FROM appeal_source WHERE source = ?1"
                    " AND NOT EXISTS (SELECT 1 FROM report WHERE reporter = ?1)",
                    (source,),
                )
                self._run(
                    counts,
                    "sources",
                    "UPDATE misuse_suspension SET reporter = randomblob(16), reason = '[erased]'"
                    " WHERE reporter = ?1"
                    " AND NOT EXISTS (SELECT 1 FROM report WHERE reporter = ?1)",
                    (source,),
                )
        return counts


def _names(platform: str, name: str) -> tuple[str, str]:
    return (name, f"{platform}/{name}" if platform else name)
