"""Hostile words through the document: shown as text, reading no file, doing nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rempart.disclose.dossier.document.glyphs import line, readable
from rempart.disclose.dossier.document.typeset import typeset
from rempart.store import own_folders

MADE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CORPUS = json.loads((Path(__file__).parents[2] / "data/hostile/blns.json").read_text("utf-8"))
MARKUP = [
    '#read("/etc/passwd")',
    "#import \"@preview/cetz:0.1.0\": *",
    "$x$ *bold* _it_ `raw` <label> @ref = Heading",
    "#pagebreak() #set page(fill: red)",
    "\\input{/etc/passwd} \\u{202e}",
    "#eval(\"1+1\") #sys.inputs #panic()",
    "]#[ } ) \" ' // /* comment",
    "\u202eright to left\u202c \u2066island",
    "zal" + "\u0301" * 400 + "go",
    "x" * 20_000,
    " " * 5_000 + "after the gap",
    "\ud800 alone",
    "你好 العربية שלום 😀 👨‍👩‍👧",
    "a\x00b\x1b[31mc\x07",
    "line\nline\r\nline\tend",
]  # fmt: skip


def page(texts):
    rows = [
        {"record": str(n), "when": "", "who": line(text, 80), "about": "", "text": readable(text),
         "more": line(text, 300)}
        for n, text in enumerate(texts)
    ]  # fmt: skip
    data = {
        "language": "en", "title": line(texts[0]), "author": line(texts[0]), "description": "x",
        "watermark": line(texts[0], 60), "footer": line(texts[0], 60), "page": "{page} {pages}",
        "cover": {"over": "x", "title": "x", "subtitle": line(texts[0]), "under": "x",
                  "rows": [["x", [line(texts[0])]]], "note": ""},
        "contents": "Contents", "attachment": "", "attachment-description": "",
        "blocks": [
            {"t": "heading", "text": line(texts[0], 60), "level": 1},
            {"t": "paragraph", "text": line(texts[0])},
            {"t": "facts", "rows": [["x", {"said": line(text)}] for text in texts]},
            {"t": "table", "head": ["x"], "columns": ["1fr"],
             "rows": [[{"said": line(text)}] for text in texts]},
            {"t": "timeline", "rows": rows},
        ],
    }  # fmt: skip
    return typeset(data, None, MADE)


def words(pdf, tmp_path):
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_the_whole_corpus_of_hostile_strings_makes_one_sound_document(tmp_path):
    text = words(page(MARKUP + CORPUS), tmp_path)
    assert "root:" not in text
    assert '#read("/etc/passwd")' in text
    assert "$x$ *bold* _it_ `raw` <label> @ref = Heading" in text
    assert "#eval(" in text
    assert "[U+202E]right to left[U+202C] [U+2066]island" in text
    assert "[U+4F60][U+597D]" in text
    assert "[U+0000]" in text
    assert "after the gap" in text


@pytest.mark.parametrize("text", MARKUP)
def test_each_alone_stands_in_the_title_the_watermark_and_the_footer(text, tmp_path):
    assert page([text]).startswith(b"%PDF-1.7")


def test_marks_stacked_on_a_letter_are_counted_not_stacked():
    assert readable("e" + "\u0301" * 30) == "e\u0301\u0301\u0301[… +27]"


def test_a_text_beyond_the_limit_says_how_much_more():
    assert readable("ab " * 2_000, 10).endswith("[… +5990]")


def test_a_gap_is_counted_not_shown():
    assert readable("a" + " " * 3_000 + "b") == "a  [… +2998]b"


def test_a_word_without_an_end_can_be_broken():
    assert max(len(part) for part in readable("x" * 500).split("\u200b")) <= 24


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="no files in memory here")
def test_nothing_of_a_case_is_written_to_the_disk(monkeypatch):
    """A machine that stops while a document is set leaves no word of it behind."""
    seen: dict[str, bytes] = {}
    remove = shutil.rmtree

    def looked_at(folder: Path, **more: Any) -> None:
        for path in Path(folder).iterdir():
            seen[path.name] = b"" if path.is_symlink() else path.read_bytes()
        remove(folder, **more)

    monkeypatch.setattr(own_folders.shutil, "rmtree", looked_at)
    assert b"%PDF" in page(["a word that stays in memory"])[:10]
    assert "data.json" in seen
    assert not any(b"a word that stays" in data for data in seen.values())


def test_files_outside_the_documents_own_folder_cannot_be_read(tmp_path):
    """Were a template to read a file, the compiler would refuse: its root is a fresh folder."""
    import typst

    (tmp_path / "root").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "root" / "x.typ").write_text('#read("../secret.txt")')
    with pytest.raises(typst.TypstError):
        typst.Compiler(tmp_path / "root" / "x.typ", root=tmp_path / "root").compile(format="pdf")
