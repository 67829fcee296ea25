"""`rempart rules` and `rempart scan --rules`, as a person uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.web.service import Service, message

from rempart.cli import main

RULES = """
[[rule]]
name = "no-viewbots"
state = "live"
description = { en = "Offers of bought viewers are held.", fr = "Les offres sont retenues." }
reason = { en = "An offer of bought viewers.", fr = "Une offre de spectateurs achetés." }
when = "in_list(message.fold, 'ads')"
measures = ["hold message for 1 day"]

[[rule.test]]
message = { text = "buy VIEWBOTS here" }
expect = ["hold message"]

[[rule]]
name = "many-a-minute"
state = "shadow"
description = { en = "Many messages a minute.", fr = "Beaucoup de messages par minute." }
reason = { en = "Many messages a minute.", fr = "Beaucoup de messages par minute." }
when = "count(by=account, over=minutes(1)) > 3"
measures = ["mute account for 10 minutes"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "rules"
    (place / "lists").mkdir(parents=True)
    (place / "house.toml").write_text(RULES, "utf-8")
    (place / "lists" / "ads.txt").write_text("# offers\nviewbots\nfree followers\n", "utf-8")
    return place


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    return result.exit_code, result.stdout, result.stderr


def messages(path: Path, count: int = 6, ids: str = "m") -> Path:
    rows = [
        {
            "id": f"{ids}{number}",
            "platform": "twitch",
            "channel": "lea",
            "sent_at": f"2026-03-01T20:00:{number:02}Z",
            "author": {"id": "u1"},
            "text": "get your v i e w b o t s" if number == 9 else f"hello {number}",
        }
        for number in range(count)
    ]
    rows[2]["text"] = "FREE  followers for you".replace("  ", " ")
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def test_right_rules(folder: Path) -> None:
    code, out, _ = run("rules", "check", folder)
    assert code == 0 and "no-viewbots" in out and "2 rules are right" in out
    code, out, _ = run("rules", "check", folder, "--json")
    assert [rule["state"] for rule in json.loads(out)["rules"]] == ["live", "shadow"]


def test_wrong_rules_are_refused_with_their_place(folder: Path) -> None:
    (folder / "house.toml").write_text(RULES.replace("'ads'", "'adds'"), "utf-8")
    code, _, err = run("rules", "check", folder)
    assert code == 1 and "house.toml:7:" in err and "`ads`" in err
    code, out, _ = run("rules", "check", folder, "--json")
    assert code == 1 and json.loads(out)["problems"][0]["line"] == 7


def test_their_tests(folder: Path) -> None:
    code, out, err = run("rules", "test", folder)
    assert (code, out.strip()) == (0, "1 of 1 tests hold")
    assert "without a test: many-a-minute" in err
    (folder / "lists" / "ads.txt").write_text("something else\n", "utf-8")
    code, _, err = run("rules", "test", folder)
    assert code == 1 and "expected hold message, found nothing" in err


def test_no_such_folder(tmp_path: Path) -> None:
    code, _, err = run("rules", "check", tmp_path / "nowhere")
    assert code == 2 and "no such folder" in err


@pytest.mark.parametrize("stored", [False, True])
def test_a_scan_with_rules(folder: Path, tmp_path: Path, stored: bool) -> None:
    out = tmp_path / "out.ndjson"
    more = ["--data", tmp_path / "data"] if stored else []
    source = messages(tmp_path / "in.ndjson")
    code, _, err = run("scan", source, "--out", out, "--rules", folder, *more)
    assert code == 0, err
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["verdict"] for row in rows] == ["allow", "allow", "hold", *["allow"] * 3]
    assert rows[2]["rules"] == ["no-viewbots"]
    assert [row.get("shadow", []) for row in rows[3:]] == [["many-a-minute"]] * 3


def test_refused_rules_stop_a_scan_before_it_begins(folder: Path, tmp_path: Path) -> None:
    (folder / "house.toml").write_text(RULES.replace("count(", "cuont("), "utf-8")
    out = tmp_path / "out.ndjson"
    code, _, err = run("scan", messages(tmp_path / "in.ndjson"), "--out", out, "--rules", folder)
    assert code == 1 and "cuont" in err
    assert not out.exists()


