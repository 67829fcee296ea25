"""The queue: which case is first, who works on it, and what must happen by when."""
