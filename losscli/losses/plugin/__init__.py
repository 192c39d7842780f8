"""Losses that users write in Python: how they are loaded, and what is asked of them."""
