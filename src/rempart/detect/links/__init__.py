"""Links: what a message points to, as stable keys."""
