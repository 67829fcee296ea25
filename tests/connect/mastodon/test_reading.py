"""Posts and reports of an instance come in: whole, once, and again after a break."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.connect.mastodon.simulator import GUARD, Instance
from tests.connect.platform_server import Reply, wait_until
from tests.connect.reading import Basket, reading

from rempart.connect import source
from rempart.connect.kept import Kept
from rempart.connect.mastodon import stream as streams
from rempart.connect.mastodon.api import MastodonApi
from rempart.connect.mastodon.reports import MastodonReports
from rempart.connect.mastodon.settings import MastodonSettings
from rempart.connect.mastodon.stream import MastodonStream
from rempart.connect.outbound import Outbound
from rempart.connect.source import InConnector, Seen


@pytest.fixture
def instance() -> Iterator[Instance]:
    with Instance() as platform:
        platform.person("5", "lea")
        platform.person("7", "far@away.example")
        yield platform


def listening(
    instance: Instance, stream: str = "public:local"
) -> AbstractContextManager[tuple[InConnector, Basket]]:
    chosen = MastodonSettings(**instance.settings())

    def make() -> InConnector:
        outbound = Outbound(allow=chosen.allow, deadline=2.0)
        api = MastodonApi(chosen.url, chosen.token, outbound)
        made = MastodonStream("mastodon.here.x", stream, chosen, api, outbound, Seen())
        made._patience = source.Backoff(0.05, 0.2)
        return made

    return reading(make)


def asking(instance: Instance, data: Path) -> AbstractContextManager[tuple[InConnector, Basket]]:
    chosen = MastodonSettings(**instance.settings(poll_seconds=5))

    def make() -> InConnector:
        outbound = Outbound(allow=chosen.allow, deadline=2.0)
        api = MastodonApi(chosen.url, chosen.token, outbound)
        return MastodonReports("mastodon.here.reports", chosen, api, Kept.of(data, "here"))

    return reading(make)


def test_a_post_an_edit_and_a_deletion(instance: Instance) -> None:
    with listening(instance) as (connector, basket):
        wait_until(lambda: connector.numbers.connected)
        id = instance.do(lambda: instance.posts("7", "<p>bonsoir</p>"))
        basket.wait_for(1)
        edited = instance.statuses[id] | {
            "content": "<p>get out</p>",
            "edited_at": "2026-03-01T20:00:00.000Z",
        }
        instance.do(lambda: instance.send("public/local", "status.update", edited))
        instance.do(lambda: instance.send("public/local", "delete", id))
        basket.wait_for(4)
    post, edit, again, deletion = basket.items
    assert (post["id"], post["text"]) == (id, "bonsoir")
    assert (edit["event"], edit["message"]) == ("edit", id)
    assert (again["id"], again["text"]) == (f"{id}/1772395200000", "get out")
    assert again["extra"]["edit_of"] == id
    assert (deletion["event"], deletion["message"]) == ("delete", id)


def test_a_mention_reaches_the_person_it_names(instance: Instance) -> None:
    with listening(instance, "user:notification") as (connector, basket):
        wait_until(lambda: connector.numbers.connected)
        mention = instance.status(
            "7", "<p>@lea hm</p>", visibility="direct", mentions=[{"id": "5", "acct": "lea"}]
        )
        told = {"id": "1", "type": "mention", "status": mention}
        instance.do(lambda: instance.send("user/notification", "notification", told))
        other = {"id": "2", "type": "follow", "account": {}}
        instance.do(lambda: instance.send("user/notification", "notification", other))
        basket.wait_for(1)
    (message,) = basket.messages
    assert (message["targets"], message["kind"], message["private"]) == (["lea"], "direct", True)


def test_a_broken_stream_comes_back_and_nothing_is_handed_over_twice(instance: Instance) -> None:
    with listening(instance) as (connector, basket):
        wait_until(lambda: connector.numbers.connected)
        id = instance.do(lambda: instance.posts("7", "<p>before</p>"))
        basket.wait_for(1)
        instance.do(instance.drop)
        wait_until(lambda: connector.numbers.retries)
        wait_until(lambda: instance.readers["public/local"])
        again = instance.statuses[id]
        instance.do(lambda: instance.send("public/local", "update", again))
        instance.do(lambda: instance.posts("7", "<p>after</p>"))
        basket.wait_for(2)
    assert [message["text"] for message in basket.messages] == ["before", "after"]


def test_garbage_costs_no_other_event_and_an_endless_one_only_the_connection(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MAX_EVENT", 20_000)
    with listening(instance) as (connector, basket):
        wait_until(lambda: connector.numbers.connected)
        instance.do(lambda: instance.send("public/local", "update", '{"id": 7}'))
        instance.do(lambda: instance.send("public/local", "update", "{nonsense"))
        instance.do(lambda: instance.posts("7", "<p>bonsoir</p>"))
        basket.wait_for(1)
        assert connector.numbers.refused == 2
        instance.do(lambda: instance.send("public/local", "update", "x" * 100_000))
        wait_until(lambda: connector.numbers.retries == 1)
        wait_until(lambda: connector.numbers.connected)


def test_silence_without_a_heartbeat_is_a_dead_connection(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "IDLE_SECONDS", 0.2)
    with listening(instance) as (connector, _):
        wait_until(lambda: connector.numbers.retries >= 2)


@pytest.mark.parametrize("status", [401, 500])
def test_a_refused_stream_is_told(instance: Instance, status: int) -> None:
    instance.fail("GET /api/v1/streaming", Reply(status))
    with listening(instance) as (connector, _):
        wait_until(lambda: f"HTTP {status}" in connector.numbers.trouble)


def test_reports_come_in_once_with_the_posts_they_name(instance: Instance, tmp_path: Path) -> None:
    id = str(instance.status("7", "<p>get out</p>")["id"])
    instance.report("5", "7", id, comment="insults", category="violation")
    instance.report(GUARD, "7", comment="made by Rempart itself")
    instance.report("5", "7", category="spam")
    with asking(instance, tmp_path) as (_, basket):
        wait_until(lambda: len(basket.reports) == 2)
    assert [message["id"] for message in basket.messages] == [id]
    (first, reporter), (second, _) = basket.reports
    assert (first.message_ids, first.explanation) == ((id,), "insults")
    assert second.category == "spam"
    assert reporter == "mastodon 127.0.0.1 5"
    instance.report("5", "7", comment="again")
    with asking(instance, tmp_path) as (_, basket):
        wait_until(lambda: basket.reports)
    assert [request.explanation for request, _ in basket.reports] == ["again"]


def test_many_reports_come_page_by_page(instance: Instance, tmp_path: Path) -> None:
    for number in range(230):
        instance.report("5", "7", comment=f"report {number}")
    with asking(instance, tmp_path) as (connector, basket):
        wait_until(lambda: len(basket.reports) == 230)
        wait_until(lambda: connector.numbers.connected)
    assert len(instance.called("admin/reports")) == 3


def test_an_instance_that_refuses_its_reports_is_told(instance: Instance, tmp_path: Path) -> None:
    instance.fail("GET .*admin/reports", Reply(403, {"error": "This action is not allowed"}))
    with asking(instance, tmp_path) as (connector, _):
        wait_until(lambda: "not allowed" in connector.numbers.trouble)
