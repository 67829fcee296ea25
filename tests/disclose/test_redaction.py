"""What a lawyer, the police, the other party and the public are given of one case, and that what
they are given can be checked against the log while what is hidden cannot be had."""

from __future__ import annotations

import hashlib
import io
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from forging import Files, alone, edit_lines, forged, rempart, unpacked
from hypothesis import given
from hypothesis import strategies as st
from incident import EXPORTED, Incident, build
from tests.disclose.exporting import contents_of, export_dossier

from rempart.cases.evidence.captures import ask, keep
from rempart.cases.evidence.promoted import promote, promote_due
from rempart.cases.evidence.provenance import Proof
from rempart.disclose.dossier import edition, presets
from rempart.disclose.dossier.archive import pack, unpack
from rempart.disclose.dossier.items import Item
from rempart.disclose.dossier.redaction import names_another
from rempart.disclose.dossier.verify import check_words, verify
from rempart.errors import ConflictError, InputError
from rempart.log.commit import base64url
from rempart.log.words import shown_words, word_disclosures, words_of, words_root
from rempart.store.sealed_files import SealedFiles

THIRD = "@nour_cousin"
SAID = f"leave, idiot, and tell {THIRD} too \u202e<b>"


@pytest.fixture(scope="module")
def raid(tmp_path_factory: pytest.TempPathFactory) -> Incident:
    return build(tmp_path_factory.mktemp("raid"), said=SAID)


def read(incident: Incident, preset: str, *words: str) -> tuple[Files, list[Item]]:
    with incident.store.read() as tables:
        contents = contents_of(
            tables, incident.case, incident.signer, EXPORTED, edition=edition(preset, words)
        )
    return contents.files, list(contents.items)


def said(files: Files) -> str:
    """Everything a reader of this dossier can come to know, decoded."""
    texts = [
        data.decode("utf-8", "replace") for name, data in files.items() if "verify" not in name
    ]
    for line in map(json.loads, files["records.jsonl"].splitlines()):
        words = [word for word in line.get("words", ()) if isinstance(word, str)]
        for disclosure in [*line["disclosures"], *words]:
            texts.append(urlsafe_b64decode(disclosure + "==").decode())
    return "\n".join(texts)


def messages(items: list[Item]) -> list[Item]:
    return [item for item in items if item.kind == "message"]


# -- what each of them sees ------------------------------------------------------------------------


def test_the_court_has_the_bytes_that_arrived_and_no_moderator(raid: Incident) -> None:
    files, items = read(raid, "court")
    assert messages(items)[0].text == SAID
    assert messages(items)[0].seq == messages(items)[0].record
    text = said(files)
    assert "an attack by fresh accounts" in text
    assert "mod-7" not in text
    (decision,) = [item for item in items if item.kind == "decision"]
    assert decision.people["by"].startswith("person ")


def test_the_lawyer_sees_who_wrote_what_without_third_parties(raid: Incident) -> None:
    files, items = read(raid, "lawyer")
    first = messages(items)[0]
    assert first.text == "leave, idiot, and tell █████ too \u202e<b>"
    assert first.fields["author"].startswith("bot")
    assert first.record > first.seq
    assert first.provenance is not None
    assert first.provenance.proof is Proof.SUBMITTED
    text = said(files)
    assert "nour" not in text
    assert "bot4" in text
    assert "mod-7" not in text
    assert "p-9" in text
    told = json.loads(files["redaction.json"])
    assert (told["preset"], told["hidden_words"]) == ("lawyer", len(messages(items)))


def test_the_other_party_sees_no_account(raid: Incident) -> None:
    files, items = read(raid, "other-party")
    text = said(files)
    assert not re.search(r"bot\d", text)
    assert "nour" not in text
    assert messages(items)[0].text is not None
    assert "author" in messages(items)[0].hidden


