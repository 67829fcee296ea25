"""Passing a case on: to an authority, a provider, or into the hands of the target.

Rules kept here (DSA art. 18; DESIGN, laws 5, 9 and 11):

1. Nothing leaves by itself. One step prepares what would be said, and shows it; a second one, by a
   person who ticked that she read it, says that it was sent, when, and under which reference.
2. What was said is kept word for word, erasable, with its hash; each step is an entry of the case.
3. Of child safety only what `child_safety` leaves (links, hashes, times) is passed on, and only to
   places that take it. The interface of the NCMEC needs a second person besides. What was written
   before its case became one, or one of its messages did by another case, is neither shown nor
   sent any more.
4. Only a case that is there can be passed on; no place is searched for a person.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from secrets import token_hex
from typing import Any, Final, Literal

import msgspec

from rempart.cases.child_safety import never_leaving
from rempart.cases.entries import at_time, clean, disclosed, entry, record, rfc3339
from rempart.cases.matter import CHILD_SAFETY, harm_of, is_child_safety
from rempart.cases.second_person import check_another, must_be_another
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.model import Case, stable_id
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.referrals import (
    ACKNOWLEDGED,
    PREPARED,
    SENT,
    WITHDRAWN,
    ReferralRow,
)

NCMEC: Final = "ncmec"
MOST_OPEN: Final = 50
LONGEST_REFERENCE: Final = 200
_EARLIEST_MS: Final = 7 * 86_400_000
_LATEST_MS: Final = 300_000


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Texts by language. `child_safety`: no such case, such cases too, or no others. `country`: of
    an authority; empty: whichever it was, it is not recorded."""

    kind: Literal["authority", "provider", "target"]
    label: dict[str, str]
    can: dict[str, str]
    how: dict[str, str]
    asks: dict[str, str]
    fields: tuple[str, ...]
    public: bool = False
    child_safety: Literal["", "too", "only"] = ""
    url: str = ""
    country: str = ""


class Said(msgspec.Struct, frozen=True):
    """One part of what is passed on: its heading, and what stands under it."""

    field: str
    label: str
    value: str


class Referral(msgspec.Struct, frozen=True):
    """`said` empty: its words were erased, or may not be shown any more (rule 3)."""

    id: str
    case: str
    place: str
    kind: str
    language: str
    state: str
    prepared_by: str
    prepared_at: datetime
    said: list[Said]
    sha256: str | None
    sent_by: str | None = None
    sent_at: datetime | None = None
    reference: str | None = None
    acknowledged_at: datetime | None = None


