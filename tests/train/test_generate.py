"""Generated sentences: the same for a seed, honest when held out, fair to every group."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from importlib import resources
from random import Random

import pytest

from rempart.detect.text.model import HEADS
from rempart.errors import InputError
from rempart.train.generate import Sample, families, generate
from rempart.train.generate.frames import LANGUAGES, Family, family_of, grammar
from rempart.train.generate.grammar import Entity, Grammar

LABELS = HEADS[:5]
HARMLESS = (
    "counter_quote",
    "counter_reference",
    "doxx_contrast",
    "everyday",
    "gaming",
    "homonym",
    "insult_unaimed",
    "identity_harm_told",
    "identity_neutral",
    "identity_not_hated",
    "identity_positive",
    "object_abuse",
    "profanity_untargeted",
    "reclaimed",
    "self_harm_contrast",
    "sexual_contrast",
    "sms",
    "violence_idiom",
)


@pytest.fixture(scope="module")
def seen() -> list[Sample]:
    return list(generate(0))


@pytest.fixture(scope="module")
def held_out() -> list[Sample]:
    return list(generate(0, held_out=True))


def test_the_seed_decides_everything(held_out: list[Sample]) -> None:
    assert list(generate(0, held_out=True)) == held_out
    other = {sample.text for sample in generate(1, held_out=True)}
    assert len(other - {sample.text for sample in held_out}) > len(other) / 4


def test_both_languages_have_the_same_families_with_the_same_heads() -> None:
    heads = {lang: {f.name: f.heads for f in families() if f.lang == lang} for lang in LANGUAGES}
    assert heads["en"] == heads["fr"]
    assert set(HARMLESS) < set(heads["en"])


def test_no_family_is_empty_or_poor() -> None:
    for family in families():
        assert len(set(family.seen)) == len(family.seen), family.name
        assert len(family.seen) >= 20, (family.lang, family.name)
        assert len(family.held_out) >= 4, (family.lang, family.name)


@pytest.mark.parametrize("name", ["seen", "held_out"])
def test_english_and_french_weigh_the_same(name: str, request: pytest.FixtureRequest) -> None:
    samples: list[Sample] = request.getfixturevalue(name)
    amount = Counter(s.lang for s in samples if s.family not in ("sms", "everyday"))
    assert amount["fr"] / amount["en"] == pytest.approx(1, abs=0.1)
    assert len({(s.lang, s.text) for s in samples}) > 0.95 * len(samples)


def test_labels_do_not_contradict_each_other() -> None:
    for family in families():
        heads = family.heads
        assert set(heads) <= set(HEADS)
        if any(heads.get(label) == 1 for label in LABELS):
            assert heads["abusive"] == 1, family.name
            assert heads["identity_neutral"] == heads["counter_or_quote"] == 0
        if family.name.startswith("hate_"):
            assert heads["hate"] == 1
        else:
            assert heads.get("hate") == 0, family.name
        if family.name in HARMLESS:
            assert not any(heads[label] for label in (*LABELS, "abusive")), family.name


def _shingles(frame: str) -> set[tuple[str, ...]]:
    """Threes of words; slots are one word, whatever they stand for."""
    plain = re.sub(r"\{\w+(?:\.\w+)?\}", " * ", frame.lower())
    words = re.sub(r"[^\w*']+", " ", plain).split()
    return {
        three
        for three in zip(words, words[1:], words[2:], strict=False)
        if sum(word != "*" for word in three) >= 2
    }


def test_held_out_frames_share_little_with_those_learned_from() -> None:
    everything = {
        lang: set[tuple[str, ...]]().union(
            *(_shingles(frame) for f in families() if f.lang == lang for frame in f.seen)
        )
        for lang in LANGUAGES
    }
    shared = total = 0
    for family in families():
        assert not set(family.held_out) & set(family.seen), family.name
        for frame in family.held_out:
            own = _shingles(frame)
            known = own & everything[family.lang]
            assert len(known) <= max(2, 0.7 * len(own)), (family.name, frame, known)
            shared, total = shared + len(known), total + len(own)
    assert shared / total < 0.15


def test_held_out_words_are_not_learned() -> None:
    for lang in LANGUAGES:
        learned, kept = defaultdict(set), defaultdict(set)
        for name, word in grammar(lang, False).words():
            learned[name].add(word)
        for name, word in grammar(lang, True).words():
            kept[name].add(word)
        for name in ("bad", "vermin", "killed", "insult", "wrong", "good", "expelled"):
            assert kept[name], (lang, name)
            assert not kept[name] & learned[name], (lang, name)


def test_no_sample_is_on_both_sides(seen: list[Sample], held_out: list[Sample]) -> None:
    both = {s.text for s in seen} & {s.text for s in held_out}
    assert len(both) < 0.002 * len(held_out), sorted(both)[:10]


def test_every_group_comes_equally_often(seen: list[Sample]) -> None:
    about: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for sample in seen:
        if sample.group:
            about[sample.lang, sample.family][sample.group] += 1
    assert len(about) > 25
    for place, groups in about.items():
        if place[1] in ("counter_quote", "sexual_harassment"):  # groups of two lists
            continue
        assert len(groups) > 8, place
        assert max(groups.values()) <= 1.4 * min(groups.values()), (place, groups)
    for lang in LANGUAGES:
        hateful = set(about[lang, "hate_attribute"])
        assert hateful == set(about[lang, "identity_neutral"]) == set(about[lang, "hate_emote"])


def test_the_way_of_writing_says_nothing_of_the_label(seen: list[Sample]) -> None:
    rates = {}
    for label in (0, 1):
        texts = [s.text for s in seen if s.heads.get("hate") == label and s.family != "sms"]
        rates[label] = sum(text.endswith(("!!", "...")) for text in texts) / len(texts)
    assert rates[0] == pytest.approx(rates[1], abs=0.02)


def _filled(lang: str) -> list[str]:
    """Every frame about a group with every word for it, as the grammar says it."""
    random = Random(3)
    said = []
    for family in families():
        if family.lang != lang:
            continue
        for held_out in (False, True):
            words = grammar(lang, held_out)
            for frame in family.frames(held_out):
                entities = [e for many in words.groups(frame).values() for e in many]
                said += [words.say(frame, entity, random).text for entity in entities]
    return said


def test_french_elides_and_agrees() -> None:
    wrong = re.compile(
        r"\b(?:ce|le|la|de|que|ne|se|je|me|te) (?:[aeiéèêâîô]\w*|homo\w*|hommes?)\b"
        r"|\b(?:un|le|ce) (?:femme|lesbienne|meuf|musulmane|juive)\b|\bcet (?:juif|noir|gay)\b"
        r"|\bune (?:gay|musulman|juif|noir|chinois)\b|\b(?:de|à) les?\b|'(?:handi|hindou|oui)"
        r"|\bles femmes sont tous\b|\bles gays sont toutes\b"
    )
    texts = _filled("fr")
    assert not [text for text in texts if wrong.search(text)][:10]
    assert any("d'arabes" in text for text in texts)
    assert any("les femmes sont toutes" in text for text in texts)


def test_english_says_an_before_a_vowel() -> None:
    texts = _filled("en")
    assert not [t for t in texts if re.search(r"\ba (?:arab|asian|immigrant|elderly|indian)", t)]
    assert not [t for t in texts if re.search(r"\ban (?:muslim|woman|jew|black|european)", t)]
    assert any("an arab" in text for text in texts)


def test_agreement_follows_the_group() -> None:
    words = {"bad": ("menteur|menteuse|menteurs|menteuses",), "who": ("mon voisin|ma voisine",)}
    women = Entity("women", {"fs": "femme", "fp": "femmes"})
    men = Entity("arabs", {"ms": "arabe", "mp": "arabes"})
    french = Grammar("fr", words, {"g": (women, men)})
    frame = "les {g.p} sont <tous|toutes> {bad.p}, pas de {g.p}, {who.g} et <ce|cette> {g.s}"
    assert french.say(frame, women, Random(0)).text == (
        "les femmes sont toutes menteuses, pas de femmes, ma voisine et cette femme"
    )
    assert french.say(frame, men, Random(0)).text == (
        "les arabes sont tous menteurs, pas d'arabes, mon voisin et cet arabe"
    )


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("i hate {nobody}", "no list 'nobody'"),
        ("i hate {g.x}", "no entity has all forms"),
        ("i hate {vermin}", "has forms"),
        ("i (hate", "bracket"),
    ],
)
def test_a_frame_that_cannot_be_filled_is_named(frame: str, reason: str) -> None:
    table = {"heads": "hate abusive", "seen": frame, "held_out": "x"}
    with pytest.raises(InputError, match=re.escape(reason)) as error:
        family_of("broken", "en", table, "en/hate.toml, broken")
    assert "en/hate.toml" in str(error.value)
    assert frame in str(error.value)


def test_an_unknown_head_is_refused() -> None:
    with pytest.raises(InputError, match="no head 'hatred'"):
        family_of("x", "en", {"heads": "hatred", "seen": "a", "held_out": "b"}, "en/x.toml, x")


def test_the_grammars_are_small() -> None:
    folder = resources.files("rempart.train.generate").joinpath("data")
    size = sum(
        len(file.read_bytes())
        for part in folder.iterdir()
        for file in (part.iterdir() if part.is_dir() else [part])
    )
    assert size < 500_000


def test_a_family_keeps_its_frames_apart() -> None:
    family = next(f for f in families() if f.name == "gaming" and f.lang == "fr")
    assert isinstance(family, Family)
    assert family.frames(False) is family.seen
    assert family.frames(True) is family.held_out
