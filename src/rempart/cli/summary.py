"""The summary of a scan: the JSON of the contract, and a short text for people."""

from __future__ import annotations

import resource
import time
from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from rempart.engine.scan import Scanned
from rempart.model import Campaign, Raid, RaidStage
from rempart.model.moments import written

_KIB_PER_MIB = 1024
_ENOUGH_FOR_A_RATE = 1_000
"""With fewer messages the start of the process is most of the time."""


class Measured(NamedTuple):
    """CPU of this process from its start and of its children; memory of the larger of them."""

    cpu_seconds: float
    wall_seconds: float
    peak_rss_mb: float


class Meter:
    """Counts from when it is made; CPU counts from the start of the process."""

    def __init__(self) -> None:
        self._begin = time.monotonic()

    def measure(self) -> Measured:
        own = resource.getrusage(resource.RUSAGE_SELF)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
        peak = max(own.ru_maxrss, children.ru_maxrss) / _KIB_PER_MIB
        return Measured(round(cpu, 3), round(time.monotonic() - self._begin, 3), round(peak, 1))


def summary_json(scanned: Scanned, refusals: list[dict[str, Any]], measured: Measured) -> str:
    """The summary of CONTRACT, with what else was counted."""
    document = {
        "messages": scanned.messages,
        "events": scanned.events,
        "refused": scanned.refused,
        "duplicates": scanned.duplicates,
        "conflicts": scanned.conflicts,
        **measured._asdict(),
        "raids": [_raid(raid) for raid in scanned.raids],
        "campaigns": [_campaign(campaign) for campaign in scanned.campaigns],
        "refusals": refusals,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _raid(raid: Raid) -> dict[str, Any]:
    """A raid with its members as plain ids; times as RFC 3339, null where there is none yet."""
    return {
        "id": raid.id,
        "platform": raid.platform,
        "channel": raid.channel,
        "target": raid.target,
        "stage": raid.stage,
        "kind": raid.kind,
        "begin": _time(raid.begin),
        "suspect_at": _time(raid.suspect_at),
        "detected_at": _time(raid.detected_at),
        "end": _time(raid.end),
        "detected_after_messages": raid.detected_after_messages,
        "members": [member.account for member in raid.members],
        "messages": raid.messages,
        "confidence": raid.confidence,
        "reasons": list(raid.reasons),
    }


def _campaign(campaign: Campaign) -> dict[str, Any]:
    """A campaign with its members as plain ids."""
    return {
        "id": campaign.id,
        "target": campaign.target,
        "raids": list(campaign.raids),
        "members": [member.account for member in campaign.members],
        "platforms": list(campaign.platforms),
        "places": list(campaign.places),
        "begin": _time(campaign.begin),
        "recognised_at": _time(campaign.recognised_at),
        "end": _time(campaign.end),
        "acts": campaign.acts,
        "confidence": campaign.confidence,
        "reasons": list(campaign.reasons),
    }


def _time(value: datetime | None) -> str | None:
    return None if value is None else written(value)


def summary_for_people(scanned: Scanned, measured: Measured, out: str | None) -> str:
    """What a person wants to know first."""
    rate = ""
    if scanned.messages >= _ENOUGH_FOR_A_RATE:
        per_second = scanned.messages / measured.cpu_seconds if measured.cpu_seconds else 0
        rate = f" ({per_second:,.0f} messages per CPU-second)"
    lines = [
        f"{scanned.messages:,} messages, {scanned.refused:,} refused; "
        f"{measured.wall_seconds:.1f} s, {measured.cpu_seconds:.1f} CPU-s{rate}, "
        f"peak memory {measured.peak_rss_mb:.0f} MiB"
    ]
    stages = Counter(raid.stage for raid in scanned.raids)
    lines.append(
        ", ".join(
            f"{stages[stage]} {word}{'' if stages[stage] == 1 else 's'}"
            for stage, word in (
                (RaidStage.ATTACK, "attack"),
                (RaidStage.SUSPECT, "suspicion"),
                (RaidStage.NOTICE, "harmless coordination"),
            )
        )
    )
    for raid in scanned.raids:
        if raid.stage is RaidStage.ATTACK:
            lines += [_line(raid), *(f"    {reason}" for reason in raid.reasons[:4])]
    for campaign in scanned.campaigns:
        lines += [_campaign_line(campaign), *(f"    {reason}" for reason in campaign.reasons[:4])]
    if out not in (None, "-"):
        lines.append(f"Outcomes: {out}")
    return "\n".join(lines)


def _campaign_line(campaign: Campaign) -> str:
    return (
        f"  campaign {campaign.id} against {campaign.target}: {len(campaign.raids)} raids, "
        f"{len(campaign.members)} members, {campaign.acts} hostile messages on "
        f"{', '.join(campaign.platforms)}, {_time(campaign.begin)} to {_time(campaign.end)}"
    )


def _line(raid: Raid) -> str:
    after = (
        f"after {raid.detected_after_messages} messages"
        if raid.detected_after_messages is not None
        else ""
    )
    return (
        f"  {raid.id} on {raid.platform}/{raid.channel}: {raid.kind}, {len(raid.members)} members, "
        f"{raid.messages} messages, {_time(raid.begin)} to {_time(raid.end)}, detected {after}"
    )
