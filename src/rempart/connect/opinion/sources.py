"""From the settings to a plug-in that can be asked."""

from __future__ import annotations

from pathlib import Path

from rempart.connect.opinion.chat import Chat
from rempart.connect.opinion.interface import OpinionSource
from rempart.connect.opinion.moderations import Moderations
from rempart.connect.opinion.settings import OpinionSettings, read_key, read_policy
from rempart.connect.outbound import Outbound

MAX_ANSWER = 1024 * 1024


def source_of(settings: OpinionSettings, data: Path) -> OpinionSource:
    """InputError when a key, a policy or a model cannot be read."""
    if settings.kind == "onnx":
        from rempart.connect.opinion.onnx import OnnxModel

        return OnnxModel(data / settings.folder, settings.model)
    key = read_key(settings, data)
    outbound = Outbound(allow=settings.allow, deadline=settings.timeout, max_answer=MAX_ANSWER)
    if settings.kind == "moderations":
        return Moderations(settings.url, settings.model, key, outbound, settings.labels)
    return Chat(
        settings.url,
        settings.model,
        key,
        outbound,
        form=settings.form,
        policy=read_policy(settings, data),
    )
