"""The team: people and roles, one's own account and second factors, access log, care."""
