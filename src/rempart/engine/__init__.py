"""The pipeline as a pure step, and who drives it: embedded (one process), scans over files."""