def test_history(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    code, _, err = run("scan", messages(tmp_path / "in.ndjson"), "--data", data)
    assert code == 0, err
    code, out, _ = run("rules", "backtest", folder, "--data", data, "--json")
    found = {one["rule"]: one for one in json.loads(out)["rules"]}
    assert code == 0 and json.loads(out)["messages"] == 6
    assert found["no-viewbots"]["hits"] == 1 and found["many-a-minute"]["hits"] == 3
    code, out, _ = run("rules", "backtest", folder, "--data", data)
    assert "1 hit on 1 account in 1 channel;" in out and "█" in out


def test_pushed_into_a_folder_and_in_force_in_the_next_scan(folder: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out.ndjson"
    push = ("rules", "push", folder, "--data", data, "--reason", "bots", "--live")
    code, _, err = run(*push)
    assert code == 2 and "there is no store here" in err and not data.exists(), "no typo makes one"
    code, _, err = run("scan", messages(tmp_path / "first.ndjson", ids="first-"), "--data", data)
    assert code == 0, err
    code, told, err = run(*push)
    assert code == 0 and "is in force" in told, err
    code, _, err = run("scan", messages(tmp_path / "in.ndjson"), "--data", data, "--out", out)
    assert code == 0, err
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["verdict"] for row in rows].count("hold") == 1


def test_rules_whose_tests_do_not_hold_are_not_deployed(folder: Path, tmp_path: Path) -> None:
    (folder / "lists" / "ads.txt").write_text("something else\n", "utf-8")
    data = tmp_path / "data"
    code, _, err = run("rules", "push", folder, "--data", data, "--reason", "bots")
    assert code == 1 and "its tests do not hold" in err and not data.exists()
    code, _, err = run("rules", "push", folder, "--reason", "bots")
    assert code == 2 and "--data or --to" in err


SML = """
Text: str = JsonData(path='$.data.text')
UserId: Entity[str] = EntityJson(type='User', path='$.author.id')
Offers = Rule(when_all=[RegexMatch(target=Text, pattern='viewbots')], description='Offers')
WhenRules(rules_any=[Offers], then=[DeclareVerdict(verdict='reject'),
          LabelAdd(entity=UserId, label='seller', expires_after=TimeDelta(hours=2))])
"""


def test_rules_brought_from_sml(tmp_path: Path) -> None:
    source, out = tmp_path / "sml", tmp_path / "imported.toml"
    source.mkdir()
    (source / "main.sml").write_text(SML, "utf-8")
    code, _, err = run("rules", "import", source, "-o", out)
    assert code == 1 and "main.sml:2:" in err and "[paths]" in err and not out.exists()
    mapping = source / "mapping.toml"
    mapping.write_text('[paths]\n"$.data.text" = "message.text"\n', "utf-8")
    code, told, err = run("rules", "import", source, "-o", out, "--mapping", mapping)
    assert code == 0 and "1 rules in" in told, err
    assert 'state = "shadow"' in out.read_text("utf-8")
    code, told, err = run("rules", "check", tmp_path)
    assert code == 0 and "offers" in told, err


def test_what_would_hit_many_waits_for_a_second_word(folder: Path, tmp_path: Path) -> None:
    source, data = tmp_path / "in.ndjson", tmp_path / "data"
    rows = []
    for number in range(25):
        rows.append(json.loads(messages(source).read_text("utf-8").splitlines()[0]))
        rows[-1] |= {"id": f"x{number}", "text": "viewbots", "author": {"id": f"u{number}"}}
    source.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    assert run("scan", source, "--data", data)[0] == 0
    push = ("rules", "push", folder, "--data", data, "--reason", "bots", "--live")
    code, out, err = run(*push)
    assert code == 1 and "would have hit 25 accounts" in err and "--confirm" in err
    assert "viewbots" in err, "examples"
    code, out, _ = run(*push, "--json")
    assert code == 1 and json.loads(out)["preview"]["accounts"] == 25
    code, out, _ = run(*push, "--confirm")
    assert code == 0 and "is in force" in out


def test_a_running_service_asks_too(folder: Path, tmp_path: Path) -> None:
    with Service.running(tmp_path / "data") as service:
        client = service.client(service.ingest_token)
        rows = [message(text="viewbots", author={"id": f"u{n}"}) for n in range(25)]
        assert client.post("/api/v1/messages", json=rows).status_code == 200
        push = ("rules", "push", folder, "--to", str(service.person.base_url))
        push = (*push, "--token", service.token("admin"), "--reason", "bots", "--live")
        code, _, err = run(*push)
        assert code == 1 and "would have hit 25 accounts" in err
        assert service.person.get("/api/v1/rules").json()["live"] is None
        code, out, _ = run(*push, "--confirm")
        assert code == 0 and "is in force" in out
