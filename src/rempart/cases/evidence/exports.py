"""How a dossier leaves a case: asked for on a proven mandate, agreed to by a second person, taken.

Rules kept here:

1. Nobody exports alone, whatever their rights: one person says for whom, in what capacity and how
   the mandate was proven, a second one agrees, and neither is the other.
2. What was agreed to is what leaves: recipient, edition, hidden words, language, form and keys are
   fixed when it is asked for.
3. It lives `LIFETIME_MS` after the second person agreed; then it must be asked for again.
4. Asking, agreeing or refusing, making and taking are entries of the log of the case; the hash of
   every file that was made stands there.
5. A case of child safety is never exported: asked when it is wished for, made and taken. What was
   made leaves no more either when a message in it was closed, or an erasure came, after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from rempart.cases.child_safety import never_leaving, withheld
from rempart.cases.deciding.decisions import Decider, must_be_person
from rempart.cases.deciding.proposals import EXPORT, must_be_second, propose
from rempart.cases.entries import clean
from rempart.cases.evidence.custody import note_access
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.model import Case
from rempart.store.interface import Tables
from rempart.store.interface.looks import ProposalRow

LIFETIME_MS: Final = 7 * 86_400_000
LONGEST: Final = 600
MOST_WAITING: Final = 20


class Capacity(StrEnum):
    """Of what whoever gets it asks: the person under attack, her lawyer, an authority …"""

    TARGET = "target"
    LAWYER = "lawyer"
    POLICE = "police"
    JUDGE = "judge"
    OTHER_PARTY = "other-party"
    PUBLIC = "public"


EDITIONS: Final[dict[Capacity, tuple[str, ...]]] = {
    Capacity.TARGET: ("lawyer", "police", "other-party", "public"),
    Capacity.LAWYER: ("lawyer", "police", "other-party", "public"),
    Capacity.POLICE: ("court", "police", "lawyer", "other-party", "public"),
    Capacity.JUDGE: ("court", "police", "lawyer", "other-party", "public"),
    Capacity.OTHER_PARTY: ("other-party", "public"),
    Capacity.PUBLIC: ("public",),
}
"""Which editions may go to whom: nobody gets more than their capacity allows."""

Line = Annotated[str, msgspec.Meta(min_length=3, max_length=LONGEST)]


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for. `mandate`: its reference, and how it was seen; `form`: zip or pdf; `age`:
    public keys to encrypt to."""

    recipient: Line
    capacity: Capacity
    mandate: Line
    edition: str
    hide_words: tuple[str, ...] = ()
    language: Annotated[str, msgspec.Meta(pattern="^(en|fr)$")] = "fr"
    form: Annotated[str, msgspec.Meta(pattern="^(zip|pdf)$")] = "pdf"
    age: Annotated[tuple[str, ...], msgspec.Meta(max_length=10)] = ()


def ask(tables: Tables, case: Case, wish: Wish, by: Decider, at_ms: int) -> ProposalRow:
    """Asks for a dossier; a second person must agree. ConflictError in a case of child safety."""
    must_be_person(by)
    wish = _checked(wish)
    _must_be_exportable(tables, case)
    waiting = [row for row in tables.looks.proposals(case.id, waiting=True) if row.what == EXPORT]
    if len(waiting) >= MOST_WAITING:
        raise ConflictError("many exports of this case wait already", where=case.id)
    reason = f"{wish.recipient}: {wish.mandate}"
    return propose(tables, case, EXPORT, msgspec.json.encode(wish), by, at_ms, reason, told(wish))


def agree(tables: Tables, row: ProposalRow, by: Decider, at_ms: int) -> None:
    """The second person agrees: it may be made and taken."""
    must_be_person(by)
    must_be_second(tables, row, by, at_ms)
    tables.looks.close_proposal(row.id, "confirmed", by.id, at_ms)
    note_access(
        tables, row.case, "export agreed", by.id, at_ms, proposal=row.id, asked_by=row.proposed_by
    )


