"""One statement of reasons in the words of the Transparency Database, from the record. Pure.

Rules kept here:

1. What the machine did comes from the record; nothing about it can be typed.
2. Nobody is named: no account, no channel, no target, no notifier. `source_identity` is never sent.
3. What the harms and the ladder say in law (`harms.toml`, `model.ladder`) is said here as they say
   it; this module decides nothing about it.
4. Days are those of the territory, as in the yearly report; a restriction applies from the day on
   which it was first stated, the moment by which it is counted. A day that the sender's clock made
   up (before the year 2000, or after the restriction) is not told: that of the restriction is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Final
from unicodedata import normalize

import msgspec

from rempart.cases.deciding.statement_gate import COUNTRIES
from rempart.cases.harms import harms
from rempart.model import (
    LADDER,
    AutomatedDecision,
    ContentKind,
    Ground,
    Statement,
    StatementSource,
)

_CONTENT: Final = {
    ContentKind.TEXT: "CONTENT_TYPE_TEXT",
    ContentKind.IMAGE: "CONTENT_TYPE_IMAGE",
    ContentKind.VIDEO: "CONTENT_TYPE_VIDEO",
    ContentKind.AUDIO: "CONTENT_TYPE_AUDIO",
    ContentKind.OTHER: "CONTENT_TYPE_OTHER",
}
_DECIDED: Final = {
    AutomatedDecision.FULLY: "AUTOMATED_DECISION_FULLY",
    AutomatedDecision.PARTIALLY: "AUTOMATED_DECISION_PARTIALLY",
    AutomatedDecision.NOT: "AUTOMATED_DECISION_NOT_AUTOMATED",
}
_SOURCE: Final = {
    StatementSource.NOTICE: "SOURCE_ARTICLE_16",
    StatementSource.TRUSTED_FLAGGER: "SOURCE_TRUSTED_FLAGGER",
    StatementSource.OWN_INITIATIVE: "SOURCE_VOLUNTARY",
}
_END_OF: Final = {
    "decision_visibility": "end_date_visibility_restriction",
    "decision_provision": "end_date_service_restriction",
    "decision_account": "end_date_account_restriction",
}
_OF_A_NOTICE: Final = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
_OF_THE_TERMS: Final = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
_EVERYWHERE: Final = tuple(sorted(COUNTRIES))
FIRST_CONTENT: Final = "2000-01-01"
"""No earlier day of content is taken by the server."""


class Payload(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The body of one statement, field for field as the server knows them. Absent: not said."""

    puid: str
    decision_visibility: tuple[str, ...] = ()
    decision_provision: str | None = None
    decision_account: str | None = None
    decision_ground: str
    illegal_content_legal_ground: str | None = None
    illegal_content_explanation: str | None = None
    incompatible_content_ground: str | None = None
    incompatible_content_explanation: str | None = None
    content_type: tuple[str, ...]
    content_type_other: str | None = None
    category: str
    category_specification: tuple[str, ...] = ()
    category_specification_other: str | None = None
    territorial_scope: tuple[str, ...]
    content_date: str
    application_date: str
    end_date_visibility_restriction: str | None = None
    end_date_service_restriction: str | None = None
    end_date_account_restriction: str | None = None
    decision_facts: str
    source_type: str
    automated_detection: str
    automated_decision: str


FREE_TEXTS: Final = (
    "decision_facts",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "content_type_other",
    "category_specification_other",
)
"""Where words stand that a person or a rule may have written: what the gates read, and all that a
person may edit."""


