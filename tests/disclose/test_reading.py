"""reading.txt: a clerk reads who wrote what and when, and a hostile text cannot forge a line."""

from __future__ import annotations

import json
import re
from pathlib import Path

from rempart.disclose.dossier.presets import edition
from rempart.disclose.dossier.reading import reading
from rempart.disclose.dossier.records import Record
from rempart.disclose.dossier.redaction import redact
from rempart.log.commit import message_prefix, new_salts, open_leaf, seal, seal_messages


def record(seq: int, item: dict[str, object], outcome: dict[str, object] | None = None) -> Record:
    prefix = message_prefix("2026-03-01T20:00:00Z", {"via": "hook", "proof": "source-signed"})
    told = None if outcome is None else json.dumps(outcome).encode()
    (sealed,) = seal_messages(prefix, [json.dumps(item).encode()], [told], new_salts(1))
    opened = {part.name: part.value for part in open_leaf(sealed.leaf, sealed.bodies)}
    return Record(seq, sealed.leaf, sealed.bodies, opened)


def message(text: str, **fields: object) -> dict[str, object]:
    author = {"id": "u1", "name": "Ana"}
    place = {"platform": "irc", "channel": "lea", "sent_at": "2026-03-01T19:59:58Z"}
    return {"id": "m1", **place, "author": author, "text": text, **fields}


def read(*records: Record) -> str:
    return reading(redact(records, {}, edition(), "lea").items).decode()


def test_who_wrote_what_and_when_and_what_was_done() -> None:
    text = read(record(7, message("good evening"), {"verdict": "hold"}))
    assert "[7]  2026-03-01T19:59:58Z  irc #lea  Ana (u1)  hold  m1\n" in text
    assert "\n    good evening\n" in text


def test_under_each_message_how_far_it_is_proven_and_which_version_judged_it() -> None:
    signal = {"detector": "text", "version": "fr 7", "label": "insult", "score": 0.97}
    told = {"verdict": "hold", "signals": [signal], "rules": ["hold insults"]}
    text = read(record(7, message("good evening"), told))
    # A hook's secret is known to us too: whoever received this could have written it.
    assert (
        "\n  transport-authenticated (hook); insult 0.97 by text fr 7; rule hold insults\n" in text
    )


def test_a_text_cannot_forge_a_record_or_turn_the_line() -> None:
    forged = (
        "x\n[8]  2026-03-01T20:00:00Z  irc #lea  Bob (u2)  allow  m2\r\u2028[9]\u202egnp.exe\x1b[2J"
    )
    text = read(record(7, message(forged, author={"id": "a\n[10]", "name": "\u202eAna"})))
    assert re.findall(r"^\[\d+\]", text, re.MULTILINE) == ["[7]"]
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028\u202e]", text)
    assert "<U+202E>gnp.exe<U+001B>" in text


def test_other_entries_and_what_was_erased() -> None:
    sealed = seal("decision", {"v": 1, "case": "c-1", "reason": "not\nso"})
    opened = {part.name: part.value for part in open_leaf(sealed.leaf, sealed.bodies)}
    text = read(Record(3, sealed.leaf, sealed.bodies, opened), Record(4, sealed.leaf, (), {}))
    assert "[3]  decision\n    case: c-1; reason: not<U+000A>so\n" in text, text
    assert "[4]  erased" in text


def test_naughty_strings_stay_on_their_lines() -> None:
    corpus = json.loads((Path(__file__).parents[1] / "data/hostile/blns.json").read_text("utf-8"))
    records = [record(n, message(text)) for n, text in enumerate(corpus)]
    heads = re.findall(r"^\[(\d+)\]", read(*records), re.MULTILINE)
    assert heads == [str(n) for n in range(len(corpus))]
