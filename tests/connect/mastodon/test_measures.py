"""Measures reach an instance as far as its admin API goes, and are taken back there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.connect.mastodon.simulator import Instance
from tests.connect.platform_server import HANG, Reply

from rempart.connect.kept import Kept
from rempart.connect.mastodon.api import MastodonApi
from rempart.connect.mastodon.measures import Act, MastodonMeasures, act_of
from rempart.connect.mastodon.settings import MastodonSettings
from rempart.connect.outbound import Outbound
from rempart.model import Measure, MeasureKind, Scope, ScopeKind
from rempart.protect.connector import Delivery

K, S = MeasureKind, ScopeKind


@pytest.fixture
def instance() -> Iterator[Instance]:
    with Instance() as platform:
        platform.person("7", "stranger")
        platform.person("8", "far@away.example")
        yield platform


class Guard:
    def __init__(self, instance: Instance, data: Path, **settings: Any) -> None:
        self.stands: list[Measure] = []
        chosen = MastodonSettings(**instance.settings(**settings))
        outbound = Outbound(allow=chosen.allow, deadline=1.0)
        api = MastodonApi(chosen.url, chosen.token, outbound)
        kept = Kept.of(data, "mastodon.here")
        self.connector = MastodonMeasures(chosen, api, kept, self._standing)

    async def _standing(self, measure: Measure) -> list[Measure]:
        return [one for one in self.stands if one.id != measure.id]

    def apply(self, measure: Measure) -> Delivery:
        self.stands.append(measure)
        return asyncio.run(self.connector.apply(measure))

    def undo(self, measure: Measure) -> Delivery:
        self.stands = [one for one in self.stands if one.id != measure.id]
        return asyncio.run(self.connector.undo(measure))


@pytest.fixture
def guard(instance: Instance, tmp_path: Path) -> Guard:
    return Guard(instance, tmp_path)


def measure(
    kind: K, scope: S, ref: str = "7", id: str = "m-1", account: str | None = None
) -> Measure:
    now = datetime.now(UTC)
    place = Scope(scope, "mastodon", "here.example", ref)
    until = now + timedelta(minutes=15)
    reason = {"en": "takes part in a raid"}
    return Measure(id, kind, place, now, until, "a-rule", account=account, reason=reason)


def test_a_held_account_is_limited_and_freed(instance: Instance, guard: Guard) -> None:
    held = measure(K.HOLD, S.ACCOUNT)
    assert guard.apply(held).ok
    assert guard.apply(held).ok, "a repeat changes nothing"
    assert instance.accounts["7"]["silenced"]
    (action,) = instance.actions
    assert action["text"] == "takes part in a raid"
    assert action["send_email_notification"] is True
    assert guard.undo(held).ok
    assert not instance.accounts["7"]["silenced"]
    assert guard.undo(held).ok


def test_nobody_elsewhere_is_written_to(instance: Instance, guard: Guard) -> None:
    assert guard.apply(measure(K.MUTE, S.ACCOUNT, "8")).ok
    assert instance.actions[0]["send_email_notification"] is False


def test_a_suspension_ends_and_the_limit_beside_it_stays(instance: Instance, guard: Guard) -> None:
    held, suspended = measure(K.HOLD, S.ACCOUNT), measure(K.SUSPEND, S.ACCOUNT, id="m-2")
    assert guard.apply(held).ok
    assert guard.apply(suspended).ok
    assert guard.undo(suspended).ok
    assert not instance.accounts["7"]["suspended"]
    assert instance.accounts["7"]["silenced"]


def test_a_hold_that_took_over_keeps_the_limit(instance: Instance, guard: Guard) -> None:
    first, second = measure(K.HOLD, S.ACCOUNT), measure(K.HOLD, S.ACCOUNT, id="m-2")
    assert guard.apply(first).ok
    assert guard.apply(second).ok
    assert guard.undo(first).ok
    assert instance.accounts["7"]["silenced"]
    assert guard.undo(second).ok
    assert not instance.accounts["7"]["silenced"]


def test_what_a_moderator_had_done_stays(instance: Instance, guard: Guard, tmp_path: Path) -> None:
    instance.accounts["7"]["silenced"] = True
    held = measure(K.HOLD, S.ACCOUNT)
    assert guard.apply(held).ok
    later = Guard(instance, tmp_path)
    assert later.undo(held).ok
    assert instance.accounts["7"]["silenced"]
    assert instance.actions == []


def test_a_held_post_stays_visible_and_that_is_said(instance: Instance, guard: Guard) -> None:
    held = measure(K.HOLD, S.MESSAGE, "101", account="7")
    result = guard.apply(held)
    assert not result.ok
    assert result.retry_after is None
    assert "no program hide a single post" in result.detail
    assert guard.undo(held).ok
    assert instance.asked == []


def test_a_held_post_may_be_reported_to_the_moderators_there(
    instance: Instance, tmp_path: Path
) -> None:
    guard = Guard(instance, tmp_path, report_held=True)
    held = measure(K.HOLD, S.MESSAGE, "101/1772395200000", account="7")
    for _ in range(2):
        assert "reported to the moderators there, as 900" in guard.apply(held).detail
    (filed,) = instance.filed
    assert (filed["account_id"], filed["status_ids"], filed["forward"]) == ("7", ["101"], False)
    assert guard.undo(held).ok
    assert instance.filed[0]["resolved"]


@pytest.mark.parametrize("kind", list(K))
@pytest.mark.parametrize("scope", list(S))
def test_every_kind_on_every_scope_is_done_or_said_to_be_impossible(
    guard: Guard, kind: K, scope: S
) -> None:
    one = measure(kind, scope)
    result = guard.apply(one)
    assert result.ok is (act_of(one) not in (None, Act.REPORT))
    if not result.ok:
        assert result.retry_after is None
        assert "Mastodon" in result.detail
    assert guard.undo(one).ok


@pytest.mark.parametrize(
    ("reply", "retry_after", "detail"),
    [
        (Reply(500), 0.0, "HTTP 500"),
        (Reply(200, b"<html>"), 0.0, "not JSON"),
        (Reply(200, [1]), 0.0, "not the answer"),
        (HANG, 0.0, "no whole answer"),
        (Reply(403, {"error": "This action is not allowed"}), None, "This action is not allowed"),
        (Reply(401, {"error": "The access token was revoked"}), None, "was revoked"),
        (Reply(404, {"error": "Record not found"}), None, "Record not found"),
    ],
)
def test_what_the_instance_answers_decides_when_it_is_tried_again(
    instance: Instance, guard: Guard, reply: Reply, retry_after: float | None, detail: str
) -> None:
    instance.fail("GET .*admin/accounts", reply)
    result = guard.apply(measure(K.HOLD, S.ACCOUNT))
    assert not result.ok
    assert result.retry_after == retry_after
    assert detail in result.detail
    assert guard.apply(measure(K.HOLD, S.ACCOUNT)).ok


def test_at_the_limit_nothing_more_is_sent_before_its_reset(
    instance: Instance, guard: Guard
) -> None:
    instance.limit = 0
    first = guard.apply(measure(K.HOLD, S.ACCOUNT))
    assert 200 < (first.retry_after or 0) <= 300
    asked = len(instance.asked)
    assert 200 < (guard.apply(measure(K.HOLD, S.ACCOUNT, "8")).retry_after or 0) <= 300
    assert len(instance.asked) == asked


def test_staff_cannot_be_limited_and_an_odd_id_goes_nowhere(
    instance: Instance, guard: Guard
) -> None:
    instance.person("9", "boss", staff=True)
    assert "not allowed" in guard.apply(measure(K.HOLD, S.ACCOUNT, "9")).detail
    asked = len(instance.asked)
    odd = guard.apply(measure(K.HOLD, S.ACCOUNT, "../reports/1/resolve"))
    assert not odd.ok
    assert len(instance.asked) == asked
