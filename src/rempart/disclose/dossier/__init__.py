"""The dossier of a case: export, canonical packing, and the verifier that travels in it."""

from rempart.disclose.dossier.contents import Contents, Copy, Subject
from rempart.disclose.dossier.export import (
    DossierSummary,
    export_incident_file,
    volumes_of,
    write_packed,
)
from rempart.disclose.dossier.items import HIDDEN_WORD, Item, Judged
from rempart.disclose.dossier.presets import Edition, Preset, edition, presets

__all__ = [
    "HIDDEN_WORD",
    "Contents",
    "Copy",
    "DossierSummary",
    "Edition",
    "Item",
    "Judged",
    "Preset",
    "Subject",
    "edition",
    "export_incident_file",
    "presets",
    "volumes_of",
    "write_packed",
]
