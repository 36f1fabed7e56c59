"""Blank forms out: their layout, look and live formulas, shared by writing and reading."""
