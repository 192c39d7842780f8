"""The laws of the house, for losses of one's own: each a function that says what is broken."""
