"""The draw of a sample: it follows from its seed, and from nothing else."""

from __future__ import annotations

from hashlib import sha256

from rempart.disclose.audit.sample import draw, rank

ROWS = [(entry, f"d-{entry}") for entry in range(0, 3000, 3)]


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    first, population = draw(ROWS, "spring", 20)
    assert population == len(ROWS)
    assert draw(reversed(ROWS), "spring", 20)[0] == first
    assert draw(ROWS, "summer", 20)[0] != first


def test_anybody_can_draw_it_again_with_nothing_but_a_hash() -> None:
    by_hand = sorted(ROWS, key=lambda row: sha256(b"spring:%d" % row[0]).hexdigest())[:20]
    assert draw(ROWS, "spring", 20)[0] == by_hand
    assert rank("spring", 3) == sha256(b"spring:3").hexdigest()


def test_what_comes_later_pushes_out_some_and_draws_the_others_not_anew() -> None:
    early, _ = draw(ROWS[:500], "spring", 20)
    later, _ = draw(ROWS, "spring", 20)
    kept = set(early) & set(later)
    assert kept == {row for row in later if row in ROWS[:500]}


def test_a_sample_larger_than_what_there_is_is_all_of_it() -> None:
    assert len(draw(ROWS[:5], "x", 20)[0]) == 5
    assert draw([], "x", 20) == ([], 0)


def test_every_part_of_the_history_has_the_same_chance() -> None:
    """Five hundred draws of ten out of a thousand: each tenth of the entries is met as often."""
    met = [0] * 10
    for seed in range(500):
        for entry, _ in draw(ROWS, str(seed), 10)[0]:
            met[entry // 300] += 1
    assert all(400 < count < 600 for count in met), met
