"""Two models on the same rows: what changed, and whether it is more than chance."""