def payload_of(
    told: Statement,
    puid: str,
    language: str,
    *,
    zone: tzinfo = UTC,
    imposed_at: datetime | None = None,
) -> Payload:
    """`language` (`en`, `fr`): of the free texts; `zone`: of the territory; `imposed_at`: when the
    restriction was first stated, None: by this statement. The statement must be one that imposes
    something (not `ends`), and not by order of an authority, for which the database has no word."""
    form = LADDER[told.kind].form[told.scope]
    category, keywords, other = _category(told.harm, told.source is StatementSource.OWN_INITIATIVE)
    kinds = told.content or (ContentKind.TEXT,)
    law = told.ground is Ground.LAW
    ground = normalize("NFC", told.reference.get(language, ""))
    why = normalize("NFC", told.explanation.get(language, ""))
    imposed = _day(imposed_at or told.made_at, zone)
    content = _content_day(told, imposed, zone)
    end = None if told.until is None else max(imposed, _day(told.until, zone))
    ends_in = _END_OF[form.field]
    return Payload(
        puid=puid,
        decision_visibility=(form.key,) if form.field == "decision_visibility" else (),
        decision_provision=form.key if form.field == "decision_provision" else None,
        decision_account=form.key if form.field == "decision_account" else None,
        decision_ground="DECISION_GROUND_ILLEGAL_CONTENT"
        if law
        else "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        illegal_content_legal_ground=ground if law else None,
        illegal_content_explanation=why if law else None,
        incompatible_content_ground=None if law else ground,
        incompatible_content_explanation=None if law else why,
        content_type=tuple(_CONTENT[kind] for kind in kinds),
        content_type_other=_OTHER[language] if ContentKind.OTHER in kinds else None,
        category=category,
        category_specification=keywords,
        category_specification_other=other,
        territorial_scope=told.territory or _EVERYWHERE,
        content_date=content,
        application_date=imposed,
        end_date_visibility_restriction=end if ends_in == _END_OF["decision_visibility"] else None,
        end_date_service_restriction=end if ends_in == _END_OF["decision_provision"] else None,
        end_date_account_restriction=end if ends_in == _END_OF["decision_account"] else None,
        decision_facts=_facts(told, content, language),
        source_type=_SOURCE[told.source],
        automated_detection="Yes" if told.automated_detection else "No",
        automated_decision=_DECIDED[told.automated_decision],
    )


def ended(payload: Payload, at: datetime, zone: tzinfo = UTC) -> Payload:
    """The same restriction, taken back before its time."""
    day = max(payload.application_date, _day(at, zone))
    for field, end in _END_OF.items():
        if getattr(payload, field):
            return msgspec.structs.replace(payload, **{end: day})
    return payload


def edited(payload: Payload, texts: dict[str, str]) -> Payload:
    """With the texts that a person wrote instead; a field that says nothing here stays so."""
    return msgspec.structs.replace(
        payload,
        **{
            field: normalize("NFC", text)
            for field, text in texts.items()
            if field in FREE_TEXTS and getattr(payload, field) is not None
        },
    )


def free_texts(payload: Payload) -> dict[str, str]:
    found = {field: getattr(payload, field) for field in FREE_TEXTS}
    return {field: text for field, text in found.items() if text is not None}


@lru_cache(maxsize=256)
def _category(harm: str, own_initiative: bool) -> tuple[str, tuple[str, ...], str | None]:
    """Category, keywords, and what KEYWORD_OTHER stands for."""
    dsa = harms()[harm].dsa
    category = dsa.category
    if category == _OF_A_NOTICE and own_initiative:
        category = _OF_THE_TERMS
    keywords = tuple(word for word in (dsa.keyword, "KEYWORD_OTHER" if dsa.other else None) if word)
    return category, keywords, dsa.other


_OTHER: Final = {"en": "attached file of another kind", "fr": "fichier joint d’un autre type"}
_RECOGNISED: Final = {
    "en": "It was recognised by automated means (rule {rule}).",
    "fr": "Il a été reconnu par des moyens automatisés (règle {rule}).",
}
_RECOGNISED_FIRST: Final = {
    "en": "It was recognised by automated means; a person decided.",
    "fr": "Il a été reconnu par des moyens automatisés ; une personne a décidé.",
}
_REPORTED: Final = {"en": "It had been reported.", "fr": "Il avait été signalé."}
_TOGETHER: Final = {
    "en": "It came together with many others against the same person.",
    "fr": "Il est arrivé avec beaucoup d’autres contre la même personne.",
}
_ONE: Final = {"en": "A message of {day}.", "fr": "Un message du {day}."}
_ACCOUNT: Final = {
    "en": "What one account sent around {day}.",
    "fr": "Ce qu’un compte a envoyé vers le {day}.",
}


def _facts(told: Statement, day: str, language: str) -> str:
    """What happened and what was done, without anybody's words or name. `day`: of the content."""
    about = _ONE if told.message is not None else _ACCOUNT
    parts = [about[language].format(day=day)]
    if told.automated_detection:
        if told.rule:
            parts.append(_RECOGNISED[language].format(rule=told.rule))
        else:
            parts.append(_RECOGNISED_FIRST[language])
    if told.source is not StatementSource.OWN_INITIATIVE:
        parts.append(_REPORTED[language])
    if told.raid is not None:
        parts.append(_TOGETHER[language])
    parts.append(LADDER[told.kind].does[language])
    return " ".join(parts)


def _content_day(told: Statement, imposed: str, zone: tzinfo) -> str:
    day = _day(told.content_at or told.from_at, zone)
    return day if FIRST_CONTENT <= day <= imposed else imposed


def _day(at: datetime, zone: tzinfo) -> str:
    return date.isoformat(at.astimezone(zone).date())
