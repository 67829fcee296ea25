"""The forms of orders, disputes and court bans; names are those of `model.authority`."""

from __future__ import annotations

from typing import Final

from rempart.cases.authority.orders import CLOCKS
from rempart.cases.harms import harms
from rempart.model import DisputeOutcome, Effect, Held, OrderKind
from rempart.web.console.fields import Field, Form
from rempart.web.console.labels import N_

_ISO: Final = N_("two capital letters, as FR")
RECEIVED: Final = Field("received_at", N_("Received (UTC)"), Form.MOMENT)
ORDER: Final = (
    Field("kind", N_("What it orders"), Form.CHOICE, choices=tuple(OrderKind), words="order_kind"),
    Field("clock", N_("Its clock"), Form.CHOICE, choices=CLOCKS, words="order_clock"),
    Field("authority", N_("Authority"), required=False),
    Field("country", N_("Its country"), hint=_ISO, longest=2),
    Field("reference", N_("Its reference")),
    Field("answer_to", N_("Where to answer"), hint=N_("mail or postal address"), required=False),
    Field("language", N_("Language of the order"), hint=N_("two small letters, as fr"), longest=3),
    Field(
        "harm",
        N_("What it is about"),
        Form.CHOICE,
        N_("left open when the order names no legal ground at all"),
        choices=tuple(harms()),
        words="category",
        required=False,
    ),
    Field("legal_basis", N_("Legal basis"), Form.AREA, required=False, longest=2_000),
    Field("reasons", N_("Statement of reasons"), Form.AREA, required=False, longest=2_000),
    Field("provision", N_("Provision of law"), required=False),
    Field("redress", N_("Redress"), Form.AREA, required=False, longest=2_000),
    Field(
        "territory", N_("Territorial scope"), Form.CODES, N_("countries, as in: FR, BE"),
        required=False,
    ),
    Field("links", N_("Exact addresses"), Form.LINES, N_("one a line"), required=False),
    Field(
        "accounts", N_("Accounts"), Form.LINES, N_("one a line, as twitch/1234"), required=False
    ),
    Field(
        "wanted", N_("What is asked for"), Form.MANY, N_("when it is for information"),
        choices=tuple(Held), words="held", required=False,
    ),
    Field("silent", N_("the authority forbids to tell the person concerned"), Form.CHECK),
    Field("silent_until", N_("Forbidden until (UTC)"), Form.MOMENT, required=False),
)  # fmt: skip
ORDER_UPPER: Final = frozenset({"country", "territory"})
DISPUTE: Final = (
    Field("body", N_("Certified body")),
    Field("reference", N_("Its reference")),
    Field(
        "brought_by", N_("Brought by"), Form.CHOICE, choices=("account", "reporter"),
        words="brought_by",
    ),
    Field("submitted", N_("Submitted on"), Form.DAY),
    Field("decision", N_("Decision it is about"), hint=N_("its id, if it is ours"), required=False),
)  # fmt: skip
CLOSED: Final = (
    Field(
        "outcome", N_("Outcome"), Form.CHOICE, choices=tuple(DisputeOutcome),
        words="dispute_outcome",
    ),
    Field("decided", N_("Decided on"), Form.DAY),
    Field("note", N_("Note"), Form.AREA, required=False, longest=2_000),
)  # fmt: skip
BAN: Final = (
    Field("reference", N_("Reference of the decision")),
    Field("court", N_("Court")),
    Field("served", N_("Served at (UTC)"), Form.MOMENT),
    Field("from_day", N_("From"), Form.DAY),
    Field("until", N_("Until"), Form.DAY, N_("included; six months, a year for a repeat offence")),
    Field("again", N_("a repeat offence"), Form.CHECK),
    Field("accounts", N_("Accounts"), Form.LINES, N_("one a line, as twitch/1234")),
    Field(
        "names", N_("Names to look for"), Form.LINES,
        N_("one a line; who takes one is shown to you, nothing more"), required=False,
    ),
    Field("scope", N_("Scope of the decision"), Form.AREA, required=False, longest=2_000),
)  # fmt: skip
ANSWERS: Final = tuple(Effect)
