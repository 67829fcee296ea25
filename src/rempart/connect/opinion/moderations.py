"""`POST /v1/moderations` as OpenAI and Mistral answer it: category scores for each text.

Which category means which label is in `CATEGORIES`; the settings may change it. What speaks of
somebody's own distress (`self-harm`, `self-harm/intent`, `selfharm`) is no abuse of anybody and has
no label; only instructions to it have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rempart.connect.opinion.interface import (
    Answer,
    LabelName,
    OpinionError,
    OpinionSource,
    probability,
)
from rempart.connect.outbound import Outbound
from rempart.model import Label

CATEGORIES: dict[str, tuple[Label, ...]] = {
    "hate": (Label.HATE,),
    "hate/threatening": (Label.HATE, Label.THREAT),
    "harassment": (Label.INSULT,),
    "harassment/threatening": (Label.INSULT, Label.THREAT),
    "self-harm/instructions": (Label.SELF_HARM_INCITEMENT,),
    "sexual": (Label.SEXUAL,),
    "sexual/minors": (Label.SEXUAL,),
    "hate_and_discrimination": (Label.HATE,),
    "violence_and_threats": (Label.THREAT,),
}


class Moderations(OpinionSource):
    """One request for a whole batch."""

    def __init__(
        self,
        url: str,
        model: str,
        key: str | None,
        outbound: Outbound,
        categories: Mapping[str, LabelName] | None = None,
    ) -> None:
        self.model = model
        self._url = url
        self._outbound = outbound
        self._headers = headers(key)
        self._labels = dict(CATEGORIES)
        for name, label in (categories or {}).items():
            self._labels[name] = (Label(label),) if label else ()

    async def ask(self, texts: Sequence[str]) -> list[Answer]:
        body = msgspec.json.encode({"model": self.model, "input": list(texts)})
        found = await post(self._outbound, self._url, self._headers, body)
        results = found.get("results")
        if not isinstance(results, list) or len(results) != len(texts):
            raise OpinionError("not as many results as texts", where="results")
        model = found.get("model")
        told = model[:200] if isinstance(model, str) and model else self.model
        return [Answer(self._read(result), told) for result in results]

    def _read(self, result: Any) -> dict[Label, float]:
        scores = result.get("category_scores") if isinstance(result, dict) else None
        if not isinstance(scores, dict):
            raise OpinionError("a result has no scores", where="category_scores")
        read: dict[Label, float] = {}
        for name, labels in self._labels.items():
            if name in scores and labels:
                value = probability(scores[name], f"category_scores.{name}")
                for label in labels:
                    read[label] = max(value, read.get(label, 0.0))
        if not read:
            raise OpinionError("no category that we know is among the scores", where="labels")
        return read


def headers(key: str | None) -> dict[str, str]:
    sent = {"content-type": "application/json", "accept": "application/json"}
    return sent if key is None else {**sent, "authorization": f"Bearer {key}"}


async def post(
    outbound: Outbound, url: str, sent: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """The JSON object of the answer. OpinionError for a status that is not 200 or another body;
    what the service wrote with an error is not repeated: it may quote the text."""
    answer = await outbound.request("POST", url, headers=sent, body=body)
    if answer.status != 200:
        raise OpinionError(f"HTTP {answer.status}")
    try:
        found = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError):
        raise OpinionError("the answer is no JSON") from None
    if not isinstance(found, dict):
        raise OpinionError("the answer is no object")
    return found
