"""The form of each kind of dated setting; names are those of `model.dated`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rempart.model import Audience, DatedKind, Layer, Size
from rempart.web.console.fields import Field, Form
from rempart.web.console.labels import N_

_COUNTRY = N_("two capital letters, as FR")
KEY: Final = Field(
    "key", N_("Short name"), hint=N_("small letters and digits; it stays the same"), longest=64
)
NUMBER: Final = Field(
    "key", N_("Number"), hint=N_("never a name; for example moderator-7"), longest=64
)
FROM: Final = Field("from_day", N_("From"), Form.DAY)
UNTIL: Final = Field(
    "until", N_("Until"), Form.DAY, N_("included; empty: no end is known"), required=False
)
FIELDS: Final[Mapping[DatedKind, tuple[Field, ...]]] = MappingProxyType(
    {
        DatedKind.MODERATOR: (
            Field("country", N_("Country of work"), hint=_COUNTRY, longest=2),
            Field("place", N_("Place"), required=False),
            Field("languages", N_("Languages with level"), Form.LEVELS, N_("as in: fr C2, en B1")),
            Field("full_time", N_("Percent of a full post"), Form.NUMBER),
            Field("external", N_("works for a provider"), Form.CHECK),
            Field("provider", N_("Provider"), hint=N_("its short name"), required=False),
            Field(
                "nationality",
                N_("Nationality"),
                hint=N_("only if she gives it; never shown of fewer than five"),
                required=False,
                longest=2,
            ),
            Field("from_hour", N_("Works from (hour)"), Form.NUMBER, required=False),
            Field("to_hour", N_("to (hour)"), Form.NUMBER, required=False),
        ),
        DatedKind.PROVIDER: (
            Field("name", N_("Name")),
            Field("service", N_("Service")),
            Field("country", N_("Country"), hint=_COUNTRY, longest=2),
            Field("contract", N_("Contract"), hint=N_("its reference"), required=False),
        ),
        DatedKind.BUDGET: (
            Field("purpose", N_("For what")),
            Field("amount", N_("Amount"), Form.NUMBER),
            Field("currency", N_("Currency"), hint=N_("three letters, as EUR"), longest=3),
            Field("hours", N_("Hours"), Form.NUMBER),
        ),
        DatedKind.TRAINING: (
            Field("what", N_("What")),
            Field("people", N_("People"), Form.NUMBER),
            Field("hours", N_("Hours"), Form.NUMBER),
            Field("support", N_("support for people, not training"), Form.CHECK),
        ),
        DatedKind.CONTACT: (
            Field(
                "audience",
                N_("For whom"),
                Form.CHOICE,
                choices=tuple(Audience),
                words="audience",
            ),
            Field("email", N_("Mail address"), Form.EMAIL, required=False),
            Field("address", N_("Web address"), required=False),
            Field("phone", N_("Telephone"), required=False),
            Field("languages", N_("Languages"), Form.CODES, N_("as in: fr, en")),
            Field("human", N_("what is written there reaches a person"), Form.CHECK),
        ),
        DatedKind.REPRESENTATIVE: (
            Field("name", N_("Name")),
            Field("postal", N_("Postal address"), Form.AREA, longest=2_000),
            Field("email", N_("Mail address"), Form.EMAIL),
            Field("phone", N_("Telephone")),
            Field("country", N_("Country"), hint=_COUNTRY, longest=2),
        ),
        DatedKind.TIER: (
            Field("layer", N_("Service"), Form.CHOICE, choices=tuple(Layer), words="layer"),
            Field("size", N_("Size"), Form.CHOICE, choices=tuple(Size), words="size"),
        ),
        DatedKind.TERRITORY: (
            Field(
                "established",
                N_("Established in"),
                hint=N_("two capital letters; empty: outside the Union"),
                required=False,
                longest=2,
            ),
            Field("jurisdictions", N_("Whose law counts"), Form.CODES, N_("as in: EU, FR")),
            Field("time_zone", N_("Time zone"), hint=N_("as in: Europe/Paris")),
        ),
        DatedKind.SERVICE: (
            Field("for_minors", N_("is for minors, or mainly used by them"), Form.CHECK),
        ),
        DatedKind.RECIPIENTS: (
            Field("monthly", N_("Average for a month"), Form.NUMBER),
            Field("method", N_("How it was counted"), Form.AREA, required=False, longest=2_000),
        ),
        DatedKind.REPORT_TEXT: (
            Field("en", N_("In English"), Form.AREA, required=False, longest=5_000),
            Field("fr", N_("In French"), Form.AREA, required=False, longest=5_000),
        ),
        DatedKind.REPORT_ROWS: (
            Field("apart", N_("Harms"), Form.CODES, N_("as in: doxxing, sexual_harassment")),
        ),
    }
)
UPPER: Final = frozenset({"country", "nationality", "currency", "established", "jurisdictions"})
"""Fields whose codes are capital letters, however they are typed."""
