"""Statements of reasons per CPU-second: made and checked with their restriction, and through the
gates to the Transparency Database.

A raid of 10,000 messages held, each by an account of its own, stated in one go; then a store of
100,000 statements read, put into the database's words, through the quality gate and the
personal-data gate, and written as JSON. `python -m tests.bench.statements [--statements 100000]`.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from rempart.cases.deciding import statements
from rempart.cases.deciding.statements import Spoken
from rempart.cases.reports.keys import ReportKeys
from rempart.disclose.transparency_database import outbox
from rempart.disclose.transparency_database.reading import Gate, all_gated
from rempart.model import Measure, MeasureKind, Scope, ScopeKind
from rempart.store.interface.feed import Database
from rempart.store.sqlite.store import SqliteStore

RAID = 10_000
AT = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
AT_MS = round(AT.timestamp() * 1000)
REASONS = [
    {"en": f"The message insults a person (pattern {n}).", "fr": f"Insulte (modèle {n})."}
    for n in range(200)
]


def measures(first: int, count: int, raid: str | None) -> list[Measure]:
    return [
        Measure(
            id=f"m-{n}",
            kind=MeasureKind.HOLD,
            scope=Scope(ScopeKind.MESSAGE, "twitch", "lea", f"message-{n}"),
            from_at=AT + timedelta(seconds=n % 86_400),
            until=AT + timedelta(days=7, seconds=n % 86_400),
            rule="hold-abuse",
            raid=raid,
            message=f"message-{n}",
            account=f"account-{n}",
            reason=REASONS[n % len(REASONS)],
        )
        for n in range(first, first + count)
    ]


def spoken(taken: list[Measure]) -> dict[str, Spoken]:
    return {one.message or "": Spoken({"insult": 0.9}, one.from_at) for one in taken}


def cpu() -> float:
    return time.process_time()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--statements", type=int, default=100_000)
    wanted = parser.parse_args().statements
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore.open(Path(folder) / "rempart.db")
        keys = ReportKeys.load(Path(folder) / "keys")
        taken = measures(0, RAID, "r-1")
        said = spoken(taken)
        with store.begin() as tables:
            begin = cpu()
            told = statements.of_machine(tables, taken, said, AT_MS)
            report("made with a raid's holds, through the gate of art. 17(3)", RAID, cpu() - begin)
            statements.add(tables, told, range(1, RAID + 1))
        for first in range(RAID, wanted, RAID):
            with store.begin() as tables:
                more = measures(first, RAID, None)
                told = statements.of_machine(tables, more, spoken(more), AT_MS)
                statements.add(tables, told, range(first + 1, first + RAID + 1))
        with store.read() as tables:
            begin = cpu()
            gate = Gate(keys.puid, "fr")
            size = 0
            for one in all_gated(tables, gate):
                assert not one.faults
                size += len(msgspec.json.encode(one.payload))
            report(f"read, both gates, as JSON ({size / 1e6:.0f} MB)", wanted, cpu() - begin)
        begin = cpu()
        gate = Gate(keys.puid, "fr")
        while True:
            with store.begin() as tables:
                if not outbox.gather(tables, gate, Database.SANDBOX, 0):
                    break
        report("read, both gates, into the outbox", wanted, cpu() - begin)
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory: {peak:.0f} MiB")


def report(what: str, count: int, seconds: float) -> None:
    print(f"{what}: {count / seconds:,.0f} statements per CPU-second ({seconds:.2f} CPU-s)")


if __name__ == "__main__":
    main()
