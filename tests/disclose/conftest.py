"""One incident and its dossier, made once: tests only read them or work on copies."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from incident import EXPORTED, Incident, build
from tests.disclose.exporting import export_dossier

from rempart.disclose.dossier.archive import unpack


@pytest.fixture(scope="session")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Incident:
    return build(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def dossier(incident: Incident) -> bytes:
    out = io.BytesIO()
    with incident.store.read() as tables:
        export_dossier(tables, incident.case, out, incident.signer, EXPORTED, by="mod-7")
    return out.getvalue()


@pytest.fixture
def files(dossier: bytes) -> dict[str, bytes]:
    return unpack(dossier)
