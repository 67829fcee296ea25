"""The desk: which messages a plug-in is asked about, and what becomes of its answers."""
