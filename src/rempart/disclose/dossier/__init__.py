"""The dossier of a case: export, canonical packing, and the verifier that travels in it."""

from rempart.disclose.dossier.export import (
    DossierSummary,
    Subject,
    export_dossier,
    export_incident_file,
)

__all__ = ["DossierSummary", "Subject", "export_dossier", "export_incident_file"]
