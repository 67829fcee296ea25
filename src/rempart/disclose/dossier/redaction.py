"""One edition of a dossier: which records it holds, and what is disclosed of each.

Rules kept here:

1. An entry of which nothing is hidden is shown whole, as it was written. One of which something is
   hidden is shown by its evidence entry: some disclosures of it, and hashes for the rest. Its own
   bytes are then in no file of the dossier.
2. What must be hidden and was never committed to field by field is left out, and counted; a message
   is never left out for that: the export is refused instead.
3. A word that is to be hidden is hidden wherever it stands: in a text as a word, in any other field
   with the whole field.
"""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import b64decode
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rempart.cases.evidence.promoted import message_fields, other_fields
from rempart.disclose.dossier.items import Item, blackened, provenance_in
from rempart.disclose.dossier.presets import Edition
from rempart.disclose.dossier.records import Record
from rempart.errors import ConflictError
from rempart.ingest import Parsed, parse_one
from rempart.log.commit import Disclosed, message_of
from rempart.log.words import shown_words, word_disclosures, words_of
from rempart.model import Message

PEOPLE = ("by", "confirmed_by", "person", "to")
_LONGEST_FOLDED = 400
_NAMED = re.compile(r"(?<!\w)[@＠](\w[\w.-]*\w|\w)|\w[@＠]\w[\w-]*\.\w")
_WORDED = frozenset({"message", "source_proof"})
"""Kinds whose text was written by somebody on a platform: its words are hidden one by one."""


class Redacted(NamedTuple):
    """The records of an edition in rising order, what they say, and what they do not: how often
    each field was hidden, how many words, and which entries are not shown at all, by kind."""

    records: list[Record]
    items: list[Item]
    hidden: Counter[str]
    hidden_words: int
    left_out: Counter[str]


def redact(
    records: Sequence[Record],
    evidence: Mapping[int, Record],
    edition: Edition,
    target: str,
) -> Redacted:
    """`records`: the entries of the case, opened; `evidence`: the evidence entry of each by its
    index; `target`: who is under attack, whose name is no third party's. ConflictError when a
    message cannot be shown in part yet."""
    work = _Work(edition, target)
    for record in records:
        work.add(record, evidence.get(record.seq))
    work.records.sort(key=lambda record: record.seq)
    return Redacted(work.records, work.items, work.hidden, work.hidden_words, work.left_out)


class _Work:
    def __init__(self, edition: Edition, target: str) -> None:
        self.preset, self.unwanted = edition.preset, edition.hide_words
        self.target = _folded(target.rpartition("/")[2])
        self.records: list[Record] = []
        self.items: list[Item] = []
        self.hidden: Counter[str] = Counter()
        self.hidden_words = 0
        self.left_out: Counter[str] = Counter()
        self._numbers: dict[str, str] = {}

    def add(self, record: Record, evidence: Record | None) -> None:
        if not record.opened:
            self.records.append(record)
            self.items.append(Item(record.seq, record.seq, "erased", "", "", {}))
            return
        kind = next(iter(record.opened))
        if not self.preset.shows(kind):
            self.left_out[kind] += 1
            return
        fields = fields_of(record)
        hide = {name for name in fields if self._is_hidden(kind, name, fields[name])}
        words = words_of(fields.get("text") or "") if kind in _WORDED else []
        unseen: frozenset[int] = frozenset()
        if "text" not in hide:
            unseen = frozenset(place for place, word in enumerate(words) if self._is_unseen(word))
        whole = not hide and not unseen
        if kind == "message" and self.preset.verbatim:
            # The bytes that arrived hold what is hidden always, and it is of no harm there: which
            # connector brought them.
            whole = hide <= {"source_name"} and not unseen
            hide = set() if whole else hide
        if whole:
            self.records.append(record)
        elif evidence is None or not evidence.opened:
            self._cannot(kind, record.seq)
            return
        else:
            self.records.append(_partial(evidence, hide, unseen))
        self.hidden.update(hide)
        self.hidden_words += len(unseen)
        shown = record if whole or evidence is None else evidence
        self.items.append(self._item(record, shown.seq, kind, fields, hide, words, unseen))

    def _cannot(self, kind: str, seq: int) -> None:
        if kind == "message":
            raise ConflictError(
                "the messages of this case are not ready to be shown in part yet",
                where=f"entry {seq}",
                next_step="the service prepares them within minutes; or stop it, and export again",
            )
        self.left_out[kind] += 1

    def _is_hidden(self, kind: str, name: str, value: Any) -> bool:
        if self.preset.hides(kind, name):
            return True
        if kind in _WORDED and name == "text":
            return False
        return bool(self.unwanted) and self._contains(value)

    def _contains(self, value: Any) -> bool:
        told = _folded(json.dumps(value, ensure_ascii=False, default=str))
        return any(word in told for word in self.unwanted)

    def _is_unseen(self, word: str) -> bool:
        folded = _folded(word)
        if any(unwanted in folded for unwanted in self.unwanted):
            return True
        return self.preset.mentions and names_another(folded, self.target)

    def _item(
        self,
        record: Record,
        shown_by: int,
        kind: str,
        fields: Mapping[str, Any],
        hide: set[str],
        words: list[str],
        unseen: frozenset[int],
    ) -> Item:
        at, sent_at = _times(record, kind, fields)
        visible = {name: value for name, value in fields.items() if name not in hide}
        seen = tuple(None if place in unseen else word for place, word in enumerate(words))
        if unseen:
            visible["text"] = blackened(seen)
        return Item(
            seq=record.seq,
            record=shown_by,
            kind=kind,
            at=at,
            sent_at=sent_at,
            fields=visible,
            hidden=tuple(sorted(hide)),
            words=() if "text" in hide else seen,
            provenance=provenance_in(kind, fields if kind == "message" else visible),
            people={
                name: self._number(fields[name])
                for name in PEOPLE
                if isinstance(fields.get(name), str)
            },
        )

    def _number(self, person: str) -> str:
        return self._numbers.setdefault(person, f"person {len(self._numbers) + 1}")


