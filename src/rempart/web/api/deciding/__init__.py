"""Decisions, statements of reasons, appeals."""
