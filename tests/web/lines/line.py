"""A service with one telephone line, its provider, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.connect.sms.provider import PUBLIC, SID, TOKEN, Provider
from tests.web.service import Service

NUMBER = "+33639980000"
REPLY = "Bonjour. Cette personne ne souhaite pas vous donner son numero."


class Clock:
    """Seconds since the epoch, both of the wall and of the line; they move when a test says so."""

    def __init__(self, now: float = 1_772_800_000.0) -> None:
        self.now = now
        self.jumped = 0.0

    def wall(self) -> float:
        return self.now + self.jumped

    def monotonic(self) -> float:
        return self.now


def write_settings(data: Path, port: int, **line: Any) -> None:
    fields = {
        "number": NUMBER,
        "target": "ligne-reponse",
        "account_sid": SID,
        "auth_token": TOKEN,
        "price": 0.16,
        "cap_hour": 120,
        "cap_day": 1_000,
        "api": f"http://127.0.0.1:{port}",
        "allow": ["127.0.0.1"],
        **line,
    }
    told = "\n".join(f"{name} = {_toml(value)}" for name, value in fields.items())
    data.mkdir(parents=True, exist_ok=True)
    (data / "settings.toml").write_text(
        f'[web]\npublic_url = "{PUBLIC}"\n[engine]\nsnapshot_seconds = 3600\n'
        f'[lines.reponse]\nreply = {{ fr = "{REPLY}", en = "Hello. Not given." }}\n'
        f'keywords = {{ stop = "" }}\n{told}\n'
    )


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return str(value)


@asynccontextmanager
async def line_running(
    data: Path, clock: Clock, provider: Provider | None = None, **line: Any
) -> AsyncIterator[tuple[Service, Provider]]:
    """The same provider may be given again, after a restart."""
    provider = provider or Provider()
    async with provider.listening():
        write_settings(data, provider.port, **line)
        with Service.running(data, clock=clock.wall, monotonic=clock.monotonic) as service:
            provider.moved_to(service.address)
            yield service, provider
