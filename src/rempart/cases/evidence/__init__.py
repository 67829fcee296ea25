"""Evidence: kept with a case, captured for it, looked at, and how it leaves."""
