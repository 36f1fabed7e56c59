"""Received workbooks in, observations and findings out."""