def test_the_public_sees_what_was_done_and_no_word(raid: Incident) -> None:
    files, items = read(raid, "public")
    assert all(item.text is None for item in messages(items))
    text = said(files)
    for word in ("idiot", r"bot\d", "fresh accounts", "nour"):
        assert not re.search(word, text), word
    assert messages(items)[0].verdict == "hold"


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ("@nour_cousin", True),
        ("(@nour_cousin),", True),
        ("@lea,@nour_cousin", True),
        ("＠nour_cousin", True),
        ("nour@mail.example", True),
        ("@lea", False),
        ("@lea!", False),
        ("@lea@social.example", False),
        ("ch@t", False),
        ("stre@m@", False),
        ("@", False),
    ],
)
def test_a_word_that_names_somebody_is_told_from_one_in_leet(word: str, named: bool) -> None:
    assert names_another(word, "lea") is named


@pytest.mark.parametrize("name", list(presets()))
def test_every_edition_verifies_alone_and_says_what_it_hides(
    raid: Incident, name: str, tmp_path: Path
) -> None:
    files, _ = read(raid, name)
    assert alone(unpacked(files, tmp_path)).returncode == 0
    assert rempart(tmp_path).return_value == 0
    preset = presets()[name]
    readme = files["README.txt"].decode()
    assert preset.title["en"] in readme
    assert preset.title["fr"] in readme
    told = json.loads(files["redaction.json"])
    assert set(told["hides"]) == preset.hidden
    assert {"by", "seed", "confirmed_by", "flagger"} <= preset.hidden


def test_a_word_is_hidden_wherever_it_stands(raid: Incident) -> None:
    files, items = read(raid, "court", "IDIOT", "fresh")
    assert messages(items)[0].text == f"leave, █████ and tell {THIRD} too \u202e<b>"
    (decision,) = [item for item in items if item.kind == "decision"]
    assert "reason" in decision.hidden
    text = said(files).casefold()
    assert "idiot" not in text
    assert "fresh accounts" not in text
    assert json.loads(files["redaction.json"])["words_asked_to_be_hidden"] == 2
    assert verify(files, raid.signer.public.vkey).failed == []


def test_a_captured_page_stays_behind_when_a_word_is_hidden_and_its_key_always(
    tmp_path: Path,
) -> None:
    incident = build(tmp_path / "data", promoted=False)
    files, warc = SealedFiles(tmp_path / "captures"), b"a page with the word idiot"
    with incident.store.begin() as tables:
        asked = ask(tables, incident.case, "https://example.org/", "for the judge", "mod-7", 1)
        key = files.put(asked.id, warc)
        keep(tables, asked.id, {}, hashlib.sha256(warc).hexdigest(), len(warc), key, 2)
        promote(tables, incident.case)
    found = {}
    for words in ((), ("idiot",)):
        with incident.store.read() as tables:
            found[words] = contents_of(
                tables,
                incident.case,
                incident.signer,
                EXPORTED,
                edition=edition("lawyer", words),
                pages=files,
            ).files
    assert found[()][f"web/{asked.id}.warc.gz"] == warc
    assert not any(name.startswith("web/") for name in found[("idiot",)])
    for edited in found.values():
        assert key.hex() not in said(edited)


def test_what_cannot_be_hidden_is_said() -> None:
    with pytest.raises(InputError, match="no such edition"):
        edition("everybody")
    with pytest.raises(InputError, match="at most"):
        edition("court", ("x" * 101,))


# -- how it is written -----------------------------------------------------------------------------


def test_promoting_in_portions_does_each_entry_once(tmp_path: Path) -> None:
    incident = build(tmp_path, promoted=False)
    with incident.store.begin() as tables:
        wanted = len(tables.cases.sequences(incident.case))
        assert promote_due(tables, 4) == 4
        assert promote(tables, incident.case) == wanted - 4
        size = tables.log.size()
        assert promote_due(tables) == promote(tables, incident.case) == 0
        assert tables.evidence.due(1) == []
        assert tables.log.size() == size
    again, _ = read(incident, "lawyer")
    assert verify(again).failed == []


