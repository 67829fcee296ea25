"""Tokens, sessions, people, roles, invitations; one's own account."""
