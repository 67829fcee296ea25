"""Taking one account out of what is kept of others. Pure: values in, values out.

Rules kept here:

1. Where the account is named stands its pseudonym, drawn once per erasure and kept nowhere else:
   who belonged together still does, and nobody is led back. Names beside it go.
2. Only values that *are* the account are replaced, never words that look like it: an account may be
   called like a channel, a target or a common word, and must not take them with it. Keys of places
   are never touched.
3. What it wrote is taken out of what others wrote: runs of three words of its own, and its name as
   a whole word. In a case that is about the account alone (`blank`) no words of people stay at all:
   nobody can tell what they quote.
4. Where it is not named its words are looked for as well, `FAR` of them in a row: a run of three is
   anybody's. What others wrote too (`beside`) stays theirs: a whole raid says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from rempart.cases.erasure.phrases import Phrases

MARK: Final = "[erased]"
RUN: Final = 3
"""So many words in a row, as the account wrote them, are its words."""
FAR: Final = 5
"""So many, where nothing else says that they are its own."""
SHORTEST_NAME: Final = 3
SHORTEST_TEXT: Final = 8
MOST_TEXTS: Final = 5_000
_PLACES: Final = frozenset(
    {"platform", "channel", "target", "targets", "place", "places", "line", "connector", "origin",
     "locked_out", "begin", "end", "id", "case", "raid", "measure", "rule", "decision", "report"}
)  # fmt: skip
_NAMES: Final = frozenset({"name", "author_name", "display_name"})
_PROSE: Final = frozenset(
    {"reason", "text", "explanation", "words", "said", "wish", "note", "answer", "why",
     "message_text", "links", "link", "facts", "quote", "subject", "body", "matched", "sample",
     "samples", "search"}
)  # fmt: skip
_WORD: Final = re.compile(r"\S+")


class Forgotten:
    """The account to be taken out. `names`: under which it wrote; `texts`: what it wrote."""

    def __init__(
        self,
        platform: str,
        account: str,
        pseudonym: str,
        names: Iterable[str] = (),
        texts: Iterable[str] = (),
        *,
        blank: bool = False,
    ) -> None:
        self.platform = platform
        self.account = account
        self.pseudonym = pseudonym
        self.blank = blank
        self.names: set[str] = set()
        self._ids = {account: pseudonym, f"{platform}/{account}": f"{platform}/{pseudonym}"}
        self._runs: set[tuple[str, ...]] = set()
        self._far: set[int] = set()
        self._theirs: set[tuple[str, ...]] = set()
        self._short: Phrases[str] = Phrases(SHORTEST_TEXT)
        self._called: Phrases[str] = Phrases(SHORTEST_NAME)
        self._called.add(_lower(account))
        self._needles: Phrases[bytes] = Phrases(SHORTEST_NAME)
        for needle in self._of_account():
            self._needles.add(needle)
        self.call(names)
        for text in texts:
            self.add_text(text)

    def call(self, names: Iterable[str]) -> None:
        """It was also called so."""
        for name in {name for name in names if name} - self.names:
            self.names.add(name)
            self._called.add(_lower(name))
            if len(name) >= SHORTEST_NAME:
                self._needles.add(_inner(name))

    def in_id(self, id: str) -> bool:
        """Whether the account or a name of it stands in this id, as in a post's address."""
        return self._called.among(_lower(id))

    def also(self, renamed: Mapping[str, str]) -> None:
        """These ids stand for others from now on."""
        self._ids.update(renamed)

    def add_text(self, text: str) -> None:
        words = _words(text)
        if len(words) < RUN:
            self._short.add(text.strip())
            return
        if len(self._runs) < 40 * MOST_TEXTS:
            self._runs.update(_in_a_row(words, RUN))
            self._far.update(map(hash, _in_a_row(words, FAR)))

    def without(self, *, blank: bool) -> Forgotten:
        """The same, for cases about it alone (`blank`), or for all others."""
        other = Forgotten(self.platform, self.account, self.pseudonym, blank=blank)
        other.names = self.names
        other._runs, other._short, other._ids = self._runs, self._short, self._ids
        other._far, other._theirs = self._far, self._theirs
        other._called, other._needles = self._called, self._needles
        return other

    def beside(self, texts: Iterable[str]) -> Forgotten:
        """The same, where others wrote these: what they wrote too stays (rule 4)."""
        other = self.without(blank=False)
        other._theirs = set()
        for text in texts:
            words = _words(text)
            other._theirs.update(_in_a_row(words, RUN) if len(words) >= RUN else [(text.strip(),)])
        return other

    # -- text --------------------------------------------------------------------------------

    def words(self, text: str) -> str:
        """Prose of somebody else, without the account's words and names (rule 3)."""
        if self.blank:
            return MARK if text else text
        named = self._called.spans(_lower(text), whole_words=True)
        text = _replaced(text, named, self.pseudonym)
        short = self._short.spans(text)
        text = _replaced(text, (one for one in short if not self._are_theirs(text, one)), MARK)
        spans = [(found.start(), found.end()) for found in _WORD.finditer(text)]
        if len(spans) < RUN or not self._runs:
            return text
        folded = [_fold(text[start:end]) for start, end in spans]
        hidden: set[int] = set()
        for place in range(len(folded) - RUN + 1):
            run = tuple(folded[place : place + RUN])
            if run in self._runs and run not in self._theirs:
                hidden.update(range(place, place + RUN))
        if not hidden:
            return text
        kept: list[str] = []
        for place in range(len(folded)):
            if place in hidden:
                if not (kept and kept[-1] == MARK):
                    kept.append(MARK)
            else:
                kept.append(text[slice(*spans[place])])
        return " ".join(kept)

    def _are_theirs(self, text: str, span: tuple[int, int]) -> bool:
        return (text[slice(*span)],) in self._theirs

    # -- values ------------------------------------------------------------------------------

    def value(self, value: Any, key: str = "") -> Any:
        """A JSON value; the same object when nothing in it had to go."""
        if isinstance(value, str):
            return self._string(value, key)
        if isinstance(value, dict):
            return self._object(value, key)
        if isinstance(value, list):
            fresh = [self.value(one, key) for one in value]
            return value if all(a is b for a, b in zip(fresh, value, strict=True)) else fresh
        return value

    def json(self, blob: bytes) -> bytes:
        """A JSON document; byte for byte the same when nothing in it had to go."""
        value = msgspec.json.decode(blob)
        fresh = self.value(value)
        return blob if fresh is value else msgspec.json.encode(fresh)

    def named_in(self, data: bytes) -> bool:
        """Whether these bytes of JSON may name the account or quote it: a quick first look."""
        return self._needles.among(data)

    def quoted_in(self, data: bytes) -> bool:
        """Whether these bytes of JSON hold its words (rule 4). A space stands in texts only."""
        if not self._far or data.count(b" ") < FAR - 1:
            return False
        try:
            value = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        return any(
            not self._far.isdisjoint(map(hash, _in_a_row(_words(text), FAR)))
            for text in _texts(value)
        )

    @property
    def needles(self) -> list[bytes]:
        """How the account and its names stand in JSON."""
        return self._needles.all()

    def _of_account(self) -> list[bytes]:
        found = [_quoted(self.account), _quoted(f"{self.platform}/{self.account}")]
        return [*found, _inner(self.account)] if len(self.account) >= SHORTEST_NAME else found

    def key(self, key: str) -> str:
        """A composite key of a table in memory: its parts stand between U+001F or slashes."""
        if self.account not in key:
            return key
        if key in self._ids:
            return self._ids[key]
        parts = key.split("\x1f")
        fresh = [self._ids.get(part, part) for part in parts]
        return "\x1f".join(fresh) if fresh != parts else key

    def _object(self, value: dict[str, Any], key: str) -> Any:
        platform = value.get("platform")
        if isinstance(platform, str) and platform != self.platform:
            return value
        about = any(
            isinstance(one, str) and one in self._ids and name not in _PLACES - {"id"}
            for name, one in value.items()
        )
        fresh: dict[str, Any] = {}
        changed = False
        for name, one in value.items():
            if name in _NAMES and isinstance(one, str) and (about or one in self.names):
                new: Any = self.pseudonym
            elif name == "ref" and value.get("kind") in ("channel", "target"):
                new = one
            elif name == "id" and isinstance(one, str):
                new = self._ids.get(one, one) if "name" in value or key == "author" else one
            else:
                inner = key if name in ("fr", "en") else name
                new = self.value(one, inner)
            renamed = self._ids.get(name, name)
            changed = changed or new is not one or renamed != name
            fresh[renamed] = new
        return fresh if changed else value

    def _string(self, value: str, key: str) -> str:
        if key in _PLACES:
            return value
        if value in self._ids:
            return self._ids[value]
        if key in _PROSE:
            fresh = self.words(value)
            return value if fresh == value else fresh
        if " " in value or len(value) > 40:
            fresh = self.without_blank.words(value) if self.blank else self.words(value)
            return value if fresh == value else fresh
        return value

    @property
    def without_blank(self) -> Forgotten:
        return self.without(blank=False) if self.blank else self


def _replaced(text: str, spans: Iterable[tuple[int, int]], by: str) -> str:
    kept: list[str] = []
    before = 0
    for start, end in spans:
        kept += (text[before:start], by)
        before = end
    return "".join((*kept, text[before:])) if kept else text


def _lower(text: str) -> str:
    """In small letters, each at its place: some have two characters in its stead, and stay."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(small if len(small := one.lower()) == 1 else one for one in text)


def _inner(text: str) -> bytes:
    return _quoted(text)[1:-1]


def _quoted(text: str) -> bytes:
    return msgspec.json.encode(text.encode("utf-8", "replace").decode())


def _fold(word: str) -> str:
    return word.strip(".,;:!?\"'«»()[]…").casefold()


def _words(text: str) -> list[str]:
    return [_fold(word) for word in text.split()]


def _in_a_row(words: list[str], number: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[place:] for place in range(number)), strict=False)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value that has room for a run."""
    if isinstance(value, str):
        if value.count(" ") >= FAR - 1:
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
