"""An account is forgotten: in every column that names it stands its pseudonym."""

from __future__ import annotations

from typing import Final

from rempart.store.sqlite.forgetting.opened import SqliteOpened

_OF_PLATFORM: Final = "(SELECT id FROM channel WHERE platform = ?)"


class SqliteForgettingAccounts(SqliteOpened):
    def forget_account(self, platform: str, account: str, pseudonym: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        with self._erasing():
            self._forget_appeals(counts, platform, account)
            run = self._run
            run(
                counts,
                "events",
                "UPDATE event SET account = ? WHERE account = ? AND channel_id IN " + _OF_PLATFORM,
                (pseudonym, account, platform),
            )
            for name, sql in (
                ("measures", "UPDATE measure SET account = ? WHERE account = ? AND platform = ?"),
                ("cases", "UPDATE cases SET author = ? WHERE author = ? AND platform = ?"),
                (
                    "cases",
                    "UPDATE cases SET subject = ?, thing = randomblob(16)"
                    " WHERE subject = ? AND platform = ? AND kind = 'account'",
                ),
                (
                    "statements",
                    "UPDATE statement SET account = ? WHERE account = ? AND platform = ?",
                ),
                ("strikes", "UPDATE strike SET account = ? WHERE account = ? AND platform = ?"),
                (
                    "corrections",
                    "UPDATE OR REPLACE raid_correction SET account = ? WHERE account = ?"
                    " AND raid IN (SELECT id FROM raid WHERE platform = ?)",
                ),
            ):
                run(counts, name, sql, (pseudonym, account, platform))
            run(
                counts,
                "suspicions",
                "UPDATE OR REPLACE ban_suspicion SET account = ?1, name = ?1"
                " WHERE account = ?2 AND platform = ?3",
                (pseudonym, account, platform),
            )
            run(
                counts,
                "people's accounts",
                "DELETE FROM person_account WHERE platform = ? AND account = ?",
                (platform, account),
            )
            run(
                counts,
                "access log",
                "UPDATE access_entry SET about = ? WHERE about IN (?, ?)",
                (pseudonym, account, f"{platform}/{account}"),
            )
            if platform in ("sms", "phone"):
                run(counts, "replies", "DELETE FROM reply_sender WHERE sender = ?", (account,))
            run(
                counts,
                "replies",
                "DELETE FROM reply_sender WHERE sender = ? AND line IN"
                " (SELECT line FROM reply WHERE sender = ?)",
                (account, pseudonym),
            )
            run(
                counts,
                "deliveries",
                "UPDATE delivery SET detail = '' WHERE detail <> '' AND measure IN"
                " (SELECT id FROM measure WHERE account = ?)",
                (pseudonym,),
            )
        return counts

    def _forget_appeals(self, counts: dict[str, int], platform: str, account: str) -> None:
        """What tells an account apart as who appeals (before its statements lose its name)."""
        own = "(SELECT id FROM statement WHERE account = ?1 AND platform = ?2)"
        sources = f"(SELECT source FROM second_look WHERE statement IN {own})"
        for name, sql in (
            ("waiting appeals", f"DELETE FROM waiting_appeal WHERE statement IN {own}"),
            ("sources", f"DELETE FROM appeal_source WHERE source IN {sources}"),
            (
                "sources",
                "UPDATE misuse_suspension SET reporter = randomblob(16), reason = '[erased]'"
                f" WHERE reporter IN {sources}",
            ),
            ("appeals", f"UPDATE second_look SET source = NULL WHERE statement IN {own}"),
        ):
            self._run(counts, name, sql, (account, platform))
