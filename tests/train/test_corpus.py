"""What is known is learned, what is not known stays unknown, what is tested is not learned."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rempart.detect.text.model import ALL_HEADS
from rempart.errors import InputError
from rempart.train.corpus import UNKNOWN, Corpus, Row, corpus, fragments, keys, read_rows


def known(found: Corpus, place: int) -> dict[str, int]:
    row = found.labels[place].tolist()
    return {head: value for head, value in zip(ALL_HEADS, row, strict=True) if value != UNKNOWN}


def test_a_head_that_a_set_does_not_label_stays_unknown() -> None:
    found = corpus([Row("see you at the match", "en", "davidson", {"hate": 0})])
    assert known(found, 0) == {"hate": 0, "lang_en": 1, "lang_fr": 0, "lang_de": 0}


def test_who_threatens_abuses_and_what_is_no_abuse_is_no_hate() -> None:
    found = corpus(
        [
            Row("first text", "en", "a", {"threat": 1}),
            Row("second text", "fr", "a", {"abusive": 0}),
        ]
    )
    assert known(found, 0)["abusive"] == 1
    assert "hate" not in known(found, 0)
    assert known(found, 1)["hate"] == known(found, 1)["sexual"] == 0
    assert known(found, 1)["lang_fr"] == 1


def test_a_text_of_the_test_file_is_not_learned_however_it_is_written() -> None:
    held = keys(["Reviens, l'été arrive !"])
    rows = [
        Row("REVIENS l'ete arrive", "fr", "a", {"hate": 0}),
        Row("@someone reviens, l’été arrive https://example.org/x", "fr", "a", {"hate": 0}),
        Row("l'automne arrive", "fr", "a", {"hate": 0}),
    ]
    assert corpus(rows, without=held).texts == ["l'automne arrive"]


def test_texts_that_differ_in_an_emoji_only_are_two_texts() -> None:
    rows = [Row("I love 🐀", "en", "a", {"hate": 0}), Row("I love 🐸", "en", "a", {"hate": 1})]
    assert len(corpus(rows).texts) == 2


def test_the_same_text_in_two_sets_is_one_row_that_knows_what_both_know() -> None:
    found = corpus(
        [Row("a text", "en", "a", {"hate": 1}), Row("A text!", "en", "b", {"hate": 0, "sexual": 0})]
    )
    assert len(found.texts) == 1
    assert known(found, 0)["hate"] == 1
    assert known(found, 0)["sexual"] == 0


def test_what_is_held_back_depends_on_the_text_only() -> None:
    rows = [Row(f"sentence number {n}", "en", "a", {"hate": 0}) for n in range(400)]
    forth, back = corpus(rows), corpus(rows[::-1])
    chosen = {text for text, held in zip(forth.texts, forth.held_back, strict=True) if held}
    assert chosen == {text for text, held in zip(back.texts, back.held_back, strict=True) if held}
    assert 5 < len(chosen) < 45


def test_fragments_come_from_clean_text_that_is_trained_on() -> None:
    rows = [Row(f"one two three four {n}", "en", "ubuntu_irc", {"hate": 0}) for n in range(60)]
    rows.append(Row("five six seven eight nine", "en", "mhs", {"hate": 1}))
    found = corpus(rows)
    pieces = fragments(found, seed=0)
    assert len(pieces.texts) == int((~found.held_back[:60]).sum())
    assert all(1 <= len(text.split()) <= 3 for text in pieces.texts)
    assert not any(word in " ".join(pieces.texts) for word in ("five", "eight"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "x", "hate": 2}', "'hate' must be 0 or 1"),
        (b'{"hate": 1}', "'text' is missing"),
        (b'{"text": "cut', "no JSON"),
        (b'{"text": "\xff"}', "no JSON"),
    ],
)
def test_a_bad_row_is_an_error_with_its_line(tmp_path: Path, line: bytes, reason: str) -> None:
    path = tmp_path / "train.ndjson.gz"
    path.write_bytes(gzip.compress(b'{"text": "fine", "hate": 0}\n' + line + b"\n"))
    with pytest.raises(InputError) as error:
        list(read_rows(path))
    assert error.value.where == "train.ndjson.gz:2"
    assert reason in error.value.what


def test_a_file_that_was_cut_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "train.ndjson.gz"
    path.write_bytes(gzip.compress(b'{"text": "fine", "hate": 0}\n' * 500)[:-20])
    with pytest.raises(InputError, match="ends in the middle"):
        list(read_rows(path))
