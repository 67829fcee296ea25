"""Servers that speak the shapes of moderation services, on real sockets, and a tiny ONNX model.

What a server thinks is simple: `hostile` words make a text hateful, everything else is harmless.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.connect.local_server import Received, Respond, http

HOSTILE = "vermin"
JSON = "content-type: application/json"


def jsonic(body: Any, status: int = 200) -> bytes:
    return http(status, json.dumps(body).encode(), JSON)


def moderations(score: Callable[[str], float] | None = None) -> Respond:
    """`POST /v1/moderations` as OpenAI answers it."""

    async def respond(asked: Received, writer: asyncio.StreamWriter) -> None:
        body = json.loads(asked.body)
        results = []
        for text in body["input"]:
            value = score(text) if score else 0.95 if HOSTILE in text else 0.02
            scores = {"hate": value, "harassment": value / 2, "violence": 0.9, "sexual": 0.0}
            results.append(
                {
                    "flagged": value > 0.5,
                    "categories": {name: found > 0.5 for name, found in scores.items()},
                    "category_scores": scores,
                }
            )
        writer.write(jsonic({"id": "modr-1", "model": "moderation-9", "results": results}))

    return respond


def chat(say: Callable[[str], str], **choice: Any) -> Respond:
    """`POST /v1/chat/completions`; `say` gives the assistant's words for the user's text."""

    async def respond(asked: Received, writer: asyncio.StreamWriter) -> None:
        body = json.loads(asked.body)
        said = say(body["messages"][-1]["content"])
        message = {"role": "assistant", "content": said}
        first = {"index": 0, "finish_reason": "stop", "message": message, **choice}
        writer.write(jsonic({"id": "c-1", "model": "guard-7", "choices": [first]}))

    return respond


def write_model(folder: Path, *, labels: str = '["", "hate"]', activation: str = "softmax") -> None:
    """A classifier of two classes: the second wins when the token `vermin` (id 2) is there."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    table = np.array([[0, 0], [0.01, 0], [-8, 8]], np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["found"]),
            helper.make_node("ReduceSum", ["found", "axis"], ["logits"], keepdims=0),
            helper.make_node("Cast", ["attention_mask"], ["unused"], to=TensorProto.FLOAT),
        ],
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
            for name in ("input_ids", "attention_mask")
        ],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2]),
            helper.make_tensor_value_info("unused", TensorProto.FLOAT, ["batch", "length"]),
        ],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(np.array([1], np.int64), "axis"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "model.onnx"))
    tokenizer = Tokenizer(WordLevel({"[PAD]": 0, "[UNK]": 1, HOSTILE: 2}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "labels.toml").write_text(f'labels = {labels}\nactivation = "{activation}"\n')
