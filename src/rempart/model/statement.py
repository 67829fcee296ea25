"""A statement of reasons (DSA art. 17): the legal form of one restriction of one account.

One record per restriction and per decision about it: what the machine did is one, what a person
decided of it later is the next. What it says of automated means comes from the measure's record and
is never typed. It names nobody who reported and nobody who decided.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from rempart.model.case import DecisionOutcome, Ground
from rempart.model.measure import MeasureKind, ScopeKind


class StatementSource(StrEnum):
    """What led to it: a notice of art. 16, one of a trusted flagger (art. 22), the community's own
    initiative, or the order of an authority (art. 9; not for the Commission's database)."""

    NOTICE = "notice"
    TRUSTED_FLAGGER = "trusted_flagger"
    ORDER = "order"
    OWN_INITIATIVE = "own_initiative"


class AutomatedDecision(StrEnum):
    """`fully`: a rule took the measure; `partially`: a person kept what a rule had taken; `not`."""

    FULLY = "fully"
    PARTIALLY = "partially"
    NOT = "not"


class ContentKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    OTHER = "other"


class Statement(msgspec.Struct, frozen=True, omit_defaults=True):
    """`number` orders all statements and stands in the code that opens this one. `until` None:
    without an end. `reference`, `explanation` by language. `ends`: the restriction was taken back;
    then `outcome` says by what kind of decision. `territory`: codes of countries, empty: wherever
    the message or the account is seen. `content`: what the message was made of, unknown if
    empty."""

    number: int
    id: str
    measure: str
    platform: str
    channel: str
    account: str
    kind: MeasureKind
    scope: ScopeKind
    harm: str
    ground: Ground
    reference: dict[str, str]
    explanation: dict[str, str]
    source: StatementSource
    automated_detection: bool
    automated_decision: AutomatedDecision
    made_at: datetime
    from_at: datetime
    until: datetime | None = None
    rule: str | None = None
    message: str | None = None
    content_at: datetime | None = None
    raid: str | None = None
    case: str | None = None
    decision: str | None = None
    outcome: DecisionOutcome | None = None
    ends: bool = False
    territory: tuple[str, ...] = ()
    content: tuple[ContentKind, ...] = ()


class ExemptionReason(StrEnum):
    """Why a restriction is stated to nobody (DSA art. 17(2) and (5)). `no_contact`: it names no
    account; `commercial`: deceptive high-volume commercial content; `order`: of an authority."""

    NO_CONTACT = "no_contact"
    COMMERCIAL = "commercial"
    ORDER = "order"


class Exemption(msgspec.Struct, frozen=True, omit_defaults=True):
    """In place of a statement. `words` and `by`: of the person who recorded it; the machine records
    `no_contact` alone."""

    measure: str
    reason: ExemptionReason
    at: datetime
    words: str = ""
    by: str | None = None
