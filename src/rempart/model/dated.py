"""What a community declares of itself, with dates: who moderates, by which means, under which law.

Nothing here is measured: a person declares it in the console, from a day on and, where she knows
it, until a day. One struct for each kind, told apart by the field `kind`; which value holds on a
day is a reading of the whole history (`cases.dated`).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=2_000)]
Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
"""Two capital letters. Greece is GR here; the yearly report writes it as Eurostat does."""
Language = Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")]
Hour = Annotated[int, msgspec.Meta(ge=0, le=24)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class DatedKind(StrEnum):
    MODERATOR = "moderator"
    PROVIDER = "provider"
    BUDGET = "budget"
    TRAINING = "training"
    CONTACT = "contact"
    REPRESENTATIVE = "representative"
    TIER = "tier"
    TERRITORY = "territory"
    SERVICE = "service"
    RECIPIENTS = "recipients"
    REPORT_TEXT = "report_text"
    REPORT_ROWS = "report_rows"


class Cefr(StrEnum):
    """Levels of a language (Common European Framework). The yearly report counts from B2 on."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"


class Audience(StrEnum):
    """For whom a contact point is: authorities (DSA art. 11) or users (art. 12)."""

    AUTHORITIES = "authorities"
    USERS = "users"


class Layer(StrEnum):
    """What the service is: each layer has the duties of those before it, and more."""

    INTERMEDIARY = "intermediary"
    HOSTING = "hosting"
    PLATFORM = "platform"
    VERY_LARGE = "very_large"


class Size(StrEnum):
    """Of the enterprise (Recommendation 2003/361/EC): micro and small are exempt of much."""

    MICRO = "micro"
    SMALL = "small"
    LARGER = "larger"


class _Dated(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    pass


class Moderator(_Dated, frozen=True, tag="moderator", omit_defaults=True):
    """One person who handles reports, by number and never by name. `full_time`: percent of a
    full post (100: one FTE). `nationality` is her own to give; no output shows it of fewer than
    five. `from_hour`, `to_hour`: usual hours in the time zone of the territory; over midnight when
    the first is the later one."""

    country: Country
    languages: dict[Language, Cefr]
    external: bool
    full_time: Annotated[int, msgspec.Meta(ge=1, le=100)]
    place: Short = ""
    provider: Short = ""
    nationality: Country | None = None
    from_hour: Hour | None = None
    to_hour: Hour | None = None


class Provider(_Dated, frozen=True, tag="provider", omit_defaults=True):
    """A company whose service is used, with its contract."""

    name: Line
    service: Line
    country: Country
    contract: Short = ""


class Budget(_Dated, frozen=True, tag="budget", omit_defaults=True):
    """Declared, for the days it holds for. `amount` in whole units of `currency`."""

    purpose: Line
    amount: Count
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    hours: Count


class Training(_Dated, frozen=True, tag="training", omit_defaults=True):
    """Training given, or support (`support`: supervision, psychological help) that was there."""

    what: Line
    people: Count
    hours: Count
    support: bool = False


class Contact(_Dated, frozen=True, tag="contact", omit_defaults=True):
    """A contact point. `languages` in which one may write. `human`: what is written there reaches
    a person; a contact point of users must (art. 12(1))."""

    audience: Audience
    languages: tuple[Language, ...]
    email: Short = ""
    address: Short = ""
    phone: Short = ""
    human: bool = True


class Representative(_Dated, frozen=True, tag="representative", omit_defaults=True):
    """The legal representative of a provider without establishment in the Union (art. 13)."""

    name: Line
    postal: Words
    email: Line
    phone: Line
    country: Country


class ProviderTier(_Dated, frozen=True, tag="tier", omit_defaults=True):
    layer: Layer
    size: Size


class Territory(_Dated, frozen=True, tag="territory", omit_defaults=True):
    """Where the provider is established (`None`: outside of the Union), whose law counts, and in
    which time zone days begin and end in what is published."""

    jurisdictions: tuple[Country, ...]
    time_zone: Line
    established: Country | None = None


class Service(_Dated, frozen=True, tag="service", omit_defaults=True):
    """What the service is for. `for_minors`: directed at minors or mainly used by them, so that
    the terms have a version that they can read (art. 14(3))."""

    for_minors: bool = False


class Recipients(_Dated, frozen=True, tag="recipients", omit_defaults=True):
    """Average monthly active recipients in the Union over the days it holds for (art. 24(2))."""

    monthly: Count
    method: Words = ""


class ReportText(_Dated, frozen=True, tag="report_text", omit_defaults=True):
    """A text of the yearly report that replaces its draft. The key names the indicator of the
    qualitative part: `text-1` to `text-11`."""

    en: Annotated[str, msgspec.Meta(max_length=5_000)] = ""
    fr: Annotated[str, msgspec.Meta(max_length=5_000)] = ""


class ReportRows(_Dated, frozen=True, tag="report_rows", omit_defaults=True):
    """Harms that the yearly report counts in a described row of their own (`doxxing`), instead of
    under the keyword that covers them."""

    apart: tuple[Line, ...]


DatedValue = (
    Moderator
    | Provider
    | Budget
    | Training
    | Contact
    | Representative
    | ProviderTier
    | Territory
    | Service
    | Recipients
    | ReportText
    | ReportRows
)
KIND_OF: dict[type, DatedKind] = {
    Moderator: DatedKind.MODERATOR,
    Provider: DatedKind.PROVIDER,
    Budget: DatedKind.BUDGET,
    Training: DatedKind.TRAINING,
    Contact: DatedKind.CONTACT,
    Representative: DatedKind.REPRESENTATIVE,
    ProviderTier: DatedKind.TIER,
    Territory: DatedKind.TERRITORY,
    Service: DatedKind.SERVICE,
    Recipients: DatedKind.RECIPIENTS,
    ReportText: DatedKind.REPORT_TEXT,
    ReportRows: DatedKind.REPORT_ROWS,
}
ONE_OF = frozenset(
    {
        DatedKind.REPRESENTATIVE,
        DatedKind.TIER,
        DatedKind.TERRITORY,
        DatedKind.SERVICE,
        DatedKind.REPORT_ROWS,
    }
)
"""Kinds of which there is one at a time: their key is the kind's own name."""


class Dated(msgspec.Struct, frozen=True, omit_defaults=True):
    """One value with the days it holds for, both included. `until` None: no end is known. `seq`:
    the entry of the log that says so."""

    key: str
    value: DatedValue
    from_day: date
    until: date | None
    seq: int