@cache
def places() -> Mapping[str, Place]:
    """By key, in the order of the file."""
    text = files(__package__).joinpath("referral_places.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Place])


def place_of(key: str) -> Place:
    found = places().get(key)
    if found is None:
        raise InputError(
            "no such place to pass a case on to",
            where="place",
            next_step=f"one of {', '.join(places())}",
        )
    return found


def takes(tables: Tables, key: str, case: str, *, ncmec: bool = False) -> bool:
    """Whether this place takes this case. `ncmec`: the operator switched that interface on."""
    place = place_of(key)
    if key == NCMEC and not ncmec:
        return False
    if is_child_safety(tables, case):
        return place.child_safety != ""
    return place.child_safety != "only"


def prepare(
    tables: Tables,
    case: Case,
    place: str,
    language: str,
    said: list[Said],
    by: str,
    at_ms: int,
) -> Referral:
    """Keeps what would be said. ConflictError when too much waits already."""
    waiting = [row for row in tables.referrals.of_case(case.id) if row.state == PREPARED]
    if len(waiting) >= MOST_OPEN:
        raise ConflictError(
            "too many are prepared and not sent",
            where=case.id,
            next_step="send or withdraw some first",
        )
    id = stable_id("ref", case.id, token_hex(8))
    kind = place_of(place).kind
    told = {
        "id": id,
        "case": case.id,
        "place": place,
        "language": language,
        "by": by,
        "at": rfc3339(at_ms),
        "sha256": _hash(said),
        "kept_back": sorted(_kept_back(tables, case.id)),
    }
    words = {"id": id, "said": [msgspec.structs.asdict(one) for one in said]}
    sealed = entry("referral-prepared", told, ("referral-words", words))
    seq = record(tables, [(case.id, sealed)])
    row = ReferralRow(
        id,
        case.id,
        place,
        kind,
        harm_of(tables, case),
        ms_of(case.opened_at),
        by,
        at_ms,
        PREPARED,
        seq,
    )
    tables.referrals.put(row)
    return _read(tables, row)


def mark_sent(
    tables: Tables,
    id: str,
    by: str,
    at_ms: int,
    *,
    checked: bool,
    sent_ms: int | None = None,
    reference: str = "",
) -> Referral:
    """The second step. `sent_ms`: when it left, not in the future and at most a week ago."""
    row = row_of(tables, id)
    must_be_sendable(tables, row, by, at_ms, checked=checked)
    if row.place == NCMEC:
        must_be_another(tables, by, [row.prepared_by], at_ms, _not_alone(row), about=id)
    if _closed_since(tables, row, disclosed(tables, row.seq, "referral-prepared")):
        raise ConflictError(
            "this became a case of child safety after it was written",
            where=id,
            next_step="withdraw it and prepare it again: it then holds links, hashes and times",
        )
    left_ms = at_ms if sent_ms is None else sent_ms
    if not max(row.prepared_ms, at_ms - _EARLIEST_MS) <= left_ms <= at_ms + _LATEST_MS:
        raise InputError("it left after it was prepared, and not in the future", where="sent_at")
    reference = _reference(reference)
    told = {"sent_at": rfc3339(left_ms), "reference": reference or None}
    return _step(
        tables,
        row._replace(state=SENT, sent_by=by, sent_ms=left_ms, reference=reference or None),
        "referral-sent",
        by,
        at_ms,
        told,
    )


def must_be_sendable(
    tables: Tables, row: ReferralRow, by: str, at_ms: int, *, checked: bool
) -> None:
    """ConflictError, InputError or AccessError (rules 1 and 3) unless she may confirm it."""
    if row.state != PREPARED:
        raise ConflictError("this was sent or withdrawn already", where=row.id)
    if not checked:
        raise InputError(
            "say that you read what was passed on",
            where="checked",
            next_step="read it through, then tick the box",
        )
    if row.place == NCMEC:
        check_another(tables, by, [row.prepared_by], at_ms, _not_alone(row), about=row.id)


def _not_alone(row: ReferralRow) -> AccessError:
    return AccessError("who prepared it does not confirm it: a second person does", where=row.id)


def acknowledge(tables: Tables, id: str, by: str, at_ms: int, reference: str) -> Referral:
    """They answered: under this reference it is kept there."""
    row = row_of(tables, id)
    if row.state not in (SENT, ACKNOWLEDGED):
        raise ConflictError("this was not sent yet", where=id)
    reference = _reference(reference)
    if not reference:
        raise InputError("the reference they gave", where="reference")
    return _step(
        tables,
        row._replace(state=ACKNOWLEDGED, reference=reference, acknowledged_ms=at_ms),
        "referral-acknowledged",
        by,
        at_ms,
        {"reference": reference},
    )


def withdraw(tables: Tables, id: str, by: str, at_ms: int) -> Referral:
    """What was prepared is not sent."""
    row = row_of(tables, id)
    if row.state != PREPARED:
        raise ConflictError("what was sent cannot be withdrawn here", where=id)
    return _step(tables, row._replace(state=WITHDRAWN), "referral-withdrawn", by, at_ms, {})


def referrals_of(tables: Tables, case: str) -> list[Referral]:
    return [_read(tables, row) for row in tables.referrals.of_case(case)]


def referral_of(tables: Tables, id: str) -> Referral:
    return _read(tables, row_of(tables, id))


def row_of(tables: Tables, id: str) -> ReferralRow:
    row = tables.referrals.get(id)
    if row is None:
        raise NotFoundError("nothing was prepared under this id", where=id)
    return row


def _step(
    tables: Tables, row: ReferralRow, name: str, by: str, at_ms: int, told: dict[str, Any]
) -> Referral:
    value = {"id": row.id, "case": row.case, "place": row.place, "by": by, "at": rfc3339(at_ms)}
    seq = record(tables, [(row.case, entry(name, {**value, **told}))])
    left = seq if row.state == SENT else row.sent_seq
    row = row._replace(done_seq=seq, sent_seq=left)
    tables.referrals.put(row)
    return _read(tables, row)


def _reference(text: str) -> str:
    found = clean(text).strip()
    if len(found) > LONGEST_REFERENCE:
        raise InputError(
            f"a reference has at most {LONGEST_REFERENCE} characters", where="reference"
        )
    return found


def _closed_since(tables: Tables, row: ReferralRow, told: Mapping[str, Any]) -> bool:
    """Its case is one of child safety now, and was none when it was written: it quotes. Or one
    of its messages is that was none then, by whatever case."""
    if row.harm == CHILD_SAFETY:
        return False
    said = told.get("kept_back")
    left_out = frozenset(said if isinstance(said, list) else ())
    return is_child_safety(tables, row.case) or not _kept_back(tables, row.case) <= left_out


def _kept_back(tables: Tables, case: str) -> frozenset[int]:
    return never_leaving(tables, tables.cases.message_sequences(case))


def _read(tables: Tables, row: ReferralRow) -> Referral:
    told = disclosed(tables, row.seq, "referral-prepared")
    words: list[Said] = []
    if not _closed_since(tables, row, told):
        kept = disclosed(tables, row.seq, "referral-words").get("said", [])
        words = msgspec.convert(kept, list[Said])
    return Referral(
        row.id,
        row.case,
        row.place,
        row.kind,
        told.get("language", "en"),
        row.state,
        row.prepared_by,
        at_time(row.prepared_ms),
        words,
        told.get("sha256"),
        row.sent_by,
        None if row.sent_ms is None else at_time(row.sent_ms),
        row.reference,
        None if row.acknowledged_ms is None else at_time(row.acknowledged_ms),
    )


def _hash(said: list[Said]) -> str:
    return sha256(msgspec.json.encode(said)).hexdigest()
