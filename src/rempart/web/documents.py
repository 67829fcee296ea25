"""How this installation makes its documents: its seal, its time zone, its authority of time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rempart.disclose.dossier.document.make import Setting
from rempart.disclose.dossier.document.settings import seal_of
from rempart.web.settings import WebSettings


def setting_of(
    data: Path, settings: WebSettings, log_name: str, language: str, now: datetime
) -> Setting:
    documents = settings.documents
    seal = seal_of(data, documents, log_name, now)
    return Setting(language, documents.timezone, seal)
