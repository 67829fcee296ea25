"""Reference incidents, replayed against the ground truth of their generators."""
