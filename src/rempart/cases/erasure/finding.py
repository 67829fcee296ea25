"""What an erasure concerns: found in the log, portion by portion, and remembered between them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from secrets import token_hex
from typing import Any, Final

from rempart.cases.erasure.forgetting import Forgotten
from rempart.cases.erasure.needs import ACCOUNT, split_subject
from rempart.store.interface import Tables
from rempart.store.interface.erasure import ErasureRow, Reach

PORTION: Final = 4_000
"""So many entries are looked through between two groups of messages."""
OWN: Final = (Reach.OWN, Reach.BARE, Reach.NAMED_ID)


class Memories:
    """What is known of the subjects that are being found, between portions: never stored. After a
    crash it is read again from what was found so far."""

    def __init__(self) -> None:
        self._known: dict[str, Forgotten] = {}

    def of(self, tables: Tables, row: ErasureRow) -> Forgotten:
        known = self._known.get(row.id)
        if known is None:
            assert row.subject is not None
            platform, name = split_subject(row.subject)
            pseudonym = tables.erasure.pseudonym_begun(row.id) or f"erased-{token_hex(8)}"
            known = Forgotten(platform, name, pseudonym)
            own = tables.erasure.noted(row.id, *OWN)
            for begin in range(0, len(own), PORTION):
                _read_own(tables, known, own[begin : begin + PORTION])
            self._known = {row.id: known}
        return known

    def forget(self) -> None:
        self._known = {}


def find_between(
    tables: Tables, row: ErasureRow, forgotten: Forgotten, start: int, end: int
) -> None:
    """Notes which of these entries are the subject's own and which name it."""
    erasure = tables.erasure
    if row.kind == ACCOUNT:
        platform, account = forgotten.platform, forgotten.account
        messages = erasure.own_messages(platform, account, start, end)
        forgotten.call(one.name for one in messages if one.name)
        own = [one.seq for one in messages]
        own += erasure.conflicts_of(own)
        own += erasure.own_events(platform, account, start, end)
        _read_own(tables, forgotten, own)
        erasure.note_entries(row.id, own, Reach.OWN)
    others = erasure.other_entries(start, end)
    naming, quoting = [], []
    for seq, bodies in tables.log.bodies_of(others).items():
        if any(map(forgotten.named_in, bodies)):
            naming.append(seq)
        elif any(map(forgotten.quoted_in, bodies)):
            quoting.append(seq)
    erasure.note_entries(row.id, naming, Reach.NAMING)
    erasure.note_entries(row.id, quoting, Reach.QUOTING)


def _read_own(tables: Tables, forgotten: Forgotten, seqs: Sequence[int]) -> None:
    """The words and names of the account's own messages, as far as they can still be read."""
    for bodies in tables.log.bodies_of(seqs).values():
        for body in bodies:
            item = item_of(body)
            author = item.get("author")
            if isinstance(author, dict) and isinstance(author.get("name"), str):
                forgotten.call([author["name"]])
            if isinstance(item.get("text"), str):
                forgotten.add_text(item["text"])


def item_of(body: bytes) -> dict[str, Any]:
    """The item as it came; empty for what is none."""
    try:
        _, _, value = json.loads(body.decode("utf-8", "surrogatepass"))
        item = value.get("item")
    except (ValueError, AttributeError):
        return {}
    return item if isinstance(item, dict) else {}
