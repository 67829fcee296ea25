"""The second view, swapped letters, and the forms that lists derive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.detect.text.fold import fold, fold_one
from rempart.detect.text.forms import feminine, french_forms, plural, written_out
from rempart.detect.text.lists import shipped_lists
from rempart.detect.text.spelling import respell, respellings
from rempart.detect.text.terms import read_phrases, shipped_terms
from rempart.detect.text.views import MAX_LENGTH, second_views, signs, view_with_places
from rempart.detect.text.words import read_classes
from rempart.model import THRESHOLD, Label, Signal
from rempart.train.evasion import ATTACKS, attacked

Signals = Callable[[Sequence[str]], list[list[Signal]]]


def view(text: str) -> str:
    return view_with_places(fold_one(text))[0]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("you are a l.o.s.e.r", "you are a loser"),
        ("h.a.t.e t.h.e.m all", "hate them all"),
        ("y o u a r e s t u p i d", "you are stupid"),
        ("f*ck you b*tch", "fuck you bitch"),
        ("k1ll y0ur$elf", "kill yourself"),
        ("st00pid l0s3r 1oser", "stoopid loser loser"),
        ("@sshole", "asshole"),
        ("asssshole, fuuuuck", "asshole, fuck"),
        ("c'est nooooon", "c'est non"),
        ("t'es un i-d-i-o-t", "t'es un idiot"),
    ],
)
def test_hidden_words_are_written_out(written: str, read: str) -> None:
    assert view(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "thanks @sigma99, see k3b and gnutls10",
        "you the man!! thanks very much!!",
        "press ctrl+alt+f1, it costs $5 or 5 * 3",
        "unfortunately the internationalisation is anticonstitutionnel",
        "http://www.example.org/page?x=1",
        "il est 10h30, rdv au 2e étage",
        "the planet is in three cases of grace",
    ],
)
def test_ordinary_writing_has_no_second_view(text: str) -> None:
    folded = fold_one(text)
    assert second_views([folded], signs([folded]), {}) == ([], [])


PIECES = st.sampled_from(
    (
        *("l.o.s.e.r", "a b c d", "f*ck", "k1ll", "asssss", "youareanidiot", "hello", " ", ", "),
        *("@x", "!!", "5", "...", "*", "n\n", "wwwwww", "a-b-c-d", "$$$", "t'es", "x" * 50, "é"),
    )
)


@given(st.lists(PIECES, max_size=10).map("".join))
def test_places_lead_back_and_both_ways_agree(text: str) -> None:
    folded = fold_one(text)
    read, places = view_with_places(folded)
    assert len(places) == len(read) + 1
    assert places.tolist() == sorted(places.tolist())
    assert places[-1] == len(folded)
    rows, views = second_views([folded], signs([folded]), {})
    assert views == ([read] if read != folded else [])
    assert rows == ([0] if views else [])


@given(st.lists(PIECES, max_size=5), st.lists(PIECES, max_size=5))
def test_a_view_does_not_depend_on_the_company(first: list[str], second: list[str]) -> None:
    folds = fold(["".join(first), "".join(second)])
    together = dict(zip(*second_views(folds, signs(folds), {}), strict=True))
    for row, folded in enumerate(folds):
        _, alone = second_views([folded], signs([folded]), {})
        assert ([together[row]] if row in together else []) == alone


@pytest.mark.parametrize("unit", ["a", "1", "a*", "l.", "a ", "aab", "@", "$a", "|", "abc1"])
def test_views_cost_linear_time(unit: str) -> None:
    text = (unit * MAX_LENGTH)[:MAX_LENGTH]
    begin = process_time()
    for _ in range(4):
        second_views([text], signs([text]), {})
    assert process_time() - begin < 1.0


def test_swapped_letters_are_put_right_and_words_of_their_own_left_alone() -> None:
    forms = respellings()
    assert respell("tu vas mourri, idoit !", forms) == "tu vas mourir, idiot !"
    real = {word for line in read_phrases("real_words.txt") for word in line.split()}
    assert not real & {*forms}
    assert not {*read_classes("concepts.tsv")} & {*forms}
    assert all(len(form) == len(word) >= 5 for form, word in forms.items())


def test_a_swapped_threat_is_a_threat_at_its_place(signals: Signals) -> None:
    text = "Ça va ? je vais te retrouvre et te tuer"
    (signal,) = (one for one in signals([text])[0] if one.label is Label.THREAT)
    assert signal.span is not None
    assert "retrouvre" in text[slice(*signal.span)]


def test_a_frame_stands_for_all_its_sentences() -> None:
    assert list(written_out("{je|on} {vais|} te {a|b}")) == [
        "je vais te a",
        "je vais te b",
        "je te a",
        "je te b",
        "on vais te a",
        "on vais te b",
        "on te a",
        "on te b",
    ]


@pytest.mark.parametrize(
    ("word", "female", "many"),
    [
        ("idiot", "idiote", "idiots"),
        ("con", "conne", "cons"),
        ("menteur", "menteuse", "menteurs"),
        ("vicieux", "vicieuse", "vicieux"),
        ("puceau", "puceaue", "puceaux"),
        ("mental", "mentale", "mentaux"),
        ("minable", "minable", "minables"),
        ("gros", "gros", "gros"),
    ],
)
def test_french_spelling(word: str, female: str, many: str) -> None:
    assert (feminine(word), plural(word)) == (female, many)


def test_phrases_agree() -> None:
    assert french_forms("sale con") == {"sales cons"}
    assert french_forms("fille de pute") == {
        "filles de pute",
        "fille de putes",
        "filles de putes",
    }
    assert french_forms("casse toi") == set()


def test_derived_forms_give_way_to_listed_ones() -> None:
    scores = {term.text: term.score for term in shipped_terms()}
    assert scores["connasse"] == scores["connasses"]
    assert scores["mongols"] < scores["mongol"]
    assert len(scores) == len(shipped_terms())


@pytest.mark.parametrize(
    "text",
    [
        "bande d'idiotes",
        "pauvres connes",
        "vous êtes des minables",
        "espèces de grosses merdes",
        "idiotes, va !",
        "sales connes",
        "t'es qu'une abrutie",
        "quelles crétines",
    ],
)
def test_insults_in_every_form(signals: Signals, text: str) -> None:
    assert any(s.label is Label.INSULT and s.score >= THRESHOLD for s in signals([text])[0])


@pytest.mark.parametrize(
    "text",
    [
        "on va venir chez toi et te tuer",
        "on va te choper et te massacrer",
        "je vais tuer ta famille",
        "on sait dans quelle rue tu habites",
        "jvais te buter",
        "tu vas finir dans un cercueil",
        "we'll find you and kill you",
        "i'm gonna burn your house",
        "i know where your kids go to school",
    ],
)
def test_threats_in_many_frames(signals: Signals, text: str) -> None:
    assert any(s.label is Label.THREAT and s.score >= THRESHOLD for s in signals([text])[0])


@pytest.mark.parametrize(
    "text",
    [
        "les formations pour les nouveaux stagiaires, the new trainees",
        "il faut sortir les ordures",
        "on a la niaque ce soir",
        "l'empire des Mongols s'étendait jusqu'à la mer",
        "je vais te retrouver au cinéma et te raconter",
        "on va venir chez toi et te faire un gâteau",
        "google cases, signe de grâce",
        "le sucre et les reins",
    ],
)
def test_forms_and_frames_leave_ordinary_french_alone(text: str) -> None:
    folds = fold([text])
    found = shipped_lists().read(folds, signs(folds)).best.get(0, {})
    assert {*found} <= ({Label.THREAT} if "retrouver" in text else set())


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_listed_insult_is_found_under_every_attack(signals: Signals, attack: str) -> None:
    """Swaps and stars may make another word of a short one: nine of ten are asked for there."""
    texts = [f"vraiment, tu n'es qu'un {word} fini" for word in ("connard", "enfoire", "salopard")]
    texts += [f"you are such a {word}, honestly" for word in ("asshole", "motherfucker", "bitch")]
    hidden = [attacked(text, attack, Random(seed)) for text in texts for seed in range(10)]
    found = sum(any(s.score >= THRESHOLD for s in row) for row in signals(hidden))
    assert found >= 0.9 * len(hidden)
