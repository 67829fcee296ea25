"""What comes from outside and binds: orders of authorities, court bans, out-of-court disputes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from rempart.model.dated import Country, Language, Line, Short, Words


class OrderKind(StrEnum):
    """Against content (DSA art. 9), or for information (art. 10)."""

    CONTENT = "content"
    INFORMATION = "information"


class Missing(StrEnum):
    """What an order has to hold (art. 9(2), 10(2)) and does not."""

    LEGAL_BASIS = "legal_basis"
    REASONS = "reasons"
    PROVISION = "provision"
    AUTHORITY = "authority"
    LINKS = "links"
    RECIPIENT = "recipient"
    REDRESS = "redress"
    TERRITORY = "territory"
    LANGUAGE = "language"


class Held(StrEnum):
    """What is held of an account and may be asked for (art. 10(2)): nothing is newly collected."""

    NAMES = "names"
    TIMES = "times"
    CHANNELS = "channels"
    MESSAGES = "messages"
    MEASURES = "measures"


class Effect(StrEnum):
    """What was done about an order: `refused` is always with a reason."""

    GIVEN = "given"
    PARTLY = "partly"
    REFUSED = "refused"


class AuthorityOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """As it came in. `country`: of the authority, two capital letters. `links`: exact addresses or
    ids of messages here; `accounts`: `platform/id` whom an order for information is about. `harm`
    None: the order names no legal ground at all. `silent`: the authority forbids to tell the
    person concerned, until `silent_until` or until it says otherwise. `clock`: of `clocks.toml`."""

    kind: OrderKind
    authority: Short
    country: Country
    reference: Short
    answer_to: Short
    language: Language
    harm: str | None = None
    legal_basis: Words = ""
    reasons: Words = ""
    provision: Short = ""
    redress: Words = ""
    territory: tuple[Country, ...] = ()
    links: tuple[Line, ...] = ()
    accounts: tuple[Line, ...] = ()
    wanted: tuple[Held, ...] = ()
    silent: bool = False
    silent_until: datetime | None = None
    clock: str = "authority_order"


class CourtBan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A conviction with suspension of accounts (Code pénal, art. 131-35-1). `accounts`:
    `platform/id` that the decision names or that are known to be this person's; `names`: display
    names under which new accounts are looked for. The days are both included; `again`: a repeat
    offence, for which the suspension may be longer."""

    reference: Line
    court: Line
    served: datetime
    from_day: date
    until: date
    accounts: tuple[Line, ...]
    again: bool = False
    names: tuple[Line, ...] = ()
    scope: Words = ""


class DisputeOutcome(StrEnum):
    """What the body decided of the provider's decision. `omitted`: it decided nothing (withdrawn,
    refused to engage)."""

    UPHELD = "upheld"
    PARTLY_REVERSED = "partly_reversed"
    REVERSED = "reversed"
    OMITTED = "omitted"


REVERSING = frozenset({DisputeOutcome.PARTLY_REVERSED, DisputeOutcome.REVERSED})


class Dispute(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dispute before a certified body (DSA art. 21). `decision`: the decision it is about, when
    it is one of ours. `brought_by`: `account` or `reporter`. `implemented`: the day on which an
    outcome that reverses was carried out."""

    body: Line
    reference: Line
    brought_by: Annotated[str, msgspec.Meta(pattern="^(account|reporter)$")]
    submitted: date
    decision: str | None = None
    outcome: DisputeOutcome | None = None
    decided: date | None = None
    implemented: date | None = None
    note: Words = ""
