"""Sending statements of reasons to the Commission's database: the desk, its page, its numbers."""