def test_without_evidence_no_message_is_shown_in_part(tmp_path: Path) -> None:
    incident = build(tmp_path, said=SAID, promoted=False)
    with pytest.raises(ConflictError, match="in part"):
        read(incident, "lawyer")
    files, items = read(incident, "court")
    assert len(messages(items)) == 5
    assert "decision" in json.loads(files["redaction.json"])["entries_left_out"]


def test_what_somebody_changed_in_the_store_becomes_no_evidence(tmp_path: Path) -> None:
    incident = build(tmp_path, promoted=False)
    with incident.store.begin() as tables:
        seq = tables.cases.message_sequences(incident.case)[0]
        tables.connection.execute(
            "UPDATE body SET sealed = CAST(substr(sealed, 1, 60) || x'00' || substr(sealed, 62)"
            " AS BLOB) WHERE place / 16 = ?",
            (seq,),
        )
        promote(tables, incident.case)
        assert tables.evidence.of([seq]).get(seq) is None


def test_an_erased_message_has_no_evidence(tmp_path: Path) -> None:
    incident = build(tmp_path, promoted=False)
    with incident.store.begin() as tables:
        seq = tables.cases.message_sequences(incident.case)[0]
        tables.log.erase([seq])
        promote(tables, incident.case)
        assert tables.evidence.of([seq]) == {seq: None}
    _, items = read(incident, "lawyer")
    assert [item.kind for item in items if item.seq == seq] == ["erased"]


def test_a_message_to_somebody_else_leaves_in_no_dossier_of_this_target(tmp_path: Path) -> None:
    incident = build(tmp_path)
    with incident.store.begin() as tables:
        seq = tables.cases.message_sequences(incident.case)[0]
        tables.connection.execute("UPDATE message SET target = 'somebody' WHERE seq = ?", (seq,))
    out = io.BytesIO()
    with incident.store.read() as tables:
        summary = export_dossier(tables, incident.case, out, incident.signer, EXPORTED)
    assert (summary.messages, summary.elsewhere) == (4, 1)


# -- what a forger tries, with the key of the log --------------------------------------------------


def words_line(lines: list[Any]) -> Any:
    return next(line for line in lines if "words" in line)


def change_word(lines: list[Any]) -> None:
    line = words_line(lines)
    place = next(n for n, word in enumerate(line["words"]) if isinstance(word, str))
    salt, word = json.loads(urlsafe_b64decode(line["words"][place] + "=="))
    line["words"][place] = encoded([salt, word.upper()])


def encoded(value: Any) -> str:
    return base64url(json.dumps(value, ensure_ascii=False).encode()).decode()


def swap_words(lines: list[Any]) -> None:
    words = words_line(lines)["words"]
    words[0], words[1] = words[1], words[0]


def drop_word(lines: list[Any]) -> None:
    words_line(lines)["words"].pop()


def take_words_of_another(lines: list[Any]) -> None:
    first, second = [line for line in lines if "words" in line][:2]
    first["words"] = second["words"]


def take_field_of_another(lines: list[Any]) -> None:
    first, second = [line for line in lines if "words" in line][:2]
    first["disclosures"][1] = second["disclosures"][1]


def name_twice(lines: list[Any]) -> None:
    line = words_line(lines)
    line["disclosures"].append(line["disclosures"][0])


def words_without_a_root(lines: list[Any]) -> None:
    line = words_line(lines)
    line["disclosures"] = line["disclosures"][:1]


def no_words(lines: list[Any]) -> None:
    words_line(lines)["words"] = []


def field_as_word(lines: list[Any]) -> None:
    line = words_line(lines)
    line["words"][0] = line["disclosures"][0]


