"""Limits in the user's words, and the verdicts on them."""
