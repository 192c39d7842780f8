"""Delimited text: how it is written, cut into stretches, parsed, and blamed where it is wrong."""
