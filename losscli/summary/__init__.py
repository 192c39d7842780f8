"""What is kept of many losses: exact sums, distributions, the worst rows."""
