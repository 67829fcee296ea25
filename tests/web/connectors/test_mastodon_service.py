"""The whole of it against an instance: posts and reports come in, an account is limited there, a
person takes it back; a webhook is taken once and only when it is signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.connect.mastodon.simulator import SECRET, Instance, deliver
from tests.connect.platform_server import wait_until
from tests.web.connectors.test_twitch_service import toml
from tests.web.service import Service


@contextmanager
def guarded(instance: Instance, data: Path, **more: Any) -> Iterator[Service]:
    settings = instance.settings(webhook_secret=SECRET, poll_seconds=5, **more)
    (data / "settings.toml").write_text("[mastodon.here]\n" + toml(settings))
    with Service.running(data) as service:
        yield service


@pytest.fixture
def instance() -> Iterator[Instance]:
    with Instance() as platform:
        platform.person("5", "lea")
        for number in range(30):
            platform.person(str(2000 + number), f"hoss{number:05}@away.example")
        yield platform


def test_a_pile_on_is_met_on_the_instance_and_taken_back(
    instance: Instance, tmp_path: Path
) -> None:
    async def pile_on() -> None:
        for number in range(30):
            await instance.posts(
                str(2000 + number),
                "<p>@lea you fucking idiot, get out of here, nobody wants you</p>",
                mentions=[{"id": "5", "acct": "lea"}],
            )

    def limited() -> list[str]:
        return [id for id, account in instance.accounts.items() if account["silenced"]]

    with guarded(instance, tmp_path) as service:
        wait_until(lambda: instance.readers.get("public/local"))
        instance.do(pile_on)
        wait_until(lambda: len(limited()) >= 10)
        assert all(id.startswith("20") for id in limited())
        cases = service.person.get("/api/v1/cases", params={"kind": "raid"}).json()["cases"]
        (case,) = cases
        view = service.person.get(f"/api/v1/cases/{case['id']}").json()
        refused = {one["detail"] for one in view["deliveries"] if one["state"] == "not_applied"}
        assert all("Mastodon" in detail for detail in refused)
        answer = service.person.post(f"/api/v1/raids/{case['raid']}/undo")
        assert answer.status_code == 200, answer.text
        wait_until(lambda: not limited())
        numbers = service.person.get("/metrics").text
        name = "mastodon.here.public-local"
        assert f'rempart_connector_connected{{connector="{name}"}} 1.0' in numbers
        assert f'{{connector="{name}",result="taken"}} 30.0' in numbers


def test_a_report_made_there_joins_the_case_of_the_post_it_names(
    instance: Instance, tmp_path: Path
) -> None:
    with guarded(instance, tmp_path) as service:
        wait_until(lambda: instance.readers.get("public/local"))
        id = instance.do(lambda: instance.posts("2000", "<p>you fucking idiot, die</p>"))

        def cases() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = service.person.get("/api/v1/cases").json()["cases"]
            return found

        wait_until(cases)
        (case,) = cases()
        report = instance.report("5", "2000", id, comment="insults", category="violation")
        body, headers = instance.webhook("report.created", report)
        address = f"{service.address}/api/v1/hooks/mastodon/here"
        first = deliver(address, body, headers)
        assert (first.status_code, first.json()) == (200, {"taken": True}), first.text
        again = deliver(address, body, headers)
        assert (again.status_code, again.json()) == (200, {"taken": False})
        view = service.person.get(f"/api/v1/cases/{case['id']}").json()
        assert [one["explanation"] for one in view["reports"]] == ["insults"]
        assert len(cases()) == 1


def test_a_webhook_that_is_not_signed_or_not_mastodons_is_refused(
    instance: Instance, tmp_path: Path
) -> None:
    with guarded(instance, tmp_path, streams=[], reports=False) as service:
        address = f"{service.address}/api/v1/hooks/mastodon/here"
        body, headers = instance.webhook("report.created", {"id": "1"}, secret="another-secret-12")
        assert deliver(address, body, headers).status_code == 401
        assert deliver(address, body, {}).status_code == 401
        body, headers = instance.webhook("report.created", {"id": "1"})
        assert deliver(address, body + b" ", headers).status_code == 401
        assert deliver(address, body, headers).status_code == 400
        body, headers = instance.webhook("account.created", {"id": "1"})
        assert deliver(address, body, headers).json() == {"taken": False}
        assert deliver(address.replace("here", "there"), body, headers).status_code == 404
        status = instance.status("2000", "<p>bonsoir</p>")
        body, headers = instance.webhook("status.created", json.loads(json.dumps(status)))
        assert deliver(address, body, headers).json() == {"taken": True}
        assert service.person.get("/api/v1/cases").json()["cases"] == []
