"""`rempart case`: what a person at the terminal sees, and the dossier that leaves the house."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from hashlib import sha256

import pytest
from click.testing import CliRunner

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.entries import disclosed
from rempart.cases.reports.receiving import receive
from rempart.cli import main
from rempart.disclose.given_out import take_up, waiting
from rempart.engine.start import Lock
from rempart.log.commit import strict_json
from rempart.log.keys import load_signer
from rempart.model import DecisionOutcome, Ground, ReportContact, ReportRequest


@pytest.fixture
def evening(community):
    """A raid, an insult, a report with a contact; the service is not running."""
    load_signer(community.folder)
    for n in range(3):
        community.says(f"b{n}", "dehors", author=f"bot{n}", raid="r-1")
    [raid] = community.step(community.raid(messages=3))
    community.says("m1", "idiot \x1b[31m[red]\u202e", author="x1", labels={"insult": 0.9})
    [insult] = community.step()
    request = ReportRequest(
        category="harassment",
        explanation="Stop [bold]\x1b]0;owned\x07",
        message_ids=("b0",),
        good_faith=True,
        contact=ReportContact("Marguerite Placeholder", "marguerite@placeholder.example"),
    )
    with community.store.begin() as tables:
        receive(tables, request, community.keys, 1_000)
    return community, raid, insult


def run(community, *arguments, code=0):
    result = CliRunner().invoke(
        main, ["case", *arguments, "--data", str(community.folder)], env={"LANG": "en"}
    )
    assert result.exit_code == code, result.output
    return result


def log_size(community):
    with community.store.read() as tables:
        return tables.log.size()


def test_the_list_as_json_has_the_shape_of_the_contract(evening):
    community, raid, insult = evening
    listed = json.loads(run(community, "list", "--json").output)
    assert [row["id"] for row in listed["cases"]] == [raid.id, insult.id]
    first = listed["cases"][0]
    assert (first["kind"], first["state"], first["target"]) == ("raid", "open", "lea")
    assert (first["reports"], first["merged_into"]) == (1, None)
    only = json.loads(run(community, "list", "--json", "--kind", "message").output)
    assert [row["id"] for row in only["cases"]] == [insult.id]
    none = json.loads(run(community, "list", "--json", "--channel", "sam").output)
    assert none == {"cases": [], "total": 0}


def test_people_get_a_table_with_the_reason(evening):
    community, raid, _ = evening
    output = run(community, "list").output
    assert raid.id in output
    assert "attack" in output
    assert "No case." in run(community, "list", "--state", "decided").output


def test_a_case_is_found_by_its_first_letters_or_as_the_latest(evening):
    community, raid, insult = evening
    assert json.loads(run(community, "show", raid.id[:8], "--json").output)["case"]["id"] == raid.id
    assert (
        json.loads(run(community, "show", raid.id[2:8], "--json").output)["case"]["id"] == raid.id
    )
    latest = json.loads(run(community, "show", "--latest", "--json").output)
    assert latest["case"]["id"] == insult.id
    assert latest["measures"][0]["kind"] == "hold"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "c-"), "several cases"),
        (("show", "c-zzzz"), "no such case"),
        (("show",), "name a case"),
        (("show", "c-1", "--latest"), "name a case"),
    ],
)
def test_what_is_wrong_is_one_line_on_stderr(evening, arguments, said):
    result = run(evening[0], *arguments, code=2)
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_folder_without_a_store_is_named_and_not_made(tmp_path):
    place = tmp_path / "nothing"
    result = CliRunner().invoke(main, ["case", "list", "--data", str(place)])
    assert result.exit_code == 2
    assert str(place) in result.stderr
    assert not place.exists()


def test_strangers_words_move_no_cursor_and_are_left_out_unless_asked_for(evening):
    community, raid, insult = evening
    hidden = run(community, "show", insult.id).output
    assert "idiot" not in hidden
    shown = run(community, "show", insult.id, "--text").output
    assert "idiot" in shown
    assert "[red]" in shown
    reported = run(community, "show", raid.id).output
    assert "[bold]" in reported
    for output in (hidden, shown, reported):
        assert not set("\x1b\x07\u202e") & set(output)


def test_a_decision_and_its_answer_are_shown(evening):
    community, raid, _ = evening
    with community.store.begin() as tables:
        decide(
            tables,
            raid.id,
            DecisionOutcome.LIFT,
            Ground.NONE,
            "Un raid amical.",
            Decider("camille", person=True),
            1_772_400_000_000,
        )
    assert "Un raid amical." in run(community, "show", raid.id).output
    told = json.loads(run(community, "show", raid.id, "--json").output)
    assert told["decisions"][0]["decided_by"] == "camille"
    assert told["reports"][0]["state"] == "answered"
    assert all(row["released"] for row in told["messages"])


def test_the_dossier_verifies_without_rempart_and_names_no_reporter(evening, tmp_path):
    community, raid, _ = evening
    before = log_size(community)
    file = tmp_path / "dossier.zip"
    run(community, "export", raid.id, "-o", str(file), "--by", "camille", "--reason", "plainte")
    with community.store.read() as tables:
        access = strict_json(tables.log.bodies(before)[0])[2]
        shown_by = tables.evidence.of([before])[before]
        assert tables.log.last_checkpoint()[0] == log_size(community)
    assert (access["what"], access["by"], access["reason"]) == ("export", "camille", "plainte")
    place = tmp_path / "court"
    with zipfile.ZipFile(file) as archive:
        archive.extractall(place)
    checked = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "."], cwd=place, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    everything = b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
    names = {json.loads(line)["index"] for line in (place / "records.jsonl").open()}
    assert shown_by in names
    assert b"Marguerite" not in everything
    assert b"camille" not in (place / "records.jsonl").read_bytes()
    custody = (place / "custody.jsonl").read_text()
    assert "plainte" in custody


def test_beside_a_running_service_it_leaves_a_note_of_what_left(evening, tmp_path, monkeypatch):
    monkeypatch.setattr("rempart.cli.giving.SEAL_SECONDS", 0.2)  # nobody looks here
    community, raid, _ = evening
    file = tmp_path / "dossier.zip"
    lock = Lock(community.folder)
    before = log_size(community)
    try:
        result = run(community, "export", raid.id, "-o", str(file))
    finally:
        lock.release()
    assert "did not seal the log for this export" in result.stderr
    assert "writes the entry within seconds" in result.stderr
    assert log_size(community) == before
    assert zipfile.is_zipfile(file)
    (note,) = waiting(community.folder)
    with community.store.begin() as tables:
        seq = take_up(tables, note)
        assert seq is not None
        entry = disclosed(tables, seq, "access")
    assert entry["files"] == [sha256(file.read_bytes()).hexdigest()]
    assert entry["os_user"].startswith("os:")


def test_an_export_that_fails_leaves_no_file(evening, tmp_path):
    community, raid, _ = evening
    (community.folder / "keys" / "log.key").chmod(0o644)
    result = run(community, "export", raid.id, "-o", str(tmp_path / "x.zip"), code=2)
    assert "chmod 600" in result.stderr
    assert list(tmp_path.glob("*.zip")) == list(tmp_path.glob(".dossier*")) == []
    (community.folder / "keys" / "log.key").chmod(0o600)
    before = log_size(community)
    run(community, "export", raid.id, "-o", str(tmp_path / "no" / "x.zip"), code=2)
    run(community, "export", "c-zzz", "-o", str(tmp_path / "x.zip"), code=2)
    assert log_size(community) == before
    assert not (tmp_path / "x.zip").exists()


def test_each_case_is_one_line_of_the_table(evening):
    community, _, _ = evening
    cases = json.loads(run(community, "list", "--json").output)["cases"]
    assert len(run(community, "list").output.splitlines()) == 1 + len(cases)


def test_a_report_about_something_elsewhere_is_shown_without_empty_tables(evening):
    community, _, _ = evening
    request = ReportRequest(category="harassment", explanation="Elsewhere.", good_faith=True)
    with community.store.begin() as tables:
        receive(tables, request, community.keys, 2_000)
    shown = run(community, "show", "--latest").output
    assert "Elsewhere." in shown
    assert "target" not in shown
    assert "No message." in shown
    assert "No measure." in shown
