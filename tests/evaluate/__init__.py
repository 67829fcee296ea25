"""Honest evaluation of raid detection: real benign chat, injected attacks, ground truth.

Run it with `make evaluate-raids` or `python -m tests.evaluate.raids`; see `docs/raids.md`.
"""
