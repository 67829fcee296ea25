"""The same order, answered from the console: a service on a made-up year, one click an output."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.web.service import Service

from rempart.cli import main

DECISIONS = 300
COURT, YEARLY = "/console/court", "/console/yearly"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data: Path = tmp_path_factory.mktemp("clicks") / "data"
    command = ["disclose", "rehearse", "--data", str(data), "--decisions", str(DECISIONS)]
    assert CliRunner().invoke(main, command, catch_exceptions=False).exit_code == 0
    with Service.running(data) as running:
        yield running


def test_the_courts_dossier_with_what_changed_in_the_rules(service: Service) -> None:
    typed = {"first": "2026-01-01", "last": "2026-12-31", "language": "fr", "age": ""}
    made = service.drawn(COURT, typed)["made"]
    assert made is not None
    read = service.person.get
    assert read(f"{COURT}/files/court-dossier.pdf").content.startswith(b"%PDF-1.7")
    rows = list(csv.DictReader(io.StringIO(read(f"{COURT}/files/1.3-rules-changes.csv").text)))
    lines = {(row["change"].lstrip("'"), row["line"][:30]) for row in rows}
    assert ("-", "when = \"score('insult') >= 0.8") in lines
    assert ("+", "when = \"score('insult') >= 0.7") in lines


def test_the_yearly_report(service: Service) -> None:
    made = service.drawn(YEARLY, {"year": "2026", "language": "en"})
    assert made["drawn"]["sheets"]
    assert not made["drawn"]["published"]


def test_the_public_page_and_the_queue(service: Service) -> None:
    figures = service.client().get("/transparency.json").json()["figures"]
    assert figures["reports"]["count"] > DECISIONS
    assert figures["orders"]["count"] > 0
    assert service.person.get("/console/queue").status_code == 200
