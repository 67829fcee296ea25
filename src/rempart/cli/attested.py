"""`rempart log witness` and `rempart log timestamps`: who attests the log, and what is pending."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import msgspec

from rempart.cli.verify import DATABASE
from rempart.engine.settings import load_engine_settings
from rempart.engine.start import last_address
from rempart.log.keys import read_public, read_witness
from rempart.log.note import PublicKey
from rempart.store.sqlite.store import SqliteStore
from rempart.web.attest.view import LogScreen, PendingView, log_screen
from rempart.web.settings import DEFAULT_HOST, DEFAULT_PORT, WebSettings, load_settings


def reached_at(data: Path, web: WebSettings) -> str:
    """The public address, or without one where the service listens on this machine."""
    found = web.public_url or last_address(data) or f"http://{DEFAULT_HOST}:{DEFAULT_PORT}"
    return found.rstrip("/")


def screen_of(data: Path) -> LogScreen:
    """What the page *Log* says, read beside a running service."""
    engine, web = load_engine_settings(data), load_settings(data)
    key = read_public(data)
    address = reached_at(data, web)
    store = SqliteStore.open_for_reading(data / DATABASE)
    try:
        with store.read() as tables:
            return log_screen(
                tables,
                key,
                read_witness(data),
                address=address,
                witnesses=web.witnesses,
                authorities=web.timestamps,
                witnessed=[PublicKey.parse(one).name for one in engine.log.witness_for],
                scrub_days=engine.log.scrub_days,
                monitors_at=engine.log.monitors_at,
                guessed=web.public_url is None,
            )
    finally:
        store.close()


def witness_lines(screen: LogScreen) -> list[str]:
    """For people."""
    lines = [
        "others have us cosign their logs with these two:",
        f"  {screen.witness_address}",
        f"  {screen.witness_key}",
        *(
            ["  nobody else reaches this address: set public_url under [web] (docs/operating.md)"]
            if screen.guessed
            else []
        ),
        f"our log: {screen.key}",
        f"monitors follow it at: {screen.address}",
        "witnesses of our log:" if screen.witnesses else "nobody witnesses our log yet",
    ]
    for one in screen.witnesses:
        lines.append(f"  {one.name}: {_last('cosigned', one.size, one.at)}{_pending(one.pending)}")
    lines.append("logs that we witness:" if screen.witnessed else "we witness no other log")
    for log in screen.witnessed:
        refused = f"; refused {log.refused} at {_utc(log.refused_at)}" if log.refused else ""
        lines.append(f"  {log.log}: {_last('cosigned', log.size, log.at)}{refused}")
    return lines


def timestamp_lines(screen: LogScreen) -> list[str]:
    """For people."""
    if not screen.authorities:
        return ["no time-stamp authority is set up: see docs/log.md"]
    return [
        f"{one.name}: {_last('stamped', one.size, one.at)}"
        f"{f', checked with {one.checked_with}' if one.checked_with else ''}{_pending(one.pending)}"
        for one in screen.authorities
    ]


def as_json(screen: LogScreen, *names: str) -> str:
    whole = msgspec.to_builtins(screen)
    return json.dumps({name: whole[name] for name in names}, indent=1, ensure_ascii=False)


def _last(what: str, size: int | None, at: datetime | None) -> str:
    return f"{what} {size} entries at {_utc(at)}" if size is not None else f"never {what}"


def _pending(pending: PendingView | None) -> str:
    if pending is None:
        return ""
    why = f" ({pending.error})" if pending.error else ""
    return f"; pending since {_utc(pending.since)}{why}"


def _utc(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at is not None else "never"
