"""A model in ONNX form on this machine: a folder with `model.onnx`, `tokenizer.json` and
`labels.toml`. Nothing leaves the machine. Needs the extra: `pip install "rempart[onnx]"`.

```toml
activation = "sigmoid"            # or "softmax", when exactly one class is right
max_tokens = 256
labels = ["", "insult", "hate"]   # what each output means, in order; "" is not used
```

The parts are imported when such a plug-in is configured, never else.
"""

from __future__ import annotations

import asyncio
import hashlib
import tomllib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.connect.opinion.interface import (
    OPINION_LABELS,
    Answer,
    LabelName,
    OpinionError,
    OpinionSource,
    probability,
)
from rempart.errors import InputError, MissingExtraError
from rempart.model import Label

MODEL_FILE, TOKENIZER_FILE, LABELS_FILE = "model.onnx", "tokenizer.json", "labels.toml"
MAX_MODEL = 4 << 30


class OnnxLabels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `labels.toml` says."""

    labels: tuple[LabelName, ...]
    activation: Literal["sigmoid", "softmax"] = "sigmoid"
    max_tokens: Annotated[int, msgspec.Meta(ge=2, le=8192)] = 256


class OnnxModel(OpinionSource):
    """Loaded at once: what is wrong with the files is said at the start. One core is used: the
    machine has messages to look at. A text longer than the model reads is shown to it part by part;
    what it says of the worst part counts, so that nothing hides behind a harmless beginning."""

    def __init__(self, folder: Path, model: str) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError:
            raise MissingExtraError("an ONNX model", "onnx", where=str(folder)) from None
        self._labels = read_labels(folder)
        try:
            digest = _digest(folder / MODEL_FILE)
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            session = onnxruntime.InferenceSession(
                str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise plain exceptions of their own
            raise InputError(
                f"the model cannot be loaded: {str(error)[:300]}", where=str(folder)
            ) from None
        tokenizer.enable_truncation(max_length=self._labels.max_tokens)
        tokenizer.enable_padding()
        self.model = f"{model}@{digest}"
        self._tokenizer: Any = tokenizer
        self._session: Any = session
        self._worker = ThreadPoolExecutor(1, "rempart-onnx")
        self._running: Future[list[Answer]] | None = None
        self._inputs = [one.name for one in session.get_inputs()]
        self._check(folder)

    def _check(self, folder: Path) -> None:
        known = {"input_ids", "attention_mask", "token_type_ids"}
        if "input_ids" not in self._inputs or not known.issuperset(self._inputs):
            raise InputError(
                f"the model wants {', '.join(self._inputs)}",
                where=str(folder / MODEL_FILE),
                next_step="export a sequence classifier: input_ids, attention_mask",
            )
        try:
            self._run(["probe"])
        except OpinionError as error:
            raise InputError(error.what, where=str(folder)) from None

    async def ask(self, texts: Sequence[str]) -> list[Answer]:
        if self._running is not None and not self._running.done():
            raise OpinionError("the model still works on what it was asked before")
        self._running = self._worker.submit(self._run, list(texts))
        return await asyncio.wrap_future(self._running)

    def _run(self, texts: list[str]) -> list[Answer]:
        cleaned = [text.encode("utf-8", "replace").decode() for text in texts]
        try:
            encoded = self._tokenizer.encode_batch(cleaned)
            windows = [part for one in encoded for part in (one, *one.overflowing)]
            firsts = np.cumsum([0, *(1 + len(one.overflowing) for one in encoded[:-1])])
            arrays = {
                "input_ids": [one.ids for one in windows],
                "attention_mask": [one.attention_mask for one in windows],
                "token_type_ids": [one.type_ids for one in windows],
            }
            fed = {name: np.array(arrays[name], np.int64) for name in self._inputs}
            logits = np.asarray(self._session.run(None, fed)[0], np.float64)
        except Exception as error:  # as above
            raise OpinionError(f"the model failed: {str(error)[:300]}") from None
        if logits.shape != (len(windows), len(self._labels.labels)):
            raise OpinionError(
                f"the model gives {logits.shape}, labels.toml names {len(self._labels.labels)}"
            )
        activated = _activated(logits, self._labels.activation)
        return [self._read(row) for row in np.maximum.reduceat(activated, firsts, axis=0)]

    def _read(self, row: NDArray[np.float64]) -> Answer:
        read: dict[Label, float] = {}
        for label, value in zip(self._labels.labels, row.tolist(), strict=True):
            if label:
                found = probability(value, label)
                read[Label(label)] = max(found, read.get(Label(label), 0.0))
        return Answer(read, self.model)


def read_labels(folder: Path) -> OnnxLabels:
    """InputError says what is wrong with `labels.toml`."""
    path = folder / LABELS_FILE
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), OnnxLabels)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(f"it cannot be read: {error}", where=str(path)) from None
    if not any(found.labels):
        raise InputError(
            "it names no label",
            where=str(path),
            next_step=f"known: {', '.join(sorted(OPINION_LABELS))}",
        )
    return found


def _activated(logits: NDArray[np.float64], how: str) -> NDArray[np.float64]:
    if how == "sigmoid":
        activated = 1 / (1 + np.exp(-np.clip(logits, -50, 50)))
    else:
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        activated = raised / raised.sum(axis=1, keepdims=True)
    return np.asarray(np.where(np.isfinite(logits), activated, np.nan), np.float64)


def _digest(path: Path) -> str:
    """The first 12 hex digits of the file's SHA-256: its version in the log."""
    if path.stat().st_size > MAX_MODEL:
        raise ValueError("the model is larger than 4 GB")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()[:12]
