"""Tables in, the figures of a report out: one summary table a module."""
