"""Telephone lines whose replies cost money: webhooks in, replies out, and what was spent."""
