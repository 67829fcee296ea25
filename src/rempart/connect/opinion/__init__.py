"""Better models as plug-ins: asked about messages that the embedded model is unsure about."""
