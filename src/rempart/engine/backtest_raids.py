"""Rules over raids, compared with the raids of a span of history: each raid as it is known now."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rempart.model import Raid
from rempart.model.moments import ms_of
from rempart.rules.language import Program, RuleState
from rempart.rules.language.program import Fired
from rempart.rules.language.raids import NO_PAST, RaidFacts, past_of
from rempart.store.interface import Tables
from rempart.store.interface.raids import RaidRow

_PAGE = 500
MOST_RAIDS = 20_000


def raids_answered(
    tables: Tables,
    program: Program,
    state: RuleState,
    begin_ms: int,
    end_ms: int,
    sees: Callable[[str, str], bool] | None,
) -> Iterator[tuple[RaidRow, Fired]]:
    """What the rules call for on each raid whose last message lies in the span, by its begin."""
    if not program.looks_at_raids:
        return
    rows: list[RaidRow] = []
    while len(rows) < MOST_RAIDS:
        page = tables.stream.raids(since_ms=begin_ms, limit=_PAGE, offset=len(rows))
        rows += page
        if len(page) < _PAGE:
            break
    for row in sorted(rows, key=lambda one: (one.raid.begin, one.raid.id)):
        raid = row.raid
        if ms_of(raid.end) > end_ms:
            continue
        if sees is not None and not sees(raid.channel, raid.platform):
            continue
        yield row, program.run_raid(_facts(tables, raid), state)


def _facts(tables: Tables, raid: Raid) -> RaidFacts:
    campaign = tables.campaigns.of_raid(raid.id)
    past = past_of(raid, campaign.campaign) if campaign is not None else NO_PAST
    return RaidFacts(raid, past, raid.end.timestamp())