def begin(tables: Tables, row: ProposalRow, by: str, at_ms: int) -> Wish:
    """Writes that it is made; what is to be made. AccessError before two people agreed, or later
    than `LIFETIME_MS` after, or for somebody who is neither of them."""
    must_be_open_to(row, by, at_ms)
    case = tables.cases.get(row.case)
    if case is not None:
        _must_be_exportable(tables, case)
    wish = wish_of(row)
    note_access(
        tables, row.case, "export", by, at_ms, proposal=row.id, agreed_by=row.closed_by,
        **told(wish),
    )  # fmt: skip
    return wish


def note_made(tables: Tables, row: ProposalRow, by: str, hashes: Sequence[str], at_ms: int) -> None:
    note_access(tables, row.case, "exported", by, at_ms, proposal=row.id, files=list(hashes))


def note_taken(tables: Tables, row: ProposalRow, by: str, sha256: str, at_ms: int) -> None:
    note_access(tables, row.case, "taken", by, at_ms, proposal=row.id, files=[sha256])


def held_by(tables: Tables, case: Case) -> frozenset[int]:
    """The messages that a dossier of this case would hold now."""
    closed = withheld(tables, case)
    messages = tables.cases.message_sequences(case.id)
    return frozenset() if closed is None else frozenset(messages) - closed


def may_still_leave(tables: Tables, row: ProposalRow, made_ms: int, held: frozenset[int]) -> bool:
    """Whether a file that was read from the log at `made_ms`, with the messages `held`, may be
    handed over (rule 5): also a message that another case closed is closed."""
    case = tables.cases.get(row.case)
    return (
        case is not None
        and withheld(tables, case) is not None
        and not tables.erasure.carried_out_since(made_ms)
        and not never_leaving(tables, sorted(held))
    )


def _must_be_exportable(tables: Tables, case: Case) -> None:
    if withheld(tables, case) is None:
        raise ConflictError(
            "a case of child safety leaves in no dossier",
            where=case.id,
            next_step="refer it with its links and hashes to the authority in charge",
        )


def must_be_open_to(row: ProposalRow, by: str, at_ms: int) -> None:
    """Whether this person may make and take it now."""
    if row.what != EXPORT:
        raise NotFoundError("there is no such export", where=row.id)
    if row.state != "confirmed" or row.closed_ms is None:
        raise AccessError("a second person has not agreed to this", where=row.id)
    if at_ms - row.closed_ms > LIFETIME_MS:
        raise AccessError(
            "this had to be taken within a week", where=row.id, next_step="ask for it again"
        )
    if by not in (row.proposed_by, row.closed_by):
        raise AccessError("only the two people who agreed take it away", where=row.id)


def wish_of(row: ProposalRow) -> Wish:
    return msgspec.json.decode(row.request, type=Wish)


def exports_of(tables: Tables, case: str) -> list[ProposalRow]:
    """Newest first."""
    return [row for row in reversed(tables.looks.proposals(case)) if row.what == EXPORT]


def told(wish: Wish) -> dict[str, Any]:
    """What the log says of it. The hidden words are counted: naming them would undo it."""
    return {
        "recipient": wish.recipient,
        "capacity": wish.capacity.value,
        "mandate": wish.mandate,
        "edition": wish.edition,
        "hidden_words": len(wish.hide_words),
        "form": wish.form,
        "encrypted_to": list(wish.age) or None,
    }


def _checked(wish: Wish) -> Wish:
    if wish.edition not in EDITIONS[wish.capacity]:
        raise InputError(
            "this edition shows more than this capacity may see",
            where="edition",
            next_step="one of " + ", ".join(EDITIONS[wish.capacity]),
        )
    recipient, mandate = (" ".join(clean(text).split()) for text in (wish.recipient, wish.mandate))
    for name, text in (("recipient", recipient), ("mandate", mandate)):
        if sum(map(str.isalnum, text)) < 3:
            raise InputError("this is missing", where=name)
    return msgspec.structs.replace(wish, recipient=recipient, mandate=mandate)
