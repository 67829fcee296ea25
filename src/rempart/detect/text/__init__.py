"""Abuse in words: the fold that undoes hiding, and the term lists read over it."""
