"""Lists of links out of files: in force, ended, refused, changed while the service runs."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rempart.cli.checks import State, check_links
from rempart.engine.embedded import EmbeddedEngine, Source
from rempart.engine.link_lists import LinkLists, ListWatcher
from rempart.engine.pipeline import Pipeline
from rempart.engine.settings import load_engine_settings
from rempart.errors import InputError
from rempart.ingest import Parsed, parse_one
from rempart.model import Account, Message

BAD = "0.0.0.0 bad.example\n"


def folder(tmp_path: Path, listed: str = BAD, more: str = "") -> Path:
    (tmp_path / "lists").mkdir(exist_ok=True)
    (tmp_path / "lists" / "bad.hosts").write_text(listed)
    (tmp_path / "settings.toml").write_text(
        '[[links.lists]]\npath = "lists/bad.hosts"\nsource = "https://lists.example"\n'
        f"of = 2026-02-01\n{more}"
    )
    return tmp_path


def said(pipeline: Pipeline, text: str, at: datetime = datetime(2026, 3, 1, tzinfo=UTC)) -> str:
    message = Message("m1", "twitch", "lea", at, Account("u1"), text)
    _, result = pipeline.step(pipeline.new_state(), [message])
    outcome = result.outcomes[0]
    assert outcome is not None
    return next((s.why or "" for s in outcome.signals if s.label.value == "bad_link"), "")


def test_a_listed_link_is_told_with_list_entry_source_and_day(tmp_path: Path) -> None:
    pipeline = Pipeline(load_engine_settings(folder(tmp_path)).pipeline)
    told = "list lists/bad.hosts: bad.example (https://lists.example, 2026-02-01)"
    assert said(pipeline, "come to www.bad.example/x") == told


def test_a_list_past_its_end_is_ignored_by_the_time_of_the_message(tmp_path: Path) -> None:
    pipeline = Pipeline(
        load_engine_settings(folder(tmp_path, more="expires = 2026-02-28")).pipeline
    )
    assert said(pipeline, "bad.example", datetime(2026, 2, 28, 23, 59, tzinfo=UTC))
    assert not said(pipeline, "bad.example", datetime(2026, 3, 1, tzinfo=UTC))
    finding = check_links(tmp_path)
    assert (finding.state, "2026-03-01" in finding.found) == (State.MIND, True)


def test_other_lists_are_another_version(tmp_path: Path) -> None:
    first = Pipeline(load_engine_settings(folder(tmp_path)).pipeline).versions["links"]
    again = Pipeline(load_engine_settings(folder(tmp_path)).pipeline).versions["links"]
    other = Pipeline(load_engine_settings(folder(tmp_path, "worse.example\n")).pipeline)
    assert first == again != other.versions["links"]
    assert Pipeline().versions["links"] == first.partition("+")[0]


def test_a_line_that_is_no_entry_refuses_the_list_with_its_place_and_the_running_set_stays(
    tmp_path: Path,
) -> None:
    settings = load_engine_settings(folder(tmp_path))
    lists = LinkLists(tmp_path, settings.links)
    assert [one.entries for one in lists.read().lists] == [1]
    folder(tmp_path, "# fine\nworse.example\n<html>no list</html>\n")
    assert lists.changed()
    rules = lists.read()
    assert [one.entries for one in rules.lists] == [1]
    (refused,) = rules.refused
    assert refused.kept
    assert "bad.hosts:3: '<html>no list</html>' is no host name" in refused.why
    assert not lists.changed()
    finding = check_links(tmp_path)
    assert (finding.state, "bad.hosts:3" in finding.found) == (State.WRONG, True)


def test_what_runs_since_the_start_stays_when_the_first_change_is_wrong(tmp_path: Path) -> None:
    settings = load_engine_settings(folder(tmp_path))
    running = Pipeline(settings.pipeline).link_rules
    lists = LinkLists(tmp_path, settings.links, running)
    folder(tmp_path, "<html>\n")
    rules = lists.read()
    assert [one.entries for one in rules.lists] == [1]
    assert rules.refused[0].kept


def test_a_list_that_is_gone_is_told_and_stops_nothing(tmp_path: Path) -> None:
    settings = load_engine_settings(folder(tmp_path))
    (tmp_path / "lists" / "bad.hosts").unlink()
    (refused,) = settings.pipeline.links.refused
    assert "No such file" in refused.why
    assert not refused.kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[links]\nother = "hold"\n', "did you mean others?"),
        ('[links]\nothers = "maybe"\n', "[links]: others"),
        ("[[links.lists]]\nsource = 'x'\n", "path"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(InputError) as error:
        load_engine_settings(tmp_path)
    assert said in error.value.diagnostics()


def test_a_changed_file_comes_into_force_while_the_service_runs_and_the_log_is_told(
    tmp_path: Path,
) -> None:
    engine = EmbeddedEngine.open(folder(tmp_path))
    engine.start()
    lists = LinkLists(tmp_path, engine.settings.links, engine.pipeline.link_rules)
    watcher = ListWatcher(lists, lambda rules: engine.use_links(rules).result(), every=0.05)
    watcher.start()
    try:
        before = engine.pipeline.versions["links"]
        assert "bad.example" in outcome(engine, "m1", "bad.example")
        folder(tmp_path, "worse.example\n")
        until = time.monotonic() + 60
        while engine.pipeline.versions["links"] == before and time.monotonic() < until:
            time.sleep(0.05)
        assert "list lists/bad.hosts" in outcome(engine, "m2", "worse.example")
        with engine.read() as tables:
            told = tables.stream.fact("detectors")
        assert told is not None
        assert engine.pipeline.versions["links"] in told
    finally:
        watcher.stop()
        engine.stop()


def outcome(engine: EmbeddedEngine, id: str, text: str) -> str:
    raw = (
        f'{{"id":"{id}","platform":"twitch","channel":"lea","sent_at":"2026-03-01T20:00:00Z",'
        f'"author":{{"id":"u1"}},"text":"{text}"}}'
    )
    parsed = parse_one(raw.encode())
    assert isinstance(parsed, Parsed)
    (result,) = engine.submit([parsed], Source("test", "test")).result(20)
    return bytes(result.outcome).decode()
