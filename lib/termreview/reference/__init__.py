"""Declarations: what the office decides, loaded once and validated whole."""
