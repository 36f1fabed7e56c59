"""Observations in, ledger and scores out."""
