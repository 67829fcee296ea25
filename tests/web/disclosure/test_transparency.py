"""The public transparency page: what everybody may know, and nothing that points at anybody."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.service import Service, message

from rempart.cases.small_cells import LEAST
from rempart.disclose.transparency.cells import cells, merged_small
from rempart.disclose.transparency.chart import HEIGHT, TOP, bars
from rempart.disclose.transparency.page import silence
from rempart.store.interface.figures import Waited
from rempart.web.failures import BusyError
from rempart.web.public.transparency import TransparencyShelf

HTML = {"accept": "text/html", "accept-language": "en"}


def report(service: Service, number: int, category: str = "hate") -> None:
    answer = service.client().post(
        "/api/v1/reports",
        json={
            "category": category,
            "explanation": f"This is against the rules, number {number}.",
            "links": [f"https://chat.example/lea/{number}"],
            "good_faith": True,
        },
    )
    assert answer.status_code == 201, answer.text


def test_everybody_reads_what_is_counted_and_small_numbers_are_hidden(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[community]\nname = "Salon de Léa"\n')
    with Service.running(tmp_path) as service:
        service.client(service.ingest_token).post(
            "/api/v1/messages",
            json=[message(channel="secretroom", text="kill yourself", author={"id": "attacker9"})],
        )
        for number in range(6):
            report(service, number)
        report(service, 6, "threat")
        anybody = service.client()
        found = anybody.get("/transparency.json").json()["figures"]
        assert found["reports"] == {"count": 7}
        assert found["community"] == "Salon de Léa"
        assert "threat" not in found["reports_by_harm"], "one report is under another name"
        assert found["reports_by_harm"]["hate"]["count"] is None, "or it could be reckoned back"
        assert found["silence"]["open"] == {"count": 7}
        assert sum(one["reports"]["count"] or 0 for one in found["months"]) == 7
        page = anybody.get("/transparency", headers=HTML)
        assert page.status_code == 200
        assert "How Salon de Léa is moderated" in page.text.replace("<bdi>", "").replace(
            "</bdi>", ""
        )
        twin = anybody.get("/transparency.csv")
        rows = {(row[0], row[1]): row[2:] for row in csv.reader(StringIO(twin.text))}
        assert rows["reports", "all"] == ["7", ""]
        assert rows["restrictions", "all"] == ["", "yes"]
        for text in (page.text, twin.text, anybody.get("/transparency.json").text):
            for secret in ("secretroom", "attacker9", "chat.example", "moderator-1"):
                assert secret not in text
        assert "max-age" in twin.headers["cache-control"]


def test_it_is_counted_once_for_everybody(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        anybody = service.client()
        first = anybody.get("/transparency.json").json()["figures"]["made_at"]
        report(service, 1)
        again = anybody.get("/transparency.json?days=1&x=2").json()["figures"]["made_at"]
        assert again == first, "nobody can make it count anew"


def test_who_asks_while_it_is_counted_holds_no_thread() -> None:
    """Anybody may ask, forty at once: the threads belong to who moderates."""
    shelf, counting, go_on = TransparencyShelf(), Event(), Event()

    def slow(found: Any) -> Any:
        counting.set()
        assert go_on.wait(20)
        return found

    with ThreadPoolExecutor(1) as other:
        first = other.submit(shelf.get, lambda: slow("first"))
        assert counting.wait(20)
        with pytest.raises(BusyError):
            shelf.get(lambda: slow("another"))
        go_on.set()
        assert first.result(20) == "first"
        shelf._until = 0.0
        counting.clear()
        go_on.clear()
        second = other.submit(shelf.get, lambda: slow("second"))
        assert counting.wait(20)
        assert shelf.get(lambda: slow("another")) == "first", "what was counted before"
        go_on.set()
        assert second.result(20) == "second"
        assert shelf.get(lambda: slow("another")) == "second"


def test_contact_points_and_recipients_are_published_from_what_is_declared(
    tmp_path: Path,
) -> None:
    with Service.running(tmp_path) as service:
        me, anybody = service.person, service.client()
        assert anybody.get("/contact.json").json()["missing"] == ["authorities", "users"]
        for audience in ("authorities", "users"):
            typed = {"key": audience, "audience": audience, "email": f"{audience}@example.org",
                     "languages": "fr, en", "human": "yes", "address": "javascript:x",
                     "from_day": "2026-01-01"}  # fmt: skip
            assert me.post("/console/declared/contact", data=typed).status_code == 303
        figure = {"key": "2026-h1", "monthly": "12 345", "method": "=cmd()", "from_day":
                  "2026-01-01", "until": "2026-06-30"}  # fmt: skip
        assert me.post("/console/declared/recipients", data=figure).status_code == 303
        assert anybody.get("/contact.json").json()["missing"] == []
        page = anybody.get("/contact", headers=HTML).text
        assert "authorities@example.org" in page and "French, English" in page
        assert 'href="javascript' not in page, "only an address of the web becomes a link"
        page = anybody.get("/transparency", headers=HTML).text
        assert "12,345" in page and "users@example.org" not in page
        (one,) = anybody.get("/transparency.json").json()["figures"]["recipients"]
        assert (one["monthly"], one["until"]) == (12345, "2026-06-30")


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), min_size=1))
def test_a_hidden_part_cannot_be_reckoned_from_the_whole(counts: dict[str, int]) -> None:
    for shown in (cells(counts), merged_small(counts, "other")):
        hidden = [name for name, one in shown.items() if one.hidden]
        if len(hidden) == 1:
            assert not [one for one in shown.values() if one.count], "nothing to reckon it from"
        assert all(one.count == 0 or one.count >= LEAST for one in shown.values() if not one.hidden)


def test_who_waits_is_counted_by_how_long() -> None:
    waited = [
        Waited("hate", "fr", "lea", 60, done=False, late=False, number=6),
        Waited("hate", "fr", "lea", 2_000, done=False, late=True, number=9),
        Waited("hate", "fr", "lea", 50_000, done=False, late=True, number=5),
        Waited("hate", "fr", "lea", 30, done=True, late=False, number=20),
    ]
    found = silence(waited)
    assert found.open.count == 20
    assert {name: one.count for name, one in found.ages.items()} == {
        "day": 6,
        "week": 9,
        "month": 0,
        "longer": 5,
    }
    assert found.half_minutes == 30 and found.most_minutes is None, "nine tenths: not reached"


def test_bars_stand_on_the_ground_and_reach_no_higher_than_the_grid() -> None:
    drawn = bars([("2026-01", 0, 3), ("2026-02", None, 47)])
    (first, second) = drawn.bars
    assert first.first == (TOP + HEIGHT, 0.0)
    assert second.first is None
    assert second.second is not None and second.second[0] >= TOP
    assert [mark for _, mark in drawn.lines] == [0, 25, 50]
