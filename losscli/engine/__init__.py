"""Ways to map over the stretches of a source."""
