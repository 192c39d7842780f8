"""Which losses fit the predictions of a file, which mislead, and why."""
