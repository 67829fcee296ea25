"""How this installation makes its documents: its seal, its time zone, its authority of time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rempart.connect.authority import Authority
from rempart.disclose.dossier.document.make import Setting
from rempart.disclose.dossier.document.seal import Authority as Dated
from rempart.disclose.dossier.document.settings import seal_of
from rempart.log.timestamps import read_chain
from rempart.web.settings import WebSettings


def setting_of(
    data: Path, settings: WebSettings, log_name: str, language: str, now: datetime
) -> Setting:
    documents = settings.documents
    seal = seal_of(data, documents, log_name, now)
    return Setting(language, documents.timezone, seal, _authority(data, settings))


def _authority(data: Path, settings: WebSettings) -> Dated | None:
    """The first authority of the settings dates the seal."""
    for name, one in settings.timestamps.items():
        return Dated(name, Authority(one, read_chain(data / one.ca)).stamp)
    return None
