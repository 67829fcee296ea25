"""Hostile acts as the operator takes them in, and the wording they are compared by.

Rules of this module:

1. What two abusive messages have in common because both are abusive says nothing, nor whom both
   answer: the insult itself and mentions (`@name`, or `name:` at the begin) are cut out before the
   rest of the text is compared.
2. A longer sentence that is mostly insult is compared whole, and strictly (see `WHOLE_BIT`): people
   insult in the same few words, and hardly ever in the same twenty letters.
3. Abuse of a thing, or of nobody (a formula that a chat shouts), is no act against the target;
   hate, threats, harmful links and files always are.
4. A hostile text that takes the target's side ("stay strong", "courage") is no act by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from zlib import crc32

from rempart.detect.interface import RaidChange
from rempart.detect.links.extract import link_keys
from rempart.detect.raid.aim import Aim, aim_of, names_of
from rempart.detect.raid.evidence import LINK_BIT
from rempart.detect.raid.fingerprint import fingerprints
from rempart.detect.text.fold import fold, fold_one
from rempart.model import Event, Label, Message, Signal

TELLING_LETTERS: Final = 9
WHOLE_LETTERS: Final = 18
WHOLE_BIT: Final = 1 << 36
"""Set in the signatures of a text that is compared with its insults, because it is mostly that."""
ENOUGH: Final = 4
"""Two signatures of a text, four of one that is compared whole, or a link."""
ENOUGH_OF_ONE: Final = 6
"""What is asked where only one account of an attack said it so far."""
_WORDS: Final = frozenset({Label.INSULT, Label.SEXUAL})
_LINKS: Final = 3
_MAX_TEXT: Final = 2_000
_SUPPORT: Final = re.compile(
    r"\b(?:stand(?:ing)? with|stay strong|support(?:ing)? (?:you|her|him|them)|we love you|love you"
    r"|leave (?:her|him|them) alone|stop harass\w*|proud of you|not alone|take care of yourself"
    r"|soutien|courage|on t'?aime|t'es pas seule?|pas toute? seule?|avec toi|de tout coeur"
    r"|honte a (?:vous|eux)|laissez[- ]la|laissez[- ]le|laissez tranquille|fiere? de toi|tiens bon"
    r"|force a toi)\b"
)


_MENTION: Final = re.compile(r"(?<!\w)@\w{2,40}|^\s*[\w\[\]{}|`^\\-]{2,30}[:,](?=\s)")
_TAG: Final = re.compile(r"#(\w{3,40})")
_TAGS: Final = 4
_QUOTED: Final = re.compile('[«“"][^«»“”"]{15,400}[»”"]')


def weight_of(key: int) -> int:
    """What it says that two texts share this signature; `ENOUGH` ties them."""
    if key & LINK_BIT:
        return ENOUGH
    return 1 if key & WHOLE_BIT else 2


class Hostile(NamedTuple):
    """A flagged message, or one that a raid at *attack* touched. `newcomer`: no regular where it
    was said; `raid`: that raid, or None; `flagged`: abusive, or a harmful link or file;
    `signals` are its signals."""

    position: int
    message: Message
    flagged: bool
    newcomer: bool
    raid: str | None
    core: bool
    signals: Sequence[Signal]


class Watched(NamedTuple):
    """A message without a signal to a target under a slow attack: compared by its wording only."""

    position: int
    message: Message


class Banned(NamedTuple):
    """The platform banned somebody."""

    position: int
    event: Event


Row = Hostile | Watched | Banned | RaidChange


class Wording(NamedTuple):
    """`keys`: fingerprints of the text without its insults, and links. Empty: nothing telling.
    `tags`: its hashtags, as numbers; `quotes`: somebody else's words are quoted in it; `aimed`: at
    a person, as far as can be read."""

    keys: tuple[int, ...]
    supportive: bool
    tags: tuple[int, ...] = ()
    quotes: bool = False
    aimed: bool = True


_NOTHING: Final = Wording((), False)


def wordings(rows: Sequence[Row]) -> list[Wording]:
    """For every row what it is compared by; computed for all of them at once."""
    texts = []
    whole = []
    for row in rows:
        if isinstance(row, Hostile | Watched):
            text, is_whole = _compared(row)
            texts.append(text)
            whole.append(is_whole)
    if not texts:
        return [_NOTHING] * len(rows)
    folds = fold(texts)
    pairs = zip(folds, fingerprints(folds), whole, strict=True)
    found = []
    for row in rows:
        if not isinstance(row, Hostile | Watched):
            found.append(_NOTHING)
            continue
        folded, print_, is_whole = next(pairs)
        keys = print_.keys if print_.letters >= TELLING_LETTERS else ()
        if is_whole:
            keys = tuple(key | WHOLE_BIT for key in keys)
        links = link_keys(folded, row.message.links)[:_LINKS]
        if links:
            named = [crc32(link.encode("utf-8", "replace")) | LINK_BIT for link in links]
            keys = (*named, *keys)
        tags: tuple[int, ...] = ()
        if "#" in folded:
            tags = tuple(
                crc32(tag.encode("utf-8", "replace")) for tag in _TAG.findall(folded)[:_TAGS]
            )
        supportive = _SUPPORT.search(folded) is not None
        aimed = not isinstance(row, Hostile) or _is_aimed(row)
        found.append(Wording(keys, supportive, tags, _is_quoting(folded), aimed))
    return found


def _is_aimed(row: Hostile) -> bool:
    labels = {signal.label for signal in row.signals}
    if not labels <= _WORDS:
        return True
    return (
        aim_of(fold_one(row.message.text[:_MAX_TEXT]), labels, names_of(row.message)) is Aim.PERSON
    )


def _is_quoting(folded: str) -> bool:
    """A longer quotation, with something said about it."""
    quoted = _QUOTED.search(folded)
    if quoted is None:
        return False
    said = folded[: quoted.start()] + folded[quoted.end() :]
    return sum(map(str.isalpha, said)) >= TELLING_LETTERS


def _compared(row: Hostile | Watched) -> tuple[str, bool]:
    """The part of a message that is compared, and whether it is all of it, insults included."""
    text = row.message.text
    full = _MENTION.sub(" ", text[:_MAX_TEXT])
    if not isinstance(row, Hostile):
        return full, False
    rest = _MENTION.sub(" ", _without_insults(text, row.signals)[:_MAX_TEXT])
    letters = sum(map(str.isalpha, full))
    if letters >= WHOLE_LETTERS and 2 * sum(map(str.isalpha, rest)) < letters:
        return full, True
    return rest, False


def _without_insults(text: str, signals: Sequence[Signal]) -> str:
    spans = sorted({signal.span for signal in signals if signal.span is not None}, reverse=True)
    last = len(text)
    for start, end in spans:
        if end <= last:
            text = f"{text[:start]} {text[end:]}"
            last = start
    return text
