"""The connectors of a running service: built from the settings, run, and counted."""
