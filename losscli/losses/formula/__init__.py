"""Losses that are given as formulas: how they are read, and how they are computed."""
