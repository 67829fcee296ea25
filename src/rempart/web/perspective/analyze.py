"""One request to one answer, without HTTP: what `comments:analyze` says.

Rules kept here:

1. Nothing of the text outlives the call: it is neither stored nor logged, whatever `doNotStore`
   says.
2. Scores of single sentences only where the operator allows them; otherwise the one span is the
   whole comment, as the original answered when no annotations were asked for.
3. Spans count UTF-16 code units, as the original's do.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from rempart.web.perspective.attributes import (
    LANGUAGES,
    NOT_SERVED,
    Attributes,
    served_name,
)
from rempart.web.perspective.errors import bad_comment, unsupported_language
from rempart.web.perspective.request import AnalyzeRequest, Asked, SuggestRequest

MOST_SPANS = 100
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…\n]*|[.!?…\n]+")
_TYPE = "PROBABILITY"


class _Span(NamedTuple):
    """In UTF-16 code units, and the scores of its attributes."""

    begin: int
    end: int
    scores: dict[str, float]


class Analyzer:
    """`spans`: the operator allows scores of single sentences."""

    def __init__(self, attributes: Attributes, *, spans: bool) -> None:
        self._attributes = attributes
        self._spans = spans

    def analyze(self, request: AnalyzeRequest) -> dict[str, Any]:
        """The answer's body. Raises GoogleError for attributes or languages that are not served."""
        text = request.text
        _check_names(request)
        (scores,), (language,) = self._attributes.score([text])
        served = _served(request, language)
        spans = [_Span(0, _utf16(text), scores)]
        if self._spans and request.spans:
            spans = self._sentences(text)
        found: dict[str, Any] = {}
        for asked in served:
            name = served_name(asked.name)
            assert name is not None, "unknown names were refused"
            if scores[name] >= asked.threshold:
                found[asked.name] = {
                    "spanScores": [
                        {
                            "begin": span.begin,
                            "end": span.end,
                            "score": {"value": span.scores[name], "type": _TYPE},
                        }
                        for span in spans
                        if span.scores[name] >= asked.threshold
                    ],
                    "summaryScore": {"value": scores[name], "type": _TYPE},
                }
        answer: dict[str, Any] = {"attributeScores": found} if found else {}
        answer["languages"] = list(request.languages) or [language]
        answer["detectedLanguages"] = [language]
        if request.token is not None:
            answer["clientToken"] = request.token
        return answer

    def suggest(self, request: SuggestRequest) -> dict[str, Any]:
        """Taken politely and forgotten: what strangers suggest must not teach (ADR 17)."""
        answer: dict[str, Any] = {}
        if request.token is not None:
            answer["clientToken"] = request.token
        if request.languages:
            answer["requestedLanguages"] = list(request.languages)
        return answer

    def _sentences(self, text: str) -> list[_Span]:
        places = [
            (match.start() + len(match[0]) - len(match[0].lstrip()), match.end())
            for match in _SENTENCE.finditer(text)
            if match[0].strip()
        ]
        if len(places) > MOST_SPANS:
            places = [*places[: MOST_SPANS - 1], (places[MOST_SPANS - 1][0], len(text))]
        rows, _ = self._attributes.score([text[begin:end] for begin, end in places])
        return [
            _Span(_utf16(text[:begin]), _utf16(text[:end]), row)
            for (begin, end), row in zip(places, rows, strict=True)
        ]


def _check_names(request: AnalyzeRequest) -> None:
    for name, _ in request.attributes:
        if name not in NOT_SERVED and served_name(name) is None:
            raise bad_comment(f"Unknown requested attribute: {name[:100]}", "INVALID_REQUEST")


def _served(request: AnalyzeRequest, detected: str) -> list[Asked]:
    """The attributes that can be served; raises for the first that cannot, unless the client asked
    to leave such out. A language that was only detected never refuses: chat is short, and a text
    that is turned away is a text that nobody looks at."""
    others = [language for language in request.languages if _base(language) not in LANGUAGES]
    served: list[Asked] = []
    for asked in request.attributes:
        if served_name(asked.name) is not None and not others:
            served.append(asked)
        elif not request.drop_unsupported:
            raise unsupported_language(asked.name, others or request.languages, [detected])
    return served


def _base(language: str) -> str:
    """Of a BCP 47 tag, the language alone."""
    return re.split("[-_]", language)[0].lower()


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
