"""Orders, disputes, court bans, and what the place declares of itself."""
