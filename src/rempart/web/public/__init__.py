"""Public pages: for whoever reports, follows a report or verifies a dossier, without account.

Rules of this room:

1. Every page works without a script, on a phone, in French and English.
2. A receipt comes in a body and leaves in a body: never in a path, a query, a cookie or a log.
3. What was typed is never lost by an error: the form comes back with it.
"""
