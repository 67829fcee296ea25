"""What the lawyer and the judge receive: complete, sparing, and of one form."""

from __future__ import annotations

import io
import json
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from incident import BEGIN, BENIGN, EXPORTED, PRIVATE, REPORTER, Incident, build
from tests.disclose.exporting import export_dossier

from rempart.disclose.dossier import DossierSummary
from rempart.disclose.dossier.archive import unpack
from rempart.errors import LogError, NotFoundError
from rempart.log.keys import load_signer


def export(incident: Incident, **options: bool | str) -> tuple[DossierSummary, bytes]:
    out = io.BytesIO()
    with incident.store.read() as tables:
        summary = export_dossier(tables, incident.case, out, incident.signer, EXPORTED, **options)
    return summary, out.getvalue()


def said(files: dict[str, bytes]) -> str:
    """Everything a reader of this dossier can come to know, decoded."""
    texts = [data.decode() for data in files.values()]
    for line in files["records.jsonl"].splitlines():
        for disclosure in json.loads(line)["disclosures"]:
            texts.append(urlsafe_b64decode(disclosure + "==").decode())
    return "\n".join(texts)


def test_the_case_is_there_and_the_others_are_not(
    incident: Incident, files: dict[str, bytes]
) -> None:
    text = said(files)
    assert (
        text.count("leave, idiot \\u202e=1+1 <b>") + text.count("leave, idiot \u202e=1+1 <b>") == 5
    )
    assert "an attack by fresh accounts" in text
    for hidden in (BENIGN, PRIVATE, REPORTER):
        assert hidden not in text


def test_the_summary_counts_what_is_in_it(incident: Incident) -> None:
    summary, data = export(incident)
    assert (summary.records, summary.messages, summary.private) == (10, 5, 1)
    assert summary.last - summary.first + 1 == summary.records + summary.hidden
    assert summary.bytes == len(data)
    assert summary.signer == incident.signer.public.fingerprint


def test_a_recipient_may_want_the_private_messages(incident: Incident) -> None:
    summary, data = export(incident, with_private=True)
    assert (summary.messages, summary.private) == (6, 0)
    assert PRIVATE in said(unpack(data))


def test_the_same_case_gives_the_same_bytes(incident: Incident) -> None:
    assert export(incident) == export(incident)


def test_the_readme_speaks_both_languages(incident: Incident) -> None:
    english = unpack(export(incident)[1])["README.txt"].decode()
    french = unpack(export(incident, language="fr")[1])["README.txt"].decode()
    assert english.index("What this does not prove") < english.index("Ce que cela ne prouve pas")
    assert french.index("Ce que cela ne prouve pas") < french.index("What this does not prove")
    assert incident.signer.public.fingerprint in english
    assert "{" not in english


def test_custody_says_when_somebody_looked_and_who_exported(files: dict[str, bytes]) -> None:
    lines = [json.loads(line) for line in files["custody.jsonl"].splitlines()]
    looked = lines[0]["entry"]
    assert looked["evidence"]["kind"] == "access"
    assert looked["facts"]["is"]["action"] == "view"
    assert "by" not in looked
    assert lines[-1]["export"]["made_by"] == "mod-7"


def test_a_case_that_does_not_exist(incident: Incident) -> None:
    with incident.store.read() as tables, pytest.raises(NotFoundError):
        export_dossier(tables, "c-none", io.BytesIO(), incident.signer, BEGIN)


def test_an_erased_message_stays_as_a_leaf_without_words(tmp_path: Path) -> None:
    incident = build(tmp_path)
    with incident.store.begin() as tables:
        erased = tables.cases.message_sequences(incident.case)[0]
        assert tables.log.erase([erased]) == 1
    summary, data = export(incident)
    records = [json.loads(line) for line in unpack(data)["records.jsonl"].splitlines()]
    assert [r["disclosures"] for r in records if r["index"] == erased] == [[]]
    assert (summary.records, summary.messages) == (10, 4)


def test_nothing_is_exported_from_a_log_that_was_changed(tmp_path: Path) -> None:
    incident = build(tmp_path)
    with incident.store.begin() as tables:
        seq = tables.cases.message_sequences(incident.case)[0]
        tables.connection.execute(
            "UPDATE body SET sealed = CAST(substr(sealed, 1, 60) || x'00' || substr(sealed, 62)"
            " AS BLOB) WHERE place / 16 = ?",
            (seq,),
        )
    with pytest.raises(LogError, match="was changed"):
        export(incident)


def test_another_key_cannot_export_under_an_old_checkpoint(
    incident: Incident, tmp_path: Path
) -> None:
    stranger = load_signer(tmp_path, incident.signer.name)
    with incident.store.read() as tables, pytest.raises(LogError):
        export_dossier(tables, incident.case, io.BytesIO(), stranger, EXPORTED)