def names_another(folded: str, target: str) -> bool:
    """Whether a folded word names somebody else than the target: "@name", "(@name)", "@name@host",
    "name@host.org". In "ch@t" the sign stands for a letter and names nobody."""
    return any(named[1] != target for named in _NAMED.finditer(folded))


def fields_of(record: Record) -> dict[str, Any]:
    """The fields of an entry as its evidence names them, whether it has one or not."""
    if "message" not in record.opened:
        return other_fields([Disclosed(name, value) for name, value in record.opened.items()])
    body = message_of(record.bodies[0])
    parsed = parse_one(body.item)
    if isinstance(parsed, Parsed) and isinstance(parsed.item, Message):
        return message_fields(parsed.item, body.source, body.outcome)
    return {"text": body.item.decode("utf-8", "replace")}


def _partial(evidence: Record, hide: set[str], unseen: frozenset[int]) -> Record:
    """The evidence record without the bodies of what is hidden, with its words when some are."""
    withheld = {*hide, "seed"}
    by_name = dict(zip(evidence.opened, evidence.bodies, strict=True))
    words: list[str | dict[str, str]] | None = None
    if unseen:
        withheld.add("text")
        seed = b64decode(evidence.opened["seed"]["is"])
        text = evidence.opened["text"]["is"]
        words = shown_words(word_disclosures(seed, words_of(text)), unseen)
    else:
        withheld.add("words")
    shown = {name: body for name, body in by_name.items() if name not in withheld}
    opened = {name: evidence.opened[name] for name in shown}
    return Record(evidence.seq, evidence.leaf, tuple(shown.values()), opened, words)


def _times(record: Record, kind: str, fields: Mapping[str, Any]) -> tuple[str, str]:
    if kind != "message":
        return str(fields["facts"].get("at") or fields["facts"].get("made_at") or ""), ""
    body = message_of(record.bodies[0])
    parsed = parse_one(body.item)
    if isinstance(parsed, Parsed) and isinstance(parsed.item, Message):
        return body.at, parsed.item.sent_at.isoformat().replace("+00:00", "Z")
    return body.at, ""


def _folded(word: str) -> str:
    """Lower case in one normal form; long runs are left as they are, normal forms would cost."""
    return (
        unicodedata.normalize("NFC", word[:_LONGEST_FOLDED]).casefold()
        + word[_LONGEST_FOLDED:].casefold()
    )
