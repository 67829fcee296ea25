"""The dossier of a case: export, canonical packing, and the verifier that travels in it."""

from rempart.disclose.dossier.export import DossierSummary, export_dossier

__all__ = ["DossierSummary", "export_dossier"]
