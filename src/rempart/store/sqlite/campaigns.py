"""Tables of campaigns in SQLite; see `store.interface.campaigns` for what they promise."""

from __future__ import annotations

from typing import Final

import apsw
import msgspec

from rempart.model import Campaign
from rempart.model.moments import ms_of
from rempart.store.interface.campaigns import CampaignRow, CampaignTables

_ROWS: Final = "SELECT picture, seq, updated_ms, joined_to FROM campaign "
_decode = msgspec.json.Decoder(Campaign).decode


class SqliteCampaignTables(CampaignTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def put(self, campaign: Campaign, seq: int, at_ms: int) -> None:
        self._db.execute(
            "INSERT INTO campaign VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET begin_ms = excluded.begin_ms,"
            " end_ms = excluded.end_ms, confidence = excluded.confidence,"
            " members = excluded.members, picture = excluded.picture, seq = excluded.seq,"
            " updated_ms = excluded.updated_ms",
            (
                campaign.id,
                campaign.target,
                ms_of(campaign.begin),
                ms_of(campaign.end),
                round(campaign.confidence * 1000),
                len(campaign.members),
                msgspec.json.encode(campaign),
                seq,
                at_ms,
            ),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO campaign_raid VALUES (?, ?)",
            [(raid, campaign.id) for raid in campaign.raids],
        )
        self._db.executemany(
            "UPDATE campaign SET joined_to = ? WHERE id = ?",
            [(campaign.id, other) for other in campaign.joined],
        )
        self._db.execute("INSERT OR IGNORE INTO campaign_entry VALUES (?, ?)", (campaign.id, seq))

    def get(self, id: str) -> CampaignRow | None:
        row = self._db.execute(_ROWS + "WHERE id = ?", (id,)).fetchone()
        return _row(row) if row else None

    def latest(self, *, limit: int = 100, target: str | None = None) -> list[CampaignRow]:
        rows = self._db.execute(
            _ROWS + "WHERE joined_to IS NULL AND (?1 IS NULL OR target = ?1)"
            " ORDER BY end_ms DESC, id LIMIT ?2",
            (target, limit),
        )
        return [_row(row) for row in rows]

    def of_raid(self, raid: str) -> CampaignRow | None:
        row = self._db.execute(
            _ROWS + "WHERE id IN (SELECT campaign FROM campaign_raid WHERE raid = ?)"
            " ORDER BY joined_to IS NOT NULL, end_ms DESC, id LIMIT 1",
            (raid,),
        ).fetchone()
        return _row(row) if row else None

    def entries(self, id: str) -> list[int]:
        rows = self._db.execute(
            "SELECT seq FROM campaign_entry WHERE campaign = ? ORDER BY seq", (id,)
        )
        return [seq for (seq,) in rows]


def _row(row: tuple[bytes, int, int, str | None]) -> CampaignRow:
    picture, seq, updated_ms, joined_to = row
    return CampaignRow(_decode(picture), seq, updated_ms, joined_to)
