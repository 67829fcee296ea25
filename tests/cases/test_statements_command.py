"""`rempart disclose statements`: every restriction once, valid, and nobody named."""

from __future__ import annotations

import json

import jsonschema
import pytest
from click.testing import CliRunner

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cli import main
from rempart.disclose.transparency_database.rules import schema
from rempart.model import DecisionOutcome, Ground

OFFICIAL = jsonschema.Draft202012Validator(schema())
AT = 1_772_500_000_000


def run(community, *arguments, code=0):
    result = CliRunner().invoke(main, ["disclose", *arguments, "--data", str(community.folder)])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def evening(community):
    """A raid of three, an insult that a person upheld, one that was lifted, newcomers held."""
    for n in range(3):
        community.says(f"b{n}", "dehors", author=f"bot{n}", raid="r-1")
    community.measure("m-newcomers")
    community.step(community.raid(messages=3))
    for id, outcome in [("m1", DecisionOutcome.UPHOLD), ("m2", DecisionOutcome.NO_VIOLATION)]:
        community.says(id, "va-t'en", author="harceleur", labels={"insult": 0.9})
        [case] = community.step()
        ground = Ground.TERMS if outcome is DecisionOutcome.UPHOLD else Ground.NONE
        with community.store.begin() as tables:
            reason = "Troisième insulte de la soirée."
            decide(tables, case.id, outcome, ground, reason, Decider("camille", person=True), AT)
    return community


def test_each_restriction_is_written_once_and_valid(evening):
    result = run(evening, "statements", "--json")
    written = json.loads(result.stdout)["statements"]
    assert len(written) == 5
    assert len({one["puid"] for one in written}) == 5
    for one in written:
        assert list(OFFICIAL.iter_errors(one)) == []
    decided = [one["automated_decision"] for one in written]
    assert decided.count("AUTOMATED_DECISION_PARTIALLY") == 1
    lifted = [one for one in written if one["end_date_visibility_restriction"] == "2026-03-03"]
    assert len(lifted) == 1
    for word in ("harceleur", "bot0", "camille", "va-t'en"):
        assert word not in result.stdout


def test_line_by_line_and_again_it_is_the_same_to_the_byte(evening, tmp_path):
    first = run(evening, "statements", "--ndjson").stdout
    run(evening, "statements", "--ndjson", "-o", str(tmp_path / "s.ndjson"))
    assert (tmp_path / "s.ndjson").read_text("utf-8") == first
    assert len(first.splitlines()) == 5


def test_what_holds_a_name_is_left_out_and_told(community):
    community.says("m1", "va-t'en", author="harceleur", labels={"insult": 0.9})
    [case] = community.step()
    reason = "Harceleur a insulté Lea après deux avertissements."
    with community.store.begin() as tables:
        by = Decider("camille", person=True)
        decide(tables, case.id, DecisionOutcome.UPHOLD, Ground.TERMS, reason, by, AT)
    result = run(community, "statements", code=1)
    assert json.loads(result.stdout) == {"statements": []}
    assert "incompatible_content_explanation: a name" in result.stderr


def test_every_restriction_reconciles_and_a_lost_one_is_named(evening):
    found = json.loads(run(evening, "reconcile", "--json").stdout)
    assert found["holds"]
    assert (found["restrictions"], found["exempt"], found["unread"]) == (6, 1, 5)
    evening.store.close()
    import apsw

    db = apsw.Connection(str(evening.folder / "rempart.db"))
    db.execute("DELETE FROM statement WHERE measure = 'm-b1'")
    db.close()
    found = json.loads(run(evening, "reconcile", "--json", code=1).stdout)
    assert not found["holds"]
    assert found["unstated"] == ["m-b1"]
