"""The Perspective-compatible endpoint: `POST /v1alpha1/comments:analyze` and what belongs to it."""
