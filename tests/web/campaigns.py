"""Three raids by the same people over days, on two platforms: one campaign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.web.service import Service, message

SLOGAN = "you are a loser, leave this place, everybody here laughs about you"
TAILS = ("", " now", " at last", " for good", " and never return")
LETTERS = "aeioulnrstm"


def raid(
    days_ago: float, accounts: range, *, channel: str = "iris", platform: str = "twitch"
) -> list[dict[str, Any]]:
    """An ordinary evening of ten people, then every account within a minute."""
    begin, words = datetime.now(UTC) - timedelta(days=days_ago), Random(f"{days_ago}")
    place = {"platform": platform, "channel": channel, "targets": ["iris"]}
    evening = [
        message(
            **place,
            text=" ".join(
                "".join(words.choices(LETTERS, k=words.randint(2, 8)))
                for _ in range(words.randint(4, 9))
            ),
            sent_at=(begin - timedelta(seconds=400 - number)).isoformat(),
            author={
                "id": f"regular{number % 10}",
                "created_at": f"201{number % 10}-03-01T00:00:00Z",
            },
        )
        for number in range(300)
    ]
    attack = [
        message(
            **place,
            text=SLOGAN + TAILS[number % len(TAILS)],
            sent_at=(begin + timedelta(seconds=number)).isoformat(),
            author={
                "id": f"hater{number}",
                "name": f"hoss00{number:03d}",
                "created_at": (begin - timedelta(hours=20, seconds=number)).isoformat(),
            },
        )
        for number in accounts
    ]
    return evening + attack


def run(service: Service) -> None:
    """Two raids in one channel, twelve accounts in both; a third one elsewhere."""
    with service.client(service.ingest_token) as client:
        for part in (
            raid(5, range(40)),
            raid(3, range(28, 68)),
            raid(1, range(60, 100), channel="iris-fans", platform="discord"),
        ):
            assert client.post("/api/v1/messages", json=part).status_code == 200
