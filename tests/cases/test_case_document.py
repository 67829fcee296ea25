"""`rempart case export` as a signed PDF: on the machine itself, with what the log keeps of it."""

from __future__ import annotations

import hashlib
import json
import subprocess

import pyrage
import pytest
from click.testing import CliRunner

from rempart.cli import main
from rempart.log.commit import strict_json
from rempart.log.keys import load_signer
from rempart.store.residues import residues


@pytest.fixture
def raid(community):
    load_signer(community.folder)
    for n in range(3):
        community.says(f"b{n}", "dehors", author=f"bot{n}", raid="r-1")
    [case] = community.step(community.raid(messages=3))
    return community, case


def run(community, *arguments, code=0):
    command = ["case", "export", *arguments, "--data", str(community.folder)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == code, result.output
    return result


def test_a_pdf_for_a_lawyer_says_for_whom_and_that_nobody_else_agreed(raid, tmp_path):
    community, case = raid
    out = tmp_path / "case.pdf"
    told = run(
        community, case.id, "-o", str(out), "--for", "lawyer", "--lang", "fr", "--json",
        "--recipient", "Maître Placeholder", "--capacity", "lawyer", "--mandate", "mandat 7",
    )  # fmt: skip
    summary = json.loads(told.output)
    assert summary["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert out.stat().st_mode & 0o077 == 0, "it is for who asked, not for the machine's others"
    text = subprocess.run(
        ["pdftotext", "-layout", str(out), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Maître Placeholder" in text
    assert "mandat 7" in text
    assert "sur la machine même" in " ".join(text.split())
    with community.store.read() as tables:
        entries = [
            strict_json(body)
            for seq in tables.cases.sequences(case.id)
            for body in tables.log.bodies(seq)
        ]
    access = [value for _, name, value in entries if name == "access"]
    assert (access[-2]["what"], access[-2]["mandate"]) == ("export", "mandat 7")
    assert (access[-1]["what"], access[-1]["files"]) == ("exported", [summary["sha256"]])


def test_it_is_encrypted_to_the_key_of_its_reader(raid, tmp_path):
    community, case = raid
    identity = pyrage.x25519.Identity.generate()
    out = tmp_path / "case.pdf.age"
    run(community, case.id, "-o", str(out), "--age", str(identity.to_public()))
    assert pyrage.decrypt(out.read_bytes(), [identity]).startswith(b"%PDF-1.7")
    wrong = run(community, case.id, "-o", str(out), "--age", "age1nothing", code=2)
    assert "public key of age" in wrong.output


def test_doctor_says_how_documents_are_sealed(raid):
    community, _ = raid
    told = CliRunner().invoke(main, ["doctor", "--json", "--data", str(community.folder)])
    [found] = [
        one for one in json.loads(told.output)["checks"] if one["check"] == "documents"
    ]  # fmt: skip
    assert found["state"] == "ok"
    assert "PDF/A" in found["found"]
    (community.folder / "settings.toml").write_text('[documents]\npkcs12 = "nothing.p12"\n')
    told = CliRunner().invoke(main, ["doctor", "--json", "--data", str(community.folder)])
    [found] = [
        one for one in json.loads(told.output)["checks"] if one["check"] == "documents"
    ]  # fmt: skip
    assert found["state"] == "wrong"


def test_a_passphrase_is_asked_for_and_stands_in_no_argument(raid, tmp_path):
    community, case = raid
    out, words = tmp_path / "case.zip.age", "mild otter paints seven harbours"
    command = ["case", "export", case.id, "-o", str(out), "--age-passphrase"]
    command += ["--data", str(community.folder)]
    weak = CliRunner().invoke(main, command, input="too short\n")
    assert weak.exit_code == 2 and "guessed" in weak.output and not out.exists()
    key = str(pyrage.x25519.Identity.generate().to_public())
    both = CliRunner().invoke(main, [*command, "--age", key], input=words)
    assert both.exit_code == 2 and "not both" in both.output
    done = CliRunner().invoke(main, command, input=f"{words}\n")
    assert done.exit_code == 0, done.output
    assert words not in done.output
    assert pyrage.passphrase.decrypt(out.read_bytes(), words).startswith(b"PK")
    assert residues(community.folder, ["harbours"]) == []
