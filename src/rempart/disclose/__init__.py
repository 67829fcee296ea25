"""disclose."""