FORGERIES: list[Callable[[list[Any]], None]] = [
    change_word,
    swap_words,
    drop_word,
    take_words_of_another,
    take_field_of_another,
    name_twice,
    words_without_a_root,
    no_words,
    field_as_word,
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_word_and_no_field_can_be_put_into_somebodys_mouth(
    raid: Incident, forgery: Callable[[list[Any]], None], tmp_path: Path
) -> None:
    files = forged(read(raid, "lawyer")[0], raid, edit_lines("records.jsonl", forgery))
    assert verify(files).failed
    place = tmp_path / "forged.zip"
    place.write_bytes(pack(files))
    assert rempart(place).return_value == 1


def test_an_unknown_version_is_refused(raid: Incident) -> None:
    files = read(raid, "lawyer")[0]
    lines = [json.loads(line) for line in files["records.jsonl"].splitlines()]
    salt, name, value = json.loads(urlsafe_b64decode(lines[-1]["disclosures"][0] + "=="))
    disclosure = encoded([salt, name, {**value, "v": 2}])
    digest = encoded_digest(disclosure)

    def other_version(changed: list[Any]) -> None:
        changed[-1]["disclosures"] = [disclosure]
        changed[-1]["leaf"] = f'{{"_sd":["{digest}"],"_sd_alg":"sha-256","v":1}}'

    failed = verify(forged(files, raid, edit_lines("records.jsonl", other_version))).failed
    assert any("not version 1" in line for line in failed)


def encoded_digest(disclosure: str) -> str:
    return base64url(hashlib.sha256(disclosure.encode()).digest()).decode()


def test_a_hidden_word_cannot_be_guessed_and_order_tells_nothing(raid: Incident) -> None:
    files, _ = read(raid, "lawyer")
    lines = [json.loads(line) for line in files["records.jsonl"].splitlines()]
    hashes = {word["hash"] for line in lines for word in line.get("words", ()) if "hash" in word}
    # The same word was hidden five times, and no two of its hashes are equal: without the salt of
    # its own record there is nothing to compare a guess with.
    assert len(hashes) == sum("words" in line for line in lines) == 5
    for line in lines:
        digests = json.loads(line["leaf"])["_sd"]
        assert digests == sorted(digests)
    assert "seed" not in said({"records.jsonl": files["records.jsonl"]})


@given(st.text(max_size=200), st.sets(st.integers(0, 60)), st.binary(min_size=32, max_size=32))
def test_any_text_with_any_words_hidden_leads_to_the_same_root(
    text: str, hidden: set[int], seed: bytes
) -> None:
    words = words_of(text)
    assert "".join(words) == text
    if not words:
        return
    disclosures = word_disclosures(seed, words)
    shown = shown_words(disclosures, frozenset(hidden))
    opened = {"words": {"v": 1, "root": words_root(disclosures)}}
    assert check_words(shown, opened, 0) == len(hidden & set(range(len(words))))


def test_a_zip_of_an_edition_comes_back_as_it_was(raid: Incident) -> None:
    files, _ = read(raid, "lawyer")
    assert unpack(pack(files)) == files


def test_what_could_not_be_read_is_promoted_when_it_can_be_again(tmp_path: Path) -> None:
    """The keys were put back from their backup, say: what was recorded as needing no evidence
    would stay whole for ever."""
    incident = build(tmp_path, promoted=False)
    turned = (
        "UPDATE body SET sealed = CAST(substr(sealed, 1, 60) || ? || substr(sealed, 62) AS BLOB)"
        " WHERE place / 16 = ?"
    )
    with incident.store.begin() as tables:
        seq = tables.cases.message_sequences(incident.case)[0]
        db = tables.connection
        byte = db.execute("SELECT substr(sealed, 61, 1) FROM body WHERE place / 16 = ?", (seq,)).get
        db.execute(turned, (bytes([byte[0] ^ 1]), seq))
        promote(tables, incident.case)
        assert seq not in tables.evidence.of([seq])
        assert promote_due(tables) == 0, "it is not tried in a circle"
        db.execute(turned, (byte, seq))
        assert promote(tables, incident.case) == 1
        assert tables.evidence.of([seq])[seq] is not None
