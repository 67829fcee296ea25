"""What is in force ends when its time has come, however much is in force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from rempart.model import Measure, MeasureKind, Scope, ScopeKind
from rempart.protect.book import MeasureBook, key_of, ms_of

BEGIN = datetime(2026, 3, 14, 20, 0, tzinfo=UTC)


def _mute(account: str, at: datetime, lease: timedelta | None) -> Measure:
    return Measure(
        id=f"m-{account}-{ms_of(at)}",
        kind=MeasureKind.MUTE,
        scope=Scope(ScopeKind.ACCOUNT, "twitch", "alice", account),
        from_at=at,
        until=None if lease is None else at + lease,
        rule="hold-unwanted",
        account=account,
    )


@pytest.mark.parametrize("seed", range(5))
def test_each_sweep_forgets_what_has_ended_and_nothing_else(seed: int) -> None:
    random, book = Random(seed), MeasureBook()
    at, ends = BEGIN, dict[str, datetime | None]()
    book.sweep(ms_of(at))
    for _ in range(400):
        at += timedelta(seconds=30)
        if random.random() < 0.4:
            lease = timedelta(minutes=random.choice((1, 5, 30, 90)))
            one = _mute(f"u{random.randrange(40)}", at, None if random.random() < 0.1 else lease)
            book.remember(one)
            ends[key_of(one)] = one.until
            if random.random() < 0.2:
                book.forget(one)
                del ends[key_of(one)]
        if random.random() < 0.05:
            book = book.copy()
            book.sweep(ms_of(at))
        swept = book._swept_ms
        book.sweep(ms_of(at))
        if book._swept_ms != swept:
            ends = {key: end for key, end in ends.items() if end is None or end > at}
            assert set(book.standing) == set(ends)
            assert sum(map(len, book.accounts.values())) == len(ends)
    assert 0 < len(ends) < 40
