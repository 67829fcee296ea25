"""One signed document of a raid: what a clerk and a stranger with free tools can check."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from incident import build

from rempart.cases.evidence.promoted import promote
from rempart.disclose.dossier import Copy, edition, volumes_of
from rempart.disclose.dossier.archive import pack, unpack
from rempart.disclose.dossier.document.authors import authors
from rempart.disclose.dossier.document.content import read
from rempart.disclose.dossier.document.front import Part
from rempart.disclose.dossier.document.make import Setting, document, make
from rempart.disclose.dossier.document.seal import load_seal
from rempart.disclose.dossier.document.typeset import typeset
from rempart.disclose.dossier.document.words import Words
from rempart.log.keys import read_signer
from rempart.store.interface.erasure import HoldRow

MADE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COPY = Copy("E-20260302-7", "Maître Placeholder", "lawyer", "mandate of 1 March 2026", "mod-9")


@pytest.fixture(scope="module")
def seal(tmp_path_factory):
    return load_seal(tmp_path_factory.mktemp("keys"), "chat.example.org/log", MADE)


@pytest.fixture(scope="module")
def volumes(incident):
    with incident.store.read() as tables:
        return volumes_of(
            tables, incident.case, read_signer(incident.data), MADE, by="mod-7", copy=COPY
        )


@pytest.fixture(scope="module", params=["en", "fr"])
def made(request, volumes, seal, tmp_path_factory):
    """The document in a folder, as somebody receives it."""
    [one] = make(volumes, Setting(request.param, "Europe/Paris", seal))
    path = tmp_path_factory.mktemp("given") / "dossier.pdf"
    path.write_bytes(one.document)
    return request.param, path


def tool(*command, cwd=None):
    done = subprocess.run(
        [str(part) for part in command], check=False, capture_output=True, text=True, cwd=cwd
    )
    return done.stdout + done.stderr


def text_of(path):
    return " ".join(tool("pdftotext", "-layout", path, "-").split())


def test_every_section_of_the_table_of_contents_is_there(made):
    language, path = made
    text = text_of(path)
    titles = Words(language, "UTC").texts
    for key in (
        "who", "time", "capture", "coord", "author", "law", "held", "done", "victim", "custody",
        "proof", "limit", "map", "annex",
    ):  # fmt: skip
        assert titles[f"{key}_title"].replace("\xa0", " ") in text, key


def test_whose_copy_it_is_stands_on_every_page(made):
    _, path = made
    pages = tool("pdftotext", "-layout", path, "-").split("\f")[:-1]
    assert len(pages) > 5
    for page in pages:
        assert "E-20260302-7" in page
        assert "Maître Placeholder" in page


def test_it_is_archival_and_accessible_and_says_so(made):
    language, path = made
    data = path.read_bytes()
    assert data.startswith(b"%PDF-1.7")
    info = tool("pdfinfo", path)
    assert re.search(r"Tagged:\s+yes", info)
    assert re.search(r"PDF version:\s+1\.7", info)
    metadata = tool("pdfinfo", "-meta", path)
    assert re.search(r"pdfaid:part>\s*3<", metadata)
    assert re.search(r"pdfaid:conformance>\s*B<", metadata)
    assert re.search(r"pdfuaid:part>\s*1<", metadata)
    assert f"/Lang ({language})" in data.decode("latin-1")


def test_its_seal_is_valid_and_one_changed_bit_breaks_it(made, tmp_path):
    _, path = made
    shown = tool("pdfsig", path)
    assert "Signature is Valid" in shown
    assert "Total document signed" in shown
    assert "ETSI.CAdES.detached" in shown
    data = bytearray(path.read_bytes())
    for at in (2_000, len(data) // 3, len(data) // 2):
        broken = bytearray(data)
        broken[at] ^= 1
        changed = tmp_path / "changed.pdf"
        changed.write_bytes(broken)
        assert "Signature is Valid" not in tool("pdfsig", changed)


def test_the_zip_inside_is_the_one_exported_and_verifies(made, volumes, incident, tmp_path):
    _, path = made
    tool("pdfdetach", "-saveall", "-o", tmp_path, path)
    attached = (tmp_path / "dossier.zip").read_bytes()
    assert attached == pack(volumes[0].files)
    assert hashlib.sha256(attached).hexdigest()[:8] in text_of(path)
    folder = tmp_path / "unpacked"
    for name, data in unpack(attached).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    key = read_signer(incident.data).public.vkey
    checked = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", ".", "--key", key], cwd=folder, check=False
    )
    assert checked.returncode == 0
    assert b"/AFRelationship /Data" in path.read_bytes() or b"/AFRelationship/Data" in (
        path.read_bytes()
    )


def test_the_bytes_before_the_seal_are_the_same_each_time(volumes, seal):
    zipped = pack(volumes[0].files)
    digest = hashlib.sha256(zipped).hexdigest()

    def once():
        content = read(volumes, [digest])
        part = Part(Words("fr", "Europe/Paris"), content, authors(content.items), 1)
        return typeset(document(part, seal.named(None)), zipped, MADE)

    assert once() == once()


def test_every_message_of_the_case_is_in_the_annex_with_its_record(made, volumes):
    _, path = made
    text = text_of(path)
    messages = [item for item in volumes[0].items if item.kind == "message"]
    assert len(messages) >= 5
    for item in messages:
        assert re.search(rf"\b{item.record}\b", text)
    assert "leave, idiot [U+202E]=1+1 <b>" in text
    assert "between us: a secret" not in text


def test_who_reported_and_who_moderated_are_not_in_it(made):
    _, path = made
    text = text_of(path)
    assert "reporter@example.org" not in text


def test_a_case_of_many_messages_becomes_volumes_each_whole_in_itself(incident, seal, tmp_path):
    with incident.store.read() as tables:
        volumes = volumes_of(
            tables, incident.case, read_signer(incident.data), MADE, copy=COPY, most_messages=2
        )
    assert len(volumes) > 2
    files = list(make(volumes, Setting("en", "Europe/Paris", seal)))
    assert [one.volume for one in files] == list(range(1, len(volumes) + 1))
    records = set()
    for one in files:
        path = tmp_path / f"{one.volume}.pdf"
        path.write_bytes(one.document)
        assert "Signature is Valid" in tool("pdfsig", path)
        text = text_of(path)
        assert f"VOLUME {one.volume} OF {len(volumes)}" in text
        folder = tmp_path / str(one.volume)
        folder.mkdir()
        tool("pdfdetach", "-saveall", "-o", folder, path)
        inside = unpack((folder / "dossier.zip").read_bytes())
        manifest = json.loads(inside["manifest.json"])
        assert (manifest["volume"], manifest["volumes"]) == (one.volume, len(volumes))
        records |= {json.loads(line)["index"] for line in inside["records.jsonl"].splitlines()}
    first = text_of(tmp_path / "1.pdf").replace("\u200b", "").replace(" ", "")
    for one in files[1:]:
        assert one.attached[:16] in first
    with incident.store.read() as tables:
        [whole] = volumes_of(tables, incident.case, read_signer(incident.data), MADE)
    assert records == {record.seq for record in whole.redacted.records}


def test_an_edition_that_hides_the_accounts_names_none_of_them(seal, tmp_path):
    incident = build(tmp_path / "data")
    with incident.store.begin() as tables:
        promote(tables, incident.case)
    with incident.store.read() as tables:
        volumes = volumes_of(
            tables, incident.case, read_signer(incident.data), MADE, edition=edition("public")
        )
    [one] = make(volumes, Setting("en", "Europe/Paris", seal))
    path = tmp_path / "public.pdf"
    path.write_bytes(one.document)
    text = text_of(path)
    assert "hidden in this edition" in text
    assert not re.search(r"\bbot\d", text)
    assert "idiot" not in text


def test_templates_import_nothing_from_outside_and_evaluate_nothing():
    folder = Path(sys.modules[make.__module__].__file__).parent / "template"
    for template in folder.glob("*.typ"):
        code = template.read_text("utf-8")
        assert "@preview" not in code
        assert "eval(" not in code
        assert set(re.findall(r'(?:read|json)\("([^"]+)"', code)) <= {"data.json", "attachment.zip"}


def test_a_preservation_hold_on_the_case_is_told_with_its_end(seal, tmp_path):
    incident = build(tmp_path / "data")
    ms = int(MADE.timestamp() * 1000)
    hold = HoldRow(
        "h-1", "litigation", "court order 12/2026", "asked for", "case", incident.case, "mod-1",
        ms, ms + 86_400_000,
    )  # fmt: skip
    with incident.store.begin() as tables:
        tables.erasure.put_hold(hold)
    with incident.store.read() as tables:
        volumes = volumes_of(tables, incident.case, read_signer(incident.data), MADE)
    [one] = make(volumes, Setting("en", "UTC", seal))
    path = tmp_path / "held.pdf"
    path.write_bytes(one.document)
    assert "court order 12/2026, until 2026-03-03 09:00:00 UTC" in text_of(path)
